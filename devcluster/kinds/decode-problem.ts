/**
 * What keeps a value from being read as its Go type. Source: sigs.k8s.io/json (encoding/json's messages).
 */
import { marshalJson } from '../schema/go-text.ts';
import { isArray, isObject } from '../schema/json.ts';
import { additionalSchema, type Schema } from '../schema/schema.ts';
import { normaliseMicroTime, normaliseTime } from './go-time.ts';
import { parseQuantity } from './quantity.ts';

/**
 * The first problem of an object of a built-in kind, in the real server's words; undefined if it can be read.
 * Members that the type does not have are no problem, nor is null.
 */
export function findDecodeProblem(schema: Schema, value: unknown, kind: string): string | undefined {
  return problemOf(schema, value, kind, '');
}

function problemOf(schema: Schema, value: unknown, struct: string, path: string): string | undefined {
  if (value === null || value === undefined) return undefined;
  const wrong = (target: string, number = false): string => {
    const what = number ? `number ${marshalJson(value)}` : jsonType(value);
    return `json: cannot unmarshal ${what} into Go struct field ${struct}.${path} of type ${target}`;
  };
  switch (schema['x-go-type'] ?? '') {
    case 'resource.Quantity':
      return quantityProblem(value);
    case 'v1.Time':
      return typeof value === 'string' ? errorOf(normaliseTime(value)) : wrong('string');
    case 'v1.MicroTime':
      return typeof value === 'string' ? errorOf(normaliseMicroTime(value)) : wrong('string');
    case 'intstr.IntOrString':
      if (typeof value === 'string' || isInt32(value)) return undefined;
      return wrong('int32', typeof value === 'number');
    case 'v1.JSONSchemaPropsOrBool':
    case 'v1.JSONSchemaPropsOrArray':
    case 'v1.JSONSchemaPropsOrStringArray':
    case 'v1.JSON':
    case 'runtime.RawExtension':
    case 'v1.FieldsV1':
      return undefined;
    default:
  }
  switch (schema.type ?? '') {
    case 'string':
      if (typeof value !== 'string') return wrong(goTypeOf(schema));
      return schema.format === 'byte' ? base64Problem(value) : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : wrong(goTypeOf(schema));
    case 'integer': {
      if (typeof value !== 'number') return wrong(goTypeOf(schema));
      const fits = schema.format === 'int32' ? isInt32(value) : Number.isInteger(value);
      return fits ? undefined : wrong(goTypeOf(schema), true);
    }
    case 'number':
      return typeof value === 'number' ? undefined : wrong(goTypeOf(schema));
    case 'array':
      if (!isArray(value)) return wrong(goTypeOf(schema));
      return firstOf(value, (item) => (schema.items ? problemOf(schema.items, item, struct, path) : undefined));
    case 'object':
      if (!isObject(value)) return wrong(goTypeOf(schema));
      return objectProblem(schema, value, struct, path);
    default:
      return undefined;
  }
}

function objectProblem(
  schema: Schema,
  value: Record<string, unknown>,
  struct: string,
  path: string,
): string | undefined {
  const values = additionalSchema(schema);
  if (values !== undefined) return firstOf(Object.values(value), (member) => problemOf(values, member, struct, path));
  const properties = schema.properties ?? {};
  const name = schema['x-go-type']?.split('.').at(-1) ?? struct;
  return firstOf(Object.keys(value), (key) => {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    return property === undefined
      ? undefined
      : problemOf(property, value[key], name, path === '' ? key : `${path}.${key}`);
  });
}

/** What is found first among the items. */
export function firstOf<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function jsonType(value: unknown): string {
  if (isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

export function isInt32(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= -(2 ** 31) && Number(value) < 2 ** 31;
}

export function quantityProblem(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return errorOf(parseQuantity(typeof text === 'string' ? text.trim() : '?'));
}

export function errorOf(result: unknown): string | undefined {
  const error = isObject(result) ? result['error'] : undefined;
  return typeof error === 'string' ? error : undefined;
}

/** Go ignores line breaks in base64, and counts them. */
export function base64Problem(value: string): string | undefined {
  const text = value.replace(/[\r\n]/g, '');
  if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return undefined;
  const valid = /^[A-Za-z0-9+/]*/.exec(text)?.[0].length ?? 0;
  // An incomplete group at the end is reported where it begins.
  const at = valid === text.length ? valid - (valid % 4) : valid;
  return `illegal base64 data at input byte ${at}`;
}

/** The Go type of a field, e.g. `[]v1.ContainerPort`. */
export function goTypeOf(schema: Schema): string {
  const named = schema['x-go-type'];
  if (named !== undefined) return named;
  const values = additionalSchema(schema);
  switch (schema.type ?? '') {
    case 'string':
      return schema.format === 'byte' ? '[]uint8' : 'string';
    case 'boolean':
      return 'bool';
    case 'integer':
      return schema.format ?? 'int';
    case 'number':
      return 'float64';
    case 'array':
      return `[]${schema.items === undefined ? 'interface {}' : goTypeOf(schema.items)}`;
    default:
      return values === undefined ? 'map[string]interface {}' : `map[string]${goTypeOf(values)}`;
  }
}
