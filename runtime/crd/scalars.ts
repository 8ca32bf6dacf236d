import { REFUSALS } from './errors.ts';
import type { Refusal } from './errors.ts';
import { toRe2 } from './patterns.ts';
import type { StructuralSchema, ValueRules } from './structural.ts';
import type { Check } from './zod.ts';

type Refuse = (refusal: Refusal) => undefined;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

export function numberOf(checks: readonly Check[], refuse: Refuse): StructuralSchema | undefined {
  const rules: Mutable<ValueRules> = {};
  const divisors: number[] = [];
  let type: 'integer' | 'number' = 'number';
  for (const { kind, format, value = 0, inclusive } of checks) {
    switch (kind) {
      case 'number_format': {
        const known = NUMBER_FORMATS.get(format ?? '');
        if (!known) return refuse(REFUSALS.check(format ?? kind));
        if (known.integer) type = 'integer';
        rules.format = known.format;
        if (known.minimum !== undefined) lowerBound(rules, known.minimum, true);
        if (known.maximum !== undefined) upperBound(rules, known.maximum, true);
        break;
      }
      case 'greater_than':
        lowerBound(rules, value, inclusive);
        break;
      case 'less_than':
        upperBound(rules, value, inclusive);
        break;
      case 'multiple_of':
        divisors.push(value);
        break;
      case 'custom':
        break;
      default:
        return refuse(REFUSALS.check(kind));
    }
  }
  const [multipleOf, ...more] = divisors;
  return {
    type,
    ...rules,
    ...(multipleOf !== undefined && { multipleOf }),
    ...(more.length > 0 && { allOf: more.map((divisor) => ({ multipleOf: divisor })) }),
  };
}

