import { REFUSALS } from './errors.ts';
import type { Refusal } from './errors.ts';
import type { StructuralSchema, ValidationRule, ValueRules } from './structural.ts';
import { textFormatOf } from './text-formats.ts';
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
        if (value === 0) return refuse(REFUSALS.noValues());
        if (!Number.isSafeInteger(value)) return refuse(REFUSALS.multipleOf(String(value)));
        divisors.push(Math.abs(value));
        break;
      case 'custom':
        break;
      default:
        return refuse(REFUSALS.check(kind));
    }
  }
  if (type === 'integer') wholeBounds(rules);
  const validations = type === 'number' ? boundRules(rules) : [];
  const [multipleOf, ...more] = divisors;
  return {
    type,
    ...rules,
    ...(validations.length > 0 && { 'x-kubernetes-validations': validations }),
    ...(multipleOf !== undefined && { multipleOf }),
    ...(more.length > 0 && { allOf: more.map((divisor) => ({ multipleOf: divisor })) }),
  };
}

/** The server holds it against integers, valid ones too, when a bound of theirs is a fraction. Seen with Kubernetes 1.37. */
function wholeBounds(rules: Mutable<ValueRules>): void {
  const { minimum, maximum } = rules;
  if (minimum !== undefined && !Number.isInteger(minimum)) {
    rules.minimum = Math.ceil(minimum);
    delete rules.exclusiveMinimum;
  }
  if (maximum !== undefined && !Number.isInteger(maximum)) {
    rules.maximum = Math.floor(maximum);
    delete rules.exclusiveMaximum;
  }
}

/**
 * Takes the bounds away that the server would get wrong, and returns rules in CEL that say the same. For values that are written as whole
 * numbers it cuts a bound off to 64 bits: 0 passes `minimum: 0.5`, and nothing passes `maximum: 1e20`. Seen with Kubernetes 1.37.
 */
function boundRules(rules: Mutable<ValueRules>): readonly ValidationRule[] {
  const found: ValidationRule[] = [];
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = rules;
  if (minimum !== undefined && !isCutRight(minimum, exclusiveMinimum === true ? 0 : -1)) {
    delete rules.minimum;
    delete rules.exclusiveMinimum;
    const [sign, words] = exclusiveMinimum === true ? ['>', 'greater than'] : ['>=', 'greater than or equal to'];
    found.push({ rule: `self ${sign} ${inCel(minimum)}`, message: `should be ${words} ${minimum}` });
  }
  if (maximum !== undefined && !isCutRight(maximum, exclusiveMaximum === true ? 0 : 1)) {
    delete rules.maximum;
    delete rules.exclusiveMaximum;
    const [sign, words] = exclusiveMaximum === true ? ['<', 'less than'] : ['<=', 'less than or equal to'];
    found.push({ rule: `self ${sign} ${inCel(maximum)}`, message: `should be ${words} ${maximum}` });
  }
  return found;
}

/** Whether a bound cut off means the same for whole numbers. `side`: on which side of 0 a fraction may be; 0: on none. */
function isCutRight(bound: number, side: -1 | 0 | 1): boolean {
  if (Math.abs(bound) > Number.MAX_SAFE_INTEGER) return false;
  return Number.isInteger(bound) || Math.sign(bound) === side;
}

/** As a double: a whole number's literal would be an integer. */
function inCel(value: number): string {
  const text = String(value).replace('e+', 'e');
  return /[.e]/.test(text) ? text : `${text}.0`;
}

interface NumberFormat {
  readonly integer: boolean;
  readonly format: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

/**
 * By zod's names. OpenAPI has no unsigned numbers. The server's integers have 64 bits, of which JavaScript reads 53: a greater one would
 * come to a worker as another number.
 */
const NUMBER_FORMATS: ReadonlyMap<string, NumberFormat> = new Map([
  ['safeint', { integer: true, format: 'int64', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }],
  ['int32', { integer: true, format: 'int32', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 }],
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
  const formats: string[] = [];
  const patterns: string[] = [];
  for (const check of checks) {
    switch (check.kind) {
      case 'string_format': {
        const found = textFormatOf(check);
        if ('code' in found) return refuse(found);
        if (found.format !== undefined) formats.push(found.format);
        patterns.push(...found.patterns);
        break;
      }
      case 'custom':
        break;
      default:
        if (!LENGTH_CHECKS.has(check.kind)) return refuse(REFUSALS.check(check.kind));
    }
  }
  const [pattern, ...more] = new Set(patterns);
  const { least, most } = lengthRange(checks);
  const allOf = [...more.map((each) => ({ pattern: each })), ...[...new Set(formats)].map((format) => ({ format }))];
  return {
    type: 'string',
    ...(least !== undefined && { minLength: least }),
    ...(most !== undefined && { maxLength: most }),
    ...(pattern !== undefined && { pattern }),
    ...(allOf.length > 0 && { allOf }),
  };
}

/** The least and the most characters or items that all checks allow together. */
export function lengthRange(checks: readonly Check[]): { least?: number; most?: number } {
  const least = Math.ceil(Math.max(0, ...checks.map(({ length, minimum }) => length ?? minimum ?? 0)));
  const most = Math.floor(Math.min(...checks.map(({ length, maximum }) => length ?? maximum ?? Infinity)));
  return { ...(least > 0 && { least }), ...(Number.isFinite(most) && { most }) };
}

export const LENGTH_CHECKS: ReadonlySet<string> = new Set(['min_length', 'max_length', 'length_equals']);

/** An enum, a literal or several. */
export function enumOf(values: readonly unknown[], refuse: Refuse): StructuralSchema | undefined {
  if (values.some((value) => typeof value === 'number' && !Number.isFinite(value)))
    return refuse(REFUSALS.type('number that JSON cannot hold', 'Use a text, or another number.'));
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
