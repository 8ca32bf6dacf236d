import { isArray, isObject } from '../schema/json.ts';

/** Freezes deeply. What is frozen already is taken to be frozen throughout. */
export function freezeJson<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) freezeJson<unknown>(member);
  }
  return value;
}

/**
 * Whether two values mean the same to the real server's built-in types: an absent member, null, an empty list and an empty map do
 * not differ there (`apiequality.Semantic`).
 */
export function equalSemantically(a: unknown, b: unknown): boolean {
  if (a === b || (isZero(a) && isZero(b))) return true;
  if (isArray(a)) {
    return isArray(b) && a.length === b.length && a.every((item, index) => equalSemantically(item, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => equalSemantically(a[name], b[name]));
}

function isZero(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (isArray(value)) return value.length === 0;
  return isObject(value) && Object.values(value).every(isZero);
}
