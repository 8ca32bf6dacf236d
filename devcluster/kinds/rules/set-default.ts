import { isArray, isObject, type JsonObject } from '../../schema/json.ts';

/** Sets a member that is missing or empty: Go's defaulting does not tell the two apart. */
export function setDefault(object: JsonObject, name: string, value: unknown): void {
  if (isUnset(object[name])) object[name] = value;
}

/** Not there, null, '' or an empty list or map. */
export function isUnset(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

/** Sets a member that is missing; one that is empty counts as given (a pointer in Go). */
export function setMissing(object: JsonObject, name: string, value: unknown): void {
  if ((object[name] ?? undefined) === undefined) object[name] = value;
}
