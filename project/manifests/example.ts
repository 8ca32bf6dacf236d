import type { Json, StructuralSchema } from '../../runtime/crd/crd.ts';
import { sampleText } from './sample-text.ts';

/** An example, and the paths of required keys for which no value was found. */
export interface Example {
  readonly value: Json | undefined;
  readonly missing: readonly string[];
}

/**
 * A value that a schema accepts: its default or example, else the least that fits, with the keys that are required or have a
 * default. Rules in CEL and rare patterns are beyond it; `.meta({ examples: [ … ] })` helps there.
 */
export function exampleOf(schema: StructuralSchema, path: string): Example {
  if (schema.default !== undefined) return { value: schema.default, missing: [] };
  if (schema.example !== undefined) return { value: schema.example, missing: [] };
  const [choice] = [...(schema.enum ?? []), ...(schema.allOf ?? []).flatMap((rules) => rules.enum ?? [])];
  if (choice !== undefined) return { value: choice, missing: [] };
  if (schema.type === 'object') return objectOf(schema, path);
  if (schema.type === 'array') return listOf(schema, path);
  const value = scalarOf(schema, path.split('.').at(-1)?.replaceAll('[]', '') ?? '');
  return { value, missing: value === undefined ? [path] : [] };
}

function scalarOf(schema: StructuralSchema, name: string): Json | undefined {
  if (schema.type === 'string') return sampleText(schema, name);
  if (schema.type === 'boolean') return false;
  if (schema.type === 'integer' || schema.type === 'number') return numberOf(schema);
  return schema['x-kubernetes-int-or-string'] ? numberOf({ ...schema, type: 'integer' }) : {};
}

function objectOf(schema: StructuralSchema, path: string): Example {
  // Of several forms, the first.
  const [form] = schema.oneOf ?? [];
  const required = new Set([...(schema.required ?? []), ...(form?.required ?? [])]);
  const missing: string[] = [];
  const entries: [string, Json][] = [];
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    if (!required.has(key) && property.default === undefined) continue;
    const chosen = form?.properties[key]?.enum?.[0];
    const found: Example =
      chosen === undefined ? exampleOf(property, `${path}.${key}`) : { value: chosen, missing: [] };
    missing.push(...found.missing);
    if (found.value !== undefined) entries.push([key, found.value]);
  }
  return { value: Object.fromEntries(entries), missing };
}

function listOf({ items, minItems = 0, ...schema }: StructuralSchema, path: string): Example {
  if (!items || minItems === 0) return { value: [], missing: [] };
  const { value, missing } = exampleOf(items, `${path}[]`);
  // Sets and keyed lists hold nothing twice.
  const distinct = ['set', 'map'].includes(schema['x-kubernetes-list-type'] ?? '');
  if (value === undefined || (distinct && minItems > 1)) return { value: undefined, missing: [path] };
  return { value: Array.from({ length: minItems }, () => value), missing };
}

function numberOf({
  type,
  minimum,
  maximum,
  exclusiveMinimum,
  exclusiveMaximum,
  multipleOf,
  allOf = [],
}: StructuralSchema): number | undefined {
  const steps = [multipleOf, ...allOf.map((rule) => rule.multipleOf)].filter((step) => step !== undefined);
  const step = steps.reduce((product, each) => product * each, type === 'integer' || steps.length > 0 ? 1 : 0.5);
  const fits = (value: number) =>
    (minimum === undefined || (exclusiveMinimum ? value > minimum : value >= minimum)) &&
    (maximum === undefined || (exclusiveMaximum ? value < maximum : value <= maximum)) &&
    steps.every((each) => Number.isInteger(value / each));
  const from = Math.ceil((minimum ?? Math.min(1, maximum ?? 1)) / step) * step;
  const between = minimum !== undefined && maximum !== undefined ? [(minimum + maximum) / 2] : [];
  const candidates = [1, 0, from, from + step, maximum ?? 0, ...(type === 'number' ? between : [])];
  return candidates.find((value) => fits(value));
}
