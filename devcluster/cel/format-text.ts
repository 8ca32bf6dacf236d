/** `'%d of %s'.format([…])`. Source: cel-go/ext/formatting.go. */
import { formatDouble } from './double-text.ts';
import { quote } from '../schema/go-text.ts';
import {
  CelList,
  CelMap,
  Duration,
  EvaluationError,
  runtimeType,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './values.ts';
import { formatDuration, formatTimestamp } from './times.ts';

const PRECISION = 6;

/** Throws an {@link EvaluationError} for a clause that there is no argument for, or none of its type. */
export function formatText(format: string, args: CelList): string {
  let out = '';
  let next = 0;
  for (let at = 0; at < format.length; at++) {
    if (format.charAt(at) !== '%') {
      out += format.charAt(at);
      continue;
    }
    if (format.charAt(at + 1) === '%') {
      out += '%';
      at++;
      continue;
    }
    if (next >= args.size) throw new EvaluationError(`index ${next} out of range`);
    if (at + 1 >= format.length) throw new EvaluationError('unexpected end of string');
    const { length, clause, precision } = readClause(format.slice(at + 1));
    try {
      out += clause(args.at(next), precision);
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      throw new EvaluationError(`error during formatting: ${error.message}`, { cause: error });
    }
    next++;
    at += length;
  }
  return out;
}

type Clause = (value: Value, precision: number) => string;

export function readClause(text: string): {
  readonly length: number;
  readonly clause: Clause;
  readonly precision: number;
} {
  const problem = (detail: string): EvaluationError =>
    new EvaluationError(`could not parse formatting clause: ${detail}`);
  const [given, digits = ''] = /^\.(\d*)/.exec(text) ?? [];
  if (given !== undefined && given.length >= text.length) {
    throw problem('error while parsing precision: could not find end of precision specifier');
  }
  if (given !== undefined && digits === '') {
    throw problem(
      'error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax',
    );
  }
  const length = given?.length ?? 0;
  const letter = text.charAt(length);
  const clause = CLAUSES[letter];
  if (clause === undefined) throw problem(`unrecognized formatting clause "${letter}"`);
  return { length: length + 1, clause, precision: given === undefined ? PRECISION : Number(digits) };
}

const CLAUSES: Readonly<Record<string, Clause>> = {
  s: (value) => textOf(value),
  d: (value) => decimal(value),
  f: (value, precision) => floating(value, 'fixed-point', (number) => number.toFixed(Math.min(precision, 100))),
  e: (value, precision) => floating(value, 'scientific', (number) => scientific(number, precision)),
  b: (value) => {
    if (typeof value === 'boolean') return value ? '1' : '0';
    return inBase(value, 2, 'only integers and bools can be formatted as binary, was given');
  },
  o: (value) => inBase(value, 8, 'octal clause can only be used on integers, was given'),
  x: (value) => hexadecimal(value),
  X: (value) => hexadecimal(value).toUpperCase(),
};

const typeName = (value: Value): string => runtimeType(value).name;

function textOf(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof Uint) return String(value.value);
  if (typeof value === 'number') return formatDouble(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  if (value instanceof TypeValue) return value.type.name;
  if (value instanceof CelList) return `[${[...value].map(literal).join(', ')}]`;
  if (value instanceof CelMap) return mapText(value);
  const detail =
    'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps';
  throw new EvaluationError(`${detail}, was given ${typeName(value)}`);
}

/** A value inside of a list or map: as one would write it. */
function literal(value: Value): string {
  if (typeof value === 'string') return quote(value);
  if (value instanceof Uint8Array) return `b${quote(Buffer.from(value).toString('utf8'))}`;
  if (value instanceof Timestamp) return `timestamp(${quote(formatTimestamp(value))})`;
  if (value instanceof Duration) return `duration(${quote(formatDuration(value))})`;
  if (typeof value !== 'number') return textOf(value);
  return Number.isFinite(value) ? value.toFixed(PRECISION) : quote(formatDouble(value));
}

function mapText(map: CelMap): string {
  const entries = map.keys().map((key): [string, string] => {
    const text = typeof key === 'string' ? quote(key) : textOf(key);
    return [text, literal(map.find(key) ?? null)];
  });
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([key, value]) => `${key}:${value}`).join(', ')}}`;
}

function decimal(value: Value): string {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint) return String(value.value);
  throw new EvaluationError(`decimal clause can only be used on integers, was given ${typeName(value)}`);
}

const NOT_NUMBERS: Readonly<Record<string, string>> = { NaN: 'NaN', Infinity: '∞', '-Infinity': '-∞' };

function floating(value: Value, clause: string, show: (number: number) => string): string {
  if (typeof value === 'string' && Object.hasOwn(NOT_NUMBERS, value)) return NOT_NUMBERS[value] ?? '';
  if (typeof value !== 'number') {
    throw new EvaluationError(`${clause} clause can only be used on doubles, was given ${typeName(value)}`);
  }
  return Number.isFinite(value) ? show(value) : (NOT_NUMBERS[String(value)] ?? '');
}

/** As golang.org/x/text prints it for English: `1.234 × 10⁰³`. */
function scientific(value: number, precision: number): string {
  const [digits = '', exponent = '0'] = value.toExponential(Math.min(precision, 100)).split('e');
  const power = Math.abs(Number(exponent)).toString().padStart(2, '0');
  const raised = power.replaceAll(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit)));
  return `${digits}\u202f×\u202f10${Number(exponent) < 0 ? '⁻' : ''}${raised}`;
}

function inBase(value: Value, base: number, refusal: string): string {
  const integer = value instanceof Uint ? value.value : value;
  if (typeof integer !== 'bigint') throw new EvaluationError(`${refusal} ${typeName(value)}`);
  return integer.toString(base);
}

function hexadecimal(value: Value): string {
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return inBase(value, 16, 'only integers, byte buffers, and strings can be formatted as hex, was given');
}
