/** JSON values as the API server handles them: parsed, not yet typed by a schema. */

/** A JSON object. Its members are `unknown`: read them through `own`, so that nothing inherited is ever taken for data. */
export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isArray(value: unknown): value is unknown[] {
  return Array.isArray(value);
}

/** The member itself, never one of the prototype: a resource may well have a field named `constructor`. */
export function own<T>(record: { readonly [key: string]: T }, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** The object at a path of member names, undefined where there is none. */
export function objectAt(value: unknown, ...path: readonly string[]): JsonObject | undefined {
  let current = value;
  for (const key of path) {
    if (!isObject(current)) return undefined;
    current = own(current, key);
  }
  return isObject(current) ? current : undefined;
}

/** The value at a path of member names, undefined where there is none. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    if (!isObject(current)) return undefined;
    current = own(current, key);
  }
  return current;
}

/** The list at a path of member names, an empty one where there is none. */
export function listAt(value: unknown, ...path: readonly string[]): unknown[] {
  const found = valueAt(value, ...path);
  return isArray(found) ? found : [];
}

/** The string at a path of member names, an empty one where there is none (as a field of a Go struct reads). */
export function stringAt(value: unknown, ...path: readonly string[]): string {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** Sets a member even if it is named `__proto__`. */
export function setMember(target: JsonObject, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}

/** A copy that shares nothing with the original. */
export function deepCopy<T>(value: T): T;
export function deepCopy(value: unknown): unknown {
  if (isArray(value)) return value.map((item) => deepCopy(item));
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) setMember(copy, key, deepCopy(value[key]));
  return copy;
}

/** Equality of JSON values; the order of members does not count. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isArray(a)) {
    return isArray(b) && a.length === b.length && a.every((item, index) => deepEqual(item, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && deepEqual(a[key], b[key]));
}

/**
 * How deep objects and lists may nest. A real server takes 10,000 levels; here all that handles an object is recursive, and has the
 * stack of whoever runs the cluster.
 */
export const MAX_DEPTH = 1000;

/** Whether objects and lists nest in more than so many levels. */
export function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels <= 0 || Object.values(value).some((member) => isDeeperThan(levels - 1, member));
}
