import { deepCopy, isArray, isObject, setMember, type JsonObject } from '../schema/json.ts';
import { PatchError } from './patch-error.ts';

/**
 * A JSON merge patch (RFC 7386) as the API server applies it: null removes, objects merge, all else replaces.
 * Nulls inside of what is new are dropped, those in lists stay.
 * @param object is left as it is.
 * @throws PatchError 400 for a patch that is no object.
 */
export function applyMergePatch(object: JsonObject, patch: unknown): JsonObject {
  if (!isObject(patch)) throw PatchError.malformed(patchIsNoObject(patch));
  const merged = merge(object, patch);
  return isObject(merged) ? merged : {};
}

function patchIsNoObject(patch: unknown): string {
  if (patch === null) return 'Invalid JSON Patch';
  let type: string = typeof patch;
  if (isArray(patch)) type = 'array';
  else if (type === 'boolean') type = 'bool';
  return `error decoding patch: json: cannot unmarshal ${type} into Go value of type map[string]interface {}`;
}

function merge(current: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return isObject(current) ? deepCopy(patch) : withoutNulls(patch);
  if (!isObject(current)) return withoutNulls(patch);
  const merged: JsonObject = {};
  for (const key of Object.keys(current)) {
    if (!Object.hasOwn(patch, key)) setMember(merged, key, deepCopy(current[key]));
    else if (patch[key] !== null) setMember(merged, key, mergeMember(current[key], patch[key]));
  }
  for (const key of Object.keys(patch)) {
    if (!Object.hasOwn(current, key) && patch[key] !== null) setMember(merged, key, withoutNulls(patch[key]));
  }
  return merged;
}

function mergeMember(current: unknown, patch: unknown): unknown {
  return current === null ? withoutNulls(patch) : merge(current, patch);
}

/** A copy without the members that are null; the nulls in a list stay, those in objects of a list go. */
function withoutNulls(value: unknown): unknown {
  if (isArray(value)) return value.map((item) => withoutNulls(item));
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) {
    if (value[key] !== null) setMember(copy, key, withoutNulls(value[key]));
  }
  return copy;
}