interface NumberFormat {
  readonly integer: boolean;
  readonly format: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** By zod's names. The bounds of `int32` are its format's; OpenAPI has no unsigned numbers. */
const NUMBER_FORMATS: ReadonlyMap<string, NumberFormat> = new Map([
  ['safeint', { integer: true, format: 'int64' }],
  ['int32', { integer: true, format: 'int32' }],
  ['uint32', { integer: true, format: 'int64', minimum: 0, maximum: 2 ** 32 - 1 }],
  ['float32', { integer: false, format: 'float' }],
  ['float64', { integer: false, format: 'double' }],
]);

function lowerBound(rules: Mutable<ValueRules>, value: number, inclusive: boolean): void {
  if (value < (rules.minimum ?? -Infinity) || !Number.isFinite(value)) return;
  if (value === rules.minimum && inclusive) return;
  rules.minimum = value;
  if (inclusive) delete rules.exclusiveMinimum;
  else rules.exclusiveMinimum = true;
}

function upperBound(rules: Mutable<ValueRules>, value: number, inclusive: boolean): void {
  if (value > (rules.maximum ?? Infinity) || !Number.isFinite(value)) return;
  if (value === rules.maximum && inclusive) return;
  rules.maximum = value;
  if (inclusive) delete rules.exclusiveMaximum;
  else rules.exclusiveMaximum = true;
}

export function stringOf(checks: readonly Check[], refuse: Refuse): StructuralSchema | undefined {
  let format: string | undefined;
  const patterns: string[] = [];
  for (const check of checks) {
    switch (check.kind) {
      case 'string_format': {
        const found = formatOf(check);
        if ('code' in found) return refuse(found);
        format = found.format ?? format;
        if (found.pattern !== undefined && !patterns.includes(found.pattern)) patterns.push(found.pattern);
        break;
      }
      case 'custom':
        break;
      default:
        if (!LENGTH_CHECKS.has(check.kind)) return refuse(REFUSALS.check(check.kind));
    }
  }
  const [pattern, ...more] = patterns;
  const { least, most } = lengthRange(checks);
  return {
    type: 'string',
    ...(format !== undefined && { format }),
    ...(least !== undefined && { minLength: least }),
    ...(most !== undefined && { maxLength: most }),
    ...(pattern !== undefined && { pattern }),
    ...(more.length > 0 && { allOf: more.map((each) => ({ pattern: each })) }),
  };
}

/** The least and the most characters or items that all checks allow together. */
export function lengthRange(checks: readonly Check[]): { least?: number; most?: number } {
  const least = Math.max(0, ...checks.map(({ length, minimum }) => length ?? minimum ?? 0));
  const most = Math.min(...checks.map(({ length, maximum }) => length ?? maximum ?? Infinity));
  return { ...(least > 0 && { least }), ...(Number.isFinite(most) && { most }) };
}

export const LENGTH_CHECKS: ReadonlySet<string> = new Set(['min_length', 'max_length', 'length_equals']);

/**
 * What the API server itself checks, by zod's names. Where zod's pattern says no more than that, or is not for RE2, the format
 * alone remains.
 */
const FORMATS: ReadonlyMap<string, { readonly format: string; readonly pattern: boolean }> = new Map([
  ['email', { format: 'email', pattern: true }],
  ['url', { format: 'uri', pattern: false }],
  ['uuid', { format: 'uuid', pattern: true }],
  ['guid', { format: 'uuid', pattern: false }],
  ['ipv4', { format: 'ipv4', pattern: false }],
  ['ipv6', { format: 'ipv6', pattern: false }],
  ['cidrv4', { format: 'cidr', pattern: true }],
  ['cidrv6', { format: 'cidr', pattern: true }],
  ['base64', { format: 'byte', pattern: false }],
  ['hostname', { format: 'hostname', pattern: false }],
  ['date', { format: 'date', pattern: true }],
  ['datetime', { format: 'date-time', pattern: true }],
]);

const REGEX_REMEDY = 'Describe it by a pattern: `.regex(…)`.';

/** Formats that have no pattern for RE2, or that the server takes for something else. */
const UNSUPPORTED_FORMATS: ReadonlyMap<string, string> = new Map([
  ['emoji', REGEX_REMEDY],
  ['jwt', REGEX_REMEDY],
  ['json_string', REGEX_REMEDY],
  // The format `duration` of the server is Go's.
  ['duration', "Use durations as Kubernetes writes them, such as `1m30s`: `z.string().meta({ format: 'duration' })`."],
]);

function formatOf({ format = '', pattern, parts }: Check): { format?: string; pattern?: string } | Refusal {
  const remedy = UNSUPPORTED_FORMATS.get(format);
  if (remedy !== undefined) return REFUSALS.format(format, remedy);
  if (parts.length > 0) return REFUSALS.format('url with rules for its parts', REGEX_REMEDY);
  const known = FORMATS.get(format);
  // Local times and times without seconds are none for the server.
  const lax =
    format === 'datetime' && ['2020-01-01T00:00:00', '2020-01-01T00:00Z'].some((text) => pattern?.test(text) === true);
  const checked = known && !lax ? { format: known.format } : {};
  if (!pattern) return known ? checked : REFUSALS.format(format, REGEX_REMEDY);
  if (known && !known.pattern) return checked;
  const translated = toRe2(pattern);
  return 'pattern' in translated ? { ...checked, ...translated } : REFUSALS.pattern(pattern.source, translated.refused);
}

/** An enum, a literal or several. */
export function enumOf(values: readonly unknown[], refuse: Refuse): StructuralSchema | undefined {
  const rest = values.filter((value) => value !== null);
  const isNullable = rest.length < values.length;
  if (rest.length === 0) {
    return refuse(
      isNullable
        ? REFUSALS.type('null', 'Use `.nullable()` on the type that it may have otherwise.')
        : REFUSALS.noValues(),
    );
  }
  const schema = enumOfOneType(rest);
  if (schema) return isNullable ? nullable(schema) : schema;
  const odd = rest.find((value) => typeof value === 'bigint' || value === undefined);
  return refuse(rest.includes(odd) ? REFUSALS.type(typeof odd, 'Use a text or a number.') : REFUSALS.literals());
}

function enumOfOneType(values: readonly unknown[]): StructuralSchema | undefined {
  if (values.every((value) => typeof value === 'string')) return { type: 'string', enum: values };
  if (values.every((value) => typeof value === 'boolean')) return { type: 'boolean', enum: values };
  if (!values.every((value) => typeof value === 'number')) return undefined;
  return { type: values.every((value) => Number.isInteger(value)) ? 'integer' : 'number', enum: values };
}

/** The API server holds null against an `enum` that has it, but not against one below `allOf`. Seen with Kubernetes 1.37. */
export function nullable({ enum: values, ...schema }: StructuralSchema): StructuralSchema {
  if (!values) return { ...schema, nullable: true };
  return { ...schema, nullable: true, allOf: [...(schema.allOf ?? []), { enum: [...values, null] }] };
}
