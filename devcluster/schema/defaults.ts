import { deepCopy, isArray, isObject, setMember } from './json.ts';
import { additionalSchema, memberSchema, type Schema } from './schema.ts';

/**
 * Sets the defaults that a schema has for what is missing, in place. A null where the schema allows none counts as missing.
 * The defaults are copied. Defaults inside of `allOf` and the like do not count (a structural schema has none there).
 * Source: apiextensions-apiserver/pkg/apiserver/schema/defaulting Default.
 */
export function applyDefaults(schema: Schema, value: unknown): void {
  if (isArray(value)) {
    const items = schema.items;
    if (items === undefined) return;
    value.forEach((item, index) => {
      if (isForbiddenNull(item, items)) value[index] = deepCopy(items.default ?? null);
      applyDefaults(items, value[index]);
    });
    return;
  }
  if (!isObject(value)) return;
  const properties = schema.properties ?? {};
  for (const key of Object.keys(properties)) {
    const property = properties[key];
    if (property?.default === undefined || property.default === null) continue;
    if (!Object.hasOwn(value, key) || isForbiddenNull(value[key], property)) {
      setMember(value, key, deepCopy(property.default));
    }
  }
  const additional = additionalSchema(schema);
  for (const key of Object.keys(value)) {
    const named = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (named !== undefined) {
      applyDefaults(named, value[key]);
    } else if (additional !== undefined) {
      if (isForbiddenNull(value[key], additional)) setMember(value, key, deepCopy(additional.default ?? null));
      applyDefaults(additional, value[key]);
    }
  }
}

/**
 * Removes members that are null where their schema allows no null and has no default, in place: as if they had not been given.
 * Those with a default are left to `applyDefaults`. The real server does this after pruning.
 * Source: PruneNonNullableNullsWithoutDefaults.
 */
export function dropForbiddenNulls(schema: Schema | undefined, value: unknown): void {
  if (isArray(value)) {
    for (const item of value) dropForbiddenNulls(schema?.items, item);
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      const member = memberSchema(schema, key);
      if (member !== undefined && isForbiddenNull(value[key], member) && (member.default ?? null) === null) {
        delete value[key];
      } else {
        dropForbiddenNulls(member, value[key]);
      }
    }
  }
}

function isForbiddenNull(value: unknown, schema: Schema): boolean {
  return value === null && schema.nullable !== true;
}
