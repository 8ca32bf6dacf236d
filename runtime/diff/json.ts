/** What came as JSON. */
export type Json = unknown;

export interface JsonMap {
  readonly [name: string]: Json;
}

export function isMap(value: Json): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
