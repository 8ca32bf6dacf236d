import { isDeepStrictEqual } from 'node:util';
import { REFUSALS } from './errors.ts';
import type { Refusal } from './errors.ts';
import { isJson } from './structural.ts';
import type { Json, StructuralSchema } from './structural.ts';
import { lacksDefaults, refusalOf } from './zod.ts';

/**
 * The default of a schema, checked against it: the API server refuses a CRD whose default is not valid, or holds keys that it
 * would remove. `read` is asked twice, to see whether it answers the same.
 */
export function defaultOf(
  read: () => unknown,
  { type, innerType }: { readonly type: 'default' | 'prefault'; readonly innerType: Parameters<typeof refusalOf>[0] },
  structure: StructuralSchema,
  refuse: (refusal: Refusal) => undefined,
): StructuralSchema | undefined {
  const value = read();
  if (!isDeepStrictEqual(value, read())) return refuse(REFUSALS.defaultVaries());
  if (!isJson(value)) return refuse(REFUSALS.defaultValue('it is no plain JSON value'));
  if (value === null) return refuse(REFUSALS.defaultValue('the API server forgets a default of null'));
  const reason =
    refusalOf(innerType, value) ??
    surplusKey(structure, value) ??
    (type === 'default' && lacksDefaults(innerType, value)
      ? 'zod takes it as it is, and the server adds the defaults of what it lacks; `.prefault()` has both add them'
      : undefined);
  return reason === undefined ? { ...structure, default: value } : refuse(REFUSALS.defaultValue(reason));
}

/** A key of the value that the schema does not have. */
function surplusKey(schema: StructuralSchema, value: Json, path = ''): string | undefined {
  if (isList(value)) {
    const { items } = schema;
    return items && first(value.map((item, index) => surplusKey(items, item, `${path}[${index}]`)));
  }
  if (value === null || typeof value !== 'object') return undefined;
  return first(
    Object.entries(value).map(([key, child]) => {
      const place = path === '' ? key : `${path}.${key}`;
      const below = schema.properties?.[key] ?? schema.additionalProperties;
      if (below) return surplusKey(below, child, place);
      return schema['x-kubernetes-preserve-unknown-fields'] ? undefined : `there is no key \`${place}\``;
    }),
  );
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function first(reasons: readonly (string | undefined)[]): string | undefined {
  return reasons.find((reason) => reason !== undefined);
}
