import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';

/** What this folder asks of zod's schemas, beyond zod's own methods: the boundary at which unknown values become schemas. */

export type ZodSchema = z.core.$ZodTypes;
export type ZodDef = ZodSchema['_zod']['def'];

/** A schema of zod 4, of whatever copy of it: the project's and the generator's may both be loaded. */
export function isZodSchema(value: unknown): value is ZodSchema {
  if (typeof value !== 'object' || value === null || !('_zod' in value)) return false;
  const { _zod: internals } = value;
  if (typeof internals !== 'object' || internals === null || !('def' in internals)) return false;
  const { def } = internals;
  return typeof def === 'object' && def !== null && 'type' in def && typeof def.type === 'string';
}

export function defOf({ _zod: { def } }: ZodSchema): ZodDef {
  return def;
}

/** Whether a key with this schema may be absent from what is written. */
export function mayBeAbsent({ _zod: { optin } }: z.core.$ZodType): boolean {
  return optin !== undefined;
}

/** The values that an enum, a literal or a union of them accepts, where there is a fixed number of them. */
export function valuesOf({ _zod: { values } }: z.core.$ZodType): readonly z.core.util.Primitive[] | undefined {
  return values && [...values];
}

/** The pattern of the texts that a schema accepts. */
export function patternOf({ _zod: { pattern } }: z.core.$ZodType): RegExp | undefined {
  return pattern;
}

/** One check of a schema, such as `.min(3)`. */
export interface Check {
  /** `min_length`, `string_format`, `custom` … */
  readonly kind: string;
  readonly format: string | undefined;
  readonly pattern: RegExp | undefined;
  /** Of a length or number of items. */
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly length: number | undefined;
  /** Of a number. */
  readonly value: number | undefined;
  readonly inclusive: boolean;
  /** Of a format of the user's own, whatever its name. */
  readonly isOwn: boolean;
  /** Of a URL: what a pattern has to say about its parts. */
  readonly parts: readonly RegExp[];
}

/** All checks of a schema; `z.email()` is its own first one. */
export function checksOf(schema: ZodSchema): readonly Check[] {
  const {
    _zod: { def, traits },
  } = schema;
  const added = 'checks' in def ? (def.checks ?? []) : [];
  return [
    ...(traits.has('$ZodCheck') ? [readCheck(def)] : []),
    ...added.map(({ _zod: check }) => readCheck(check.def)),
  ];
}

function readCheck(def: object): Check {
  const found = new Map<string, unknown>(Object.entries(def));
  const text = (key: string) => pick(found.get(key), (value) => typeof value === 'string');
  const number = (key: string) => pick(found.get(key), (value) => typeof value === 'number');
  const pattern = (key: string) => pick(found.get(key), (value) => value instanceof RegExp);
  return {
    kind: text('check') ?? '',
    format: text('format'),
    pattern: pattern('pattern'),
    minimum: number('minimum'),
    maximum: number('maximum'),
    length: number('length'),
    value: number('value'),
    inclusive: found.get('inclusive') === true,
    isOwn: typeof found.get('fn') === 'function',
    parts: [pattern('hostname'), pattern('protocol')].filter((part) => part !== undefined),
  };
}

function pick<T>(value: unknown, is: (value: unknown) => value is T): T | undefined {
  return is(value) ? value : undefined;
}

/** What `.describe()` and `.meta()` say about a schema; what they said before `.min(3)` and its like holds on. */
export function metaOf(schema: ZodSchema): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(z.globalRegistry.get(schema) ?? {}));
}

/** Why the schema refuses a value; undefined where it accepts it. */
export function refusalOf(schema: z.core.$ZodType, value: unknown): string | undefined {
  try {
    const { error } = z.safeParse(schema, value);
    return error?.issues
      .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
      .join('; ');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Whether the schema would add something to a value that it accepts. */
export function lacksDefaults(schema: z.core.$ZodType, value: unknown): boolean {
  const { success, data } = z.safeParse(schema, value);
  return success && !isDeepStrictEqual(data, value);
}
