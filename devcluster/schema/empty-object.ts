import { setMember, type JsonObject } from './json.ts';
import type { Schema } from './schema.ts';

/**
 * An object of a schema as it is before anything is set. For custom resources that is an object without members; an object of
 * a built-in kind has the members that its Go type always writes: structs inside, and scalars, lists and pointers that
 * are written even when empty (`x-go-empty`).
 */
export function emptyObject(schema: Schema): JsonObject {
  const object: JsonObject = {};
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const empty = property['x-go-empty'];
    if (empty === 'struct') setMember(object, name, emptyObject(property));
    else if (empty === 'null') setMember(object, name, null);
    else if (empty === 'zero') setMember(object, name, zeroOf(property));
  }
  return object;
}

/** The zero value of a scalar's Go type, as it is written. */
export function zeroOf(schema: Schema): unknown {
  switch (schema['x-go-type'] ?? '') {
    case 'resource.Quantity':
      return '0';
    case 'intstr.IntOrString':
      return 0;
    default:
  }
  switch (schema.type ?? '') {
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    default:
      return '';
  }
}
