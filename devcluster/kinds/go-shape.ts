/**
 * Brings an object of a built-in kind into the shape that its Go type gives it: what a real server stores and answers.
 */
import { emptyObject, zeroOf } from '../schema/empty-object.ts';
import { isArray, isObject, setMember, type JsonObject } from '../schema/json.ts';
import { orderMap } from '../schema/member-order.ts';
import { additionalSchema, type Schema } from '../schema/schema.ts';
import { definitionSchema } from './builtin-definitions.ts';
import { normaliseMicroTime, normaliseTime } from './go-time.ts';
import { parseQuantity } from './quantity.ts';

/**
 * In place: members that the type does not have go, null and empty values go where they would not be written, structs
 * and scalars that are always written come, quantities and times get their one form. Does nothing to an object that has it.
 * @returns the paths of the members that the type does not have, in their order: `spec.containers[0].foo`.
 * Values of the wrong type are left as they are: see `findDecodeProblem`.
 */
export function toGoShape(schema: Schema, object: JsonObject): string[] {
  const unknown: string[] = [];
  shapeObject(schema, object, '', unknown);
  return unknown;
}

function shapeObject(schema: Schema, object: JsonObject, path: string, unknown: string[]): void {
  const properties = schema.properties ?? {};
  for (const key of Object.keys(object)) {
    const at = path === '' ? key : `${path}.${key}`;
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (property === undefined) {
      unknown.push(at);
      delete object[key];
      continue;
    }
    const value = shapeValue(property, object[key], at, unknown);
    if (value === null || value === undefined || (isOmitted(property) && isEmpty(value))) {
      delete object[key];
    } else {
      setMember(object, key, value);
    }
  }
  for (const key of Object.keys(properties)) {
    if (Object.hasOwn(object, key)) continue;
    const property = properties[key];
    switch (property?.['x-go-empty']) {
      case 'struct':
        setMember(object, key, emptyObject(property));
        break;
      case 'zero':
        setMember(object, key, zeroOf(property));
        break;
      case 'null':
        setMember(object, key, null);
        break;
      case 'omit':
      case undefined:
    }
  }
}

/** The dependencies of a JSON schema are refused even where they are empty, which can be seen only if they stay. */
function isOmitted(property: Schema): boolean {
  return property['x-go-empty'] === 'omit' && property['x-go-type'] !== 'v1.JSONSchemaDependencies';
}

function isEmpty(value: unknown): boolean {
  if (isArray(value)) return value.length === 0;
  if (isObject(value)) return Object.keys(value).length === 0;
  return value === '' || value === 0 || value === false;
}

function shapeValue(schema: Schema, value: unknown, path: string, unknown: string[]): unknown {
  if (value === null || value === undefined) return value;
  switch (schema['x-go-type'] ?? '') {
    case 'resource.Quantity':
      return shapeQuantity(value);
    case 'v1.Time':
      return typeof value === 'string' ? orSame(normaliseTime(value), value) : value;
    case 'v1.MicroTime':
      return typeof value === 'string' ? orSame(normaliseMicroTime(value), value) : value;
    case 'v1.JSONSchemaPropsOrBool':
    case 'v1.JSONSchemaPropsOrArray':
    case 'v1.JSONSchemaPropsOrStringArray':
      return shapeJsonSchema(value, path, unknown);
    case 'v1.JSON':
    case 'runtime.RawExtension':
    case 'v1.FieldsV1':
    case 'intstr.IntOrString':
      return value;
    default:
  }
  if (isArray(value)) return shapeList(schema, value, path, unknown);
  if (isObject(value)) return shapeMap(schema, value, path, unknown);
  return schema.format === 'byte' && typeof value === 'string' ? value.replace(/[\r\n]/g, '') : value;
}

function shapeList(schema: Schema, list: unknown[], path: string, unknown: string[]): unknown[] {
  const items = schema.items;
  if (items === undefined) return list;
  list.forEach((item, index) => {
    list[index] = item === null ? nullItem(items) : shapeValue(items, item, `${path}[${index}]`, unknown);
  });
  return list;
}

function shapeMap(schema: Schema, map: JsonObject, path: string, unknown: string[]): JsonObject {
  const values = additionalSchema(schema);
  if (values === undefined) {
    shapeObject(schema, map, path, unknown);
    return map;
  }
  for (const key of Object.keys(map)) {
    const value = map[key];
    const shaped = value === null ? nullItem(values) : shapeValue(values, value, `${path}.${key}`, unknown);
    setMember(map, key, shaped);
  }
  orderMap(map);
  return map;
}

/** What Go makes of a null among the items of a list or the values of a map. */
function nullItem(schema: Schema): unknown {
  // The type of any JSON keeps it as it is: among the values of an enumeration, null is one.
  if (schema['x-go-type'] === 'v1.JSON') return null;
  if (schema.type === 'object' && schema.properties !== undefined) return emptyObject(schema);
  if (schema.type === 'array' || schema.type === 'object') return null;
  return zeroOf(schema);
}

function shapeQuantity(value: unknown): unknown {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return value;
  const quantity = parseQuantity(text.trim());
  return 'text' in quantity ? quantity.text : value;
}

/** A schema, a list of schemas, a list of names, a boolean: the types inside of CustomResourceDefinitions that OpenAPI leaves open. */
function shapeJsonSchema(value: unknown, path: string, unknown: string[]): unknown {
  if (isArray(value)) {
    value.forEach((item, index) => shapeJsonSchema(item, `${path}[${index}]`, unknown));
  } else if (isObject(value)) {
    shapeObject(definitionSchema(JSON_SCHEMA), value, path, unknown);
  }
  return value;
}

const JSON_SCHEMA = 'apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps';

function orSame(result: string | { readonly error: string }, value: string): string {
  return typeof result === 'string' ? result : value;
}
