import { isDeepStrictEqual } from 'node:util';
import { REFUSALS } from './errors.ts';
import type { Refusal } from './errors.ts';
import type { Alternative, Json, StructuralSchema } from './structural.ts';

type Refuse = (refusal: Refusal) => undefined;

/** Text or whole number: the one choice between types that a CRD knows. Rules for either stand side by side. */
export function intOrStringOf(parts: readonly StructuralSchema[]): StructuralSchema | undefined {
  const [first, second] = parts.toSorted((a, b) => (a.type ?? '').localeCompare(b.type ?? ''));
  if (parts.length !== 2 || first?.type !== 'integer' || second?.type !== 'string') return undefined;
  const { type: _integer, format: _width, ...ofNumber } = first;
  const { type: _string, format, ...ofText } = second;
  if ('enum' in first || 'enum' in second || format !== undefined) return undefined;
  const allOf = [...(ofNumber.allOf ?? []), ...(ofText.allOf ?? [])];
  return { 'x-kubernetes-int-or-string': true, ...ofNumber, ...ofText, ...(allOf.length > 0 && { allOf }) };
}

/**
 * Objects that one key tells apart: all keys side by side, and for each form what it requires. The server does not remove keys
 * that belong to another form; zod ignores them, or refuses them where the form is strict, and so does the server then. Its defaults go to all forms, so a form may have none of its own.
 */
export function discriminatedOf(
  forms: readonly StructuralSchema[],
  discriminator: string,
  strict: readonly boolean[],
  refuse: Refuse,
): StructuralSchema | undefined {
  const properties = new Map<string, StructuralSchema>();
  const values: Json[] = [];
  const oneOf: Alternative[] = [];
  const keys = new Set(forms.flatMap((form) => Object.keys(form.properties ?? {})));
  for (const [index, form] of forms.entries()) {
    if (
      form.type !== 'object' ||
      form.additionalProperties ||
      form['x-kubernetes-preserve-unknown-fields'] ||
      form.oneOf
    ) {
      return refuse(REFUSALS.union());
    }
    for (const [key, schema] of Object.entries(form.properties ?? {})) {
      if (key === discriminator) continue;
      const known = properties.get(key);
      if (known && !isDeepStrictEqual(known, schema)) return refuse(REFUSALS.unionKey(key));
      if (schema.default !== undefined && !forms.every((each) => has(each, key)))
        return refuse(REFUSALS.unionDefault(key));
      properties.set(key, schema);
    }
    const own = form.properties?.[discriminator]?.enum;
    if (!own) return refuse(REFUSALS.union());
    values.push(...own);
    const foreign = strict[index] ? [...keys].filter((key) => !has(form, key)) : [];
    oneOf.push({
      properties: { [discriminator]: { enum: own } },
      required: form.required ?? [],
      ...(foreign.length > 0 && { not: { anyOf: foreign.map((key) => ({ required: [key] })) } }),
    });
  }
  const texts = values.every((value) => typeof value === 'string');
  if (!texts) return refuse(REFUSALS.literals());
  const required = (forms[0]?.required ?? []).filter((key) => forms.every((form) => form.required?.includes(key)));
  return {
    type: 'object',
    properties: { [discriminator]: { type: 'string', enum: values }, ...Object.fromEntries(properties) },
    required,
    oneOf,
  };
}

/** Both of two objects. */
export function intersectionOf(
  left: StructuralSchema,
  right: StructuralSchema,
  refuse: Refuse,
): StructuralSchema | undefined {
  const plain = [left, right].every(
    (side) => side.type === 'object' && side.properties && Object.keys(side).every((key) => PLAIN_KEYS.has(key)),
  );
  if (!plain) return refuse(REFUSALS.intersection(''));
  const properties = new Map(Object.entries(left.properties ?? {}));
  for (const [key, schema] of Object.entries(right.properties ?? {})) {
    const known = properties.get(key);
    if (known && !isDeepStrictEqual(known, schema)) return refuse(REFUSALS.intersection(key));
    properties.set(key, schema);
  }
  const required = [...new Set([...(left.required ?? []), ...(right.required ?? [])])];
  return { type: 'object', properties: Object.fromEntries(properties), ...(required.length > 0 && { required }) };
}

/** A key may have the name of a member of `Object.prototype`. */
function has({ properties = {} }: StructuralSchema, key: string): boolean {
  return Object.hasOwn(properties, key);
}

const PLAIN_KEYS = new Set(['type', 'title', 'description', 'properties', 'required']);
