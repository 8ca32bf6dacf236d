/**
 * The directives of strategic merge patches, and what can be wrong with them.
 * Source: k8s.io/apimachinery/pkg/util/{strategicpatch,mergepatch}.
 */
import { formatGoValue } from '../schema/go-text.ts';
import { isArray, isObject, type JsonObject } from '../schema/json.ts';
import { PatchError } from './patch-error.ts';

export const PATCH = '$patch';
export const RETAIN_KEYS = '$retainKeys';
export const DELETE_FROM_LIST = '$deleteFromPrimitiveList';
export const SET_ORDER = '$setElementOrder';

/** The member that a directive such as `$setElementOrder/containers` is about. */
export function memberOf(key: string, prefix: string): string {
  const slash = key.indexOf('/');
  if (slash < 0 || key.slice(0, slash) !== prefix) {
    throw PatchError.malformed(prefix === SET_ORDER ? BAD_ORDER : 'invalid patch format of primitive list');
  }
  return key.slice(slash + 1);
}

export const BAD_ORDER = 'invalid patch format of setElementOrder list';
export const BAD_RETAIN_KEYS = 'invalid patch format of retainKeys';

export function unknownDirective(directive: unknown, map: JsonObject): PatchError {
  return PatchError.failed(`unknown patch type: ${formatGoValue(directive)} in map: ${formatGoValue(map)}`);
}

export function missingMergeKey(map: JsonObject, key: string): PatchError {
  return PatchError.failed(`map: ${formatGoValue(map)} does not contain declared merge key: ${key}`);
}

export function wrongType(expected: string, actual: unknown): PatchError {
  return PatchError.failed(`expected a ${expected}, but received a ${goTypeOf(actual)}`);
}

export const MAP_TYPE = 'map[string]interface {}';
export const LIST_TYPE = '[]interface {}';

/** The Go type of a value that was read from JSON. */
export function goTypeOf(value: unknown): string {
  if (value === null || value === undefined) return '%!s(<nil>)';
  if (isArray(value)) return LIST_TYPE;
  if (isObject(value)) return MAP_TYPE;
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}

/** What a member is to become that nothing is there to be merged with: directives go, and what they stand in. */
export function withoutDirectives(value: unknown): unknown {
  if (isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (!isObject(value)) return value;
  if (Object.hasOwn(value, PATCH)) return undefined;
  for (const key of Object.keys(value)) {
    const kept = withoutDirectives(value[key]);
    if (kept === undefined) delete value[key];
    else value[key] = kept;
  }
  return value;
}

/** Nulls say what to remove; where nothing was there is nothing to be removed. */
export function dropNulls(value: unknown): void {
  if (isArray(value)) value.forEach(dropNulls);
  if (!isObject(value)) return;
  for (const key of Object.keys(value)) {
    if (value[key] === null) delete value[key];
    else dropNulls(value[key]);
  }
}
