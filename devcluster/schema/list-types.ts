/**
 * Duplicates in lists of type `set` and `map`.
 * Source: apiextensions-apiserver/pkg/apiserver/schema/listtype.
 */
import { duplicate, invalid, type FieldError } from './field-error.ts';
import { marshalJson } from './go-text.ts';
import { isArray, isObject, type JsonObject } from './json.ts';
import { memberSchema, type Schema } from './schema.ts';

export function validateListTypes(schema: Schema, value: unknown, path = ''): FieldError[] {
  if (isArray(value)) return validateList(schema, value, path);
  if (!isObject(value)) return [];
  return Object.keys(value).flatMap((key) => {
    const member = memberSchema(schema, key);
    return member === undefined ? [] : validateListTypes(member, value[key], childPath(schema, path, key));
  });
}

/** Members that a schema names are children, the others keys: `spec.labels[app]`. */
export function childPath(schema: Schema, path: string, key: string): string {
  const named = schema.properties !== undefined && Object.hasOwn(schema.properties, key);
  if (!named) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}

function validateList(schema: Schema, list: readonly unknown[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const type = schema['x-kubernetes-list-type'];
  if (type === 'set') {
    for (const index of secondAppearances(list)) errors.push(duplicate(`${path}[${index}]`, list[index]));
  } else if (type === 'map') {
    errors.push(...validateMapList(schema['x-kubernetes-list-map-keys'] ?? [], list, path));
  }
  const items = schema.items;
  if (items !== undefined) {
    list.forEach((item, index) => errors.push(...validateListTypes(items, item, `${path}[${index}]`)));
  }
  return errors;
}

function validateMapList(keys: readonly string[], list: readonly unknown[], path: string): FieldError[] {
  const wrong = list.findIndex((item) => item !== null && !isObject(item));
  if (wrong >= 0) {
    return [invalid(`${path}[${wrong}]`, list[wrong], 'must be an object for an array of list-type map')];
  }
  const identities = list.map((item) => identity(keys, isObject(item) ? item : {}));
  return secondAppearances(identities).map((index) => duplicate(`${path}[${index}]`, identities[index]));
}

function identity(keys: readonly string[], item: JsonObject): JsonObject {
  const found: JsonObject = {};
  for (const key of keys) {
    if (Object.hasOwn(item, key)) found[key] = item[key];
  }
  return found;
}

/** The indexes where a value appears for the second time; a third is not reported again. */
function secondAppearances(list: readonly unknown[]): number[] {
  const seen = new Map<string, number>();
  const found: number[] = [];
  list.forEach((item, index) => {
    const text = marshalJson(item);
    const times = seen.get(text) ?? 0;
    if (times === 1) found.push(index);
    seen.set(text, times + 1);
  });
  return found;
}
