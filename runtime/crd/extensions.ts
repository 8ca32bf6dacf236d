import { REFUSALS } from './errors.ts';
import type { Refusal } from './errors.ts';
import type { StructuralSchema } from './structural.ts';

/**
 * What is wrong with an `x-kubernetes-…` of `.meta()`, by the rules of the API server; undefined where nothing is.
 * Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy and KEP-2876.
 */
export function extensionFault(
  key: string,
  value: unknown,
  schema: StructuralSchema,
  meta: ReadonlyMap<string, unknown>,
): Refusal | undefined {
  const reasonOf = RULES[key];
  if (!reasonOf) return REFUSALS.extensionUnknown(key);
  const reason = reasonOf(value, schema, meta);
  return reason === undefined ? undefined : REFUSALS.extension(key, reason);
}

type Rule = (value: unknown, schema: StructuralSchema, meta: ReadonlyMap<string, unknown>) => string | undefined;

const RULES: Readonly<Record<string, Rule>> = {
  'x-kubernetes-list-type'(value, { type, items }, meta) {
    if (type !== 'array') return 'it is for lists';
    if (value === 'atomic') return undefined;
    if (value === 'set')
      return isSetItem(items) ? undefined : 'the items of a set are scalars, or atomic objects or lists';
    if (value !== 'map') return 'it is `atomic`, `set` or `map`';
    if (items?.type !== 'object') return 'the items of a map are objects';
    return meta.has('x-kubernetes-list-map-keys') ? undefined : 'a map needs `x-kubernetes-list-map-keys`';
  },
  'x-kubernetes-list-map-keys'(value, { items }, meta) {
    if (meta.get('x-kubernetes-list-type') !== 'map') return 'it goes with `x-kubernetes-list-type: map`';
    if (!isTexts(value) || value.length === 0) return "it is a list of the items' keys";
    for (const key of value) {
      const property = items?.properties?.[key];
      if (!property) return `the items have no key \`${key}\``;
      if (property.type === 'object' || property.type === 'array' || property.type === undefined)
        return `\`${key}\` is not a scalar`;
      if (property.default === undefined && items?.required?.includes(key) !== true) {
        return `\`${key}\` has to be required, or to have a default`;
      }
    }
    return undefined;
  },
  'x-kubernetes-map-type'(value, { type }) {
    if (type !== 'object') return 'it is for objects';
    return value === 'atomic' || value === 'granular' ? undefined : 'it is `atomic` or `granular`';
  },
  'x-kubernetes-validations': (value) => {
    if (!Array.isArray(value) || value.length === 0) return 'it is a list of rules';
    return value.map((rule: unknown) => ruleFault(rule)).find((reason) => reason !== undefined);
  },
  'x-kubernetes-int-or-string': (value, schema) =>
    value === true && (schema['x-kubernetes-int-or-string'] || isUntyped(schema))
      ? undefined
      : 'it is `true`, on `z.unknown()` or a union of integer and text',
  'x-kubernetes-preserve-unknown-fields': (value, { type }) =>
    value === true && (type === 'object' || type === undefined)
      ? undefined
      : 'it is `true`, on objects or `z.unknown()`',
  'x-kubernetes-embedded-resource'(value, schema) {
    if (value !== true || schema.type !== 'object') return 'it is `true`, on objects';
    return schema.properties || schema['x-kubernetes-preserve-unknown-fields']
      ? undefined
      : 'the object needs keys, or has to be loose';
  },
};

function isUntyped(schema: StructuralSchema): boolean {
  return schema.type === undefined && schema['x-kubernetes-preserve-unknown-fields'] === true;
}

function isSetItem(items: StructuralSchema | undefined): boolean {
  if (items?.type === 'object') return items['x-kubernetes-map-type'] === 'atomic';
  if (items?.type === 'array')
    return items['x-kubernetes-list-type'] === undefined || items['x-kubernetes-list-type'] === 'atomic';
  return items?.type !== undefined && items.nullable !== true;
}

const RULE_KEYS = new Set(['rule', 'message', 'messageExpression', 'reason', 'fieldPath', 'optionalOldSelf']);
const RULE_REASONS = new Set(['FieldValueInvalid', 'FieldValueForbidden', 'FieldValueRequired', 'FieldValueDuplicate']);

function ruleFault(rule: unknown): string | undefined {
  if (typeof rule !== 'object' || rule === null) return 'each rule is an object';
  const entries = new Map<string, unknown>(Object.entries(rule));
  const text = entries.get('rule');
  if (typeof text !== 'string' || text.trim() === '') return 'each rule has a text `rule`';
  const unknown = [...entries.keys()].find((key) => !RULE_KEYS.has(key));
  if (unknown !== undefined) return `a rule has no key \`${unknown}\``;
  for (const key of ['message', 'messageExpression', 'reason', 'fieldPath']) {
    const value = entries.get(key);
    if (value !== undefined && typeof value !== 'string') return `\`${key}\` is a text`;
  }
  const message = entries.get('message');
  if (typeof message === 'string' && message.includes('\n')) return 'a message is one line';
  const reason = entries.get('reason');
  if (typeof reason === 'string' && !RULE_REASONS.has(reason))
    return `a reason is one of ${[...RULE_REASONS].join(', ')}`;
  const old = entries.get('optionalOldSelf');
  return old === undefined || typeof old === 'boolean' ? undefined : '`optionalOldSelf` is `true` or `false`';
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
