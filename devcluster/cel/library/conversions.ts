/** Conversions between types, and sizes. Source: cel-go/common/stdlib and common/types. */
import { characterCount } from '../../schema/go-text.ts';
import { formatDouble } from '../double-text.ts';
import { asAny, asList, asMap, asText, checkedInt, overload, type Overload } from '../functions.ts';
import { formatDuration, formatTimestamp, parseDuration, parseTimestamp } from '../times.ts';
import {
  Duration,
  EvaluationError,
  OpaqueValue,
  runtimeType,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from '../values.ts';

const wrongType = (value: Value | undefined, to: string): EvaluationError => {
  const from = value === undefined ? 'null_type' : runtimeType(value).name;
  return new EvaluationError(`type conversion error from '${from}' to '${to}'`);
};

function toInt(value: Value | undefined): bigint {
  if (typeof value === 'bigint') return value;
  if (value instanceof Uint) return checkedInt(value.value);
  if (value instanceof Timestamp) return value.seconds;
  if (value instanceof Duration) return value.nanos;
  if (typeof value === 'number') {
    if (Number.isNaN(value) || value <= -(2 ** 63) || value >= 2 ** 63) throw new EvaluationError('integer overflow');
    return BigInt(Math.trunc(value));
  }
  if (typeof value === 'string' && /^[+-]?\d+$/.test(value)) {
    const parsed = BigInt(value.replace(/^\+/, ''));
    if (parsed < 2n ** 63n && parsed >= -(2n ** 63n)) return parsed;
  }
  throw wrongType(value, 'int');
}

function toUint(value: Value | undefined): Uint {
  if (value instanceof Uint) return value;
  if (typeof value === 'bigint') return new Uint(value);
  if (typeof value === 'number') {
    if (Number.isNaN(value) || value < 0 || value >= 2 ** 64) throw new EvaluationError('unsigned integer overflow');
    return new Uint(BigInt(Math.trunc(value)));
  }
  if (typeof value === 'string' && /^\d+$/.test(value) && BigInt(value) < 2n ** 64n) return new Uint(BigInt(value));
  throw wrongType(value, 'uint');
}

const GO_FLOAT = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf|infinity|nan)$/i;

function toDouble(value: Value | undefined): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint) return Number(value.value);
  if (typeof value !== 'string' || !GO_FLOAT.test(value)) throw wrongType(value, 'double');
  if (/nan/i.test(value)) return NaN;
  if (/inf/i.test(value)) return value.startsWith('-') ? -Infinity : Infinity;
  const parsed = Number(value);
  if (!Number.isFinite(parsed)) throw wrongType(value, 'double');
  return parsed;
}

/** `string(…)`. */
export function toText(value: Value | undefined): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return formatDouble(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  if (value instanceof TypeValue) return value.type.name;
  if (value instanceof Uint8Array) {
    const text = Buffer.from(value).toString('utf8');
    if (!Buffer.from(text).equals(value)) {
      throw new EvaluationError('invalid UTF-8 in bytes, cannot convert to string');
    }
    return text;
  }
  const text = value instanceof OpaqueValue ? value.toText() : undefined;
  if (text === undefined) throw wrongType(value, 'string');
  return text;
}

const TRUE: ReadonlySet<string> = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE: ReadonlySet<string> = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

function toBool(value: Value | undefined): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string' && TRUE.has(value)) return true;
  if (typeof value === 'string' && FALSE.has(value)) return false;
  throw wrongType(value, 'bool');
}

function toDuration(value: Value | undefined): Duration {
  if (value instanceof Duration) return value;
  const nanos = typeof value === 'string' ? parseDuration(value) : undefined;
  if (nanos === undefined) throw wrongType(value, 'google.protobuf.Duration');
  return new Duration(nanos);
}

function toTimestamp(value: Value | undefined): Timestamp {
  if (value instanceof Timestamp) return value;
  if (typeof value === 'bigint') return new Timestamp(value * 1_000_000_000n);
  const nanos = typeof value === 'string' ? parseTimestamp(value) : undefined;
  if (nanos === undefined) throw wrongType(value, 'google.protobuf.Timestamp');
  return new Timestamp(nanos);
}

const SHORT: Readonly<Record<string, string>> = { int: 'int64', uint: 'uint64' };

function conversions(to: string, from: readonly string[], call: (value: Value | undefined) => Value): Overload[] {
  const id = (type: string): string => SHORT[type] ?? type;
  return from.map((type) => overload(`${id(type)}_to_${id(to)}`, `${to}(${type}): ${to}`, (value) => call(value)));
}

const SIZES: readonly (readonly [type: string, name: string, size: (value: Value | undefined) => number])[] = [
  ['string', 'string', (value) => characterCount(asText(value))],
  ['bytes', 'bytes', (value) => (value instanceof Uint8Array ? value.length : 0)],
  ['list(A)', 'list', (value) => asList(value).size],
  ['map(A, B)', 'map', (value) => asMap(value).size],
];

export const CONVERSIONS: readonly Overload[] = [
  ...conversions('int', ['int', 'double', 'duration', 'string', 'timestamp', 'uint'], toInt),
  ...conversions('uint', ['uint', 'double', 'int', 'string'], toUint),
  ...conversions('double', ['double', 'int', 'string', 'uint'], toDouble),
  ...conversions('bool', ['bool', 'string'], toBool),
  ...conversions('bytes', ['bytes', 'string'], (value) =>
    typeof value === 'string' ? Buffer.from(value) : asAny(value),
  ),
  ...conversions('duration', ['duration', 'string'], toDuration),
  ...conversions('timestamp', ['timestamp', 'int', 'string'], toTimestamp),
  ...conversions(
    'string',
    ['string', 'bool', 'bytes', 'double', 'duration', 'int', 'timestamp', 'uint', 'ip', 'cidr'],
    toText,
  ),
  overload('to_dyn', 'dyn(A): dyn', (value) => asAny(value)),
  overload('type', '"type"(A): type(A)', (value) => new TypeValue(runtimeType(asAny(value)))),
  ...SIZES.flatMap(([type, name, size]) => [
    overload(`size_${name}`, `size(${type}): int`, (value) => BigInt(size(value))),
    overload(`${name}_size`, `${type}.size(): int`, (value) => BigInt(size(value))),
  ]),
];
