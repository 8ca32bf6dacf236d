import { deepEqual, isArray, isObject } from './json.ts';
import { additionalSchema, memberSchema, type Schema } from './schema.ts';

/**
 * The former value that belongs to a value: by member name, and in lists of type `map` by key.
 * On an update, errors in a value that equals its former one are forgiven ("ratcheting").
 * Source: k8s.io/apiserver/pkg/cel/common CorrelatedObject.
 */
export interface Correlation {
  readonly schema: Schema;
  readonly value: unknown;
  readonly old: unknown;
}

/** The correlation of a member; undefined where the former value is not known. */
export function correlateMember(parent: Correlation | undefined, name: string): Correlation | undefined {
  if (parent === undefined || !isObject(parent.value) || !isObject(parent.old)) return undefined;
  if (!Object.hasOwn(parent.value, name) || !Object.hasOwn(parent.old, name)) return undefined;
  const schema = memberSchema(parent.schema, name);
  return schema === undefined ? undefined : { schema, value: parent.value[name], old: parent.old[name] };
}

/** The correlation of a list's item; only lists of type `map` have one. */
export function correlateItem(parent: Correlation | undefined, index: number): Correlation | undefined {
  if (parent === undefined || !isArray(parent.value) || !isArray(parent.old)) return undefined;
  const { schema, value, old } = parent;
  const items = schema.items;
  if (items === undefined || schema['x-kubernetes-list-type'] !== 'map') return undefined;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const item = value[index];
  const former = old.find((candidate) => sameKeys(candidate, item, keys));
  return former === undefined ? undefined : { schema: items, value: item, old: former };
}

function sameKeys(a: unknown, b: unknown, keys: readonly string[]): boolean {
  return isObject(a) && isObject(b) && keys.every((key) => deepEqual(a[key], b[key]));
}

/** Whether a value equals its former one; the order of a list of type `map` does not count. */
export function unchanged(node: Correlation): boolean {
  const { schema, value, old } = node;
  if (isArray(value) && isArray(old)) {
    if (value.length !== old.length) return false;
    if (schema['x-kubernetes-list-type'] !== 'map') return deepEqual(value, old);
    return value.every((_, index) => {
      const item = correlateItem(node, index);
      return item !== undefined && unchanged(item);
    });
  }
  if (isObject(value) && isObject(old)) {
    const keys = Object.keys(value);
    if (keys.length !== Object.keys(old).length) return false;
    if (schema.properties === undefined && additionalSchema(schema) === undefined) return keys.length === 0;
    return keys.every((key) => {
      const member = correlateMember(node, key);
      return member !== undefined && unchanged(member);
    });
  }
  return deepEqual(value, old);
}
