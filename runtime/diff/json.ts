/** What came as JSON. */
export type Json = unknown;

export interface JsonMap {
  readonly [name: string]: Json;
}

export function isMap(value: Json): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a map has under a name, which may be that of a member of `Object.prototype`. */
export function memberOf(map: JsonMap, name: string): Json {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}
