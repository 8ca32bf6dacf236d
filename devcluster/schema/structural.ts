/**
 * What makes the schema of a CustomResourceDefinition a structural one: every field has one place that gives its type, and
 * what `allOf` and the like say about values needs that place.
 * Source: apiextensions-apiserver/pkg/apiserver/schema (validation.go, complete.go, convert.go).
 */
import { forbidden, invalid, required, type FieldError } from './field-error.ts';
import { compareStrings } from './go-text.ts';
import { deepEqual, isArray } from './json.ts';
import { patternError } from './regexp.ts';
import { additionalSchema, preservesUnknownFields, type Schema } from './schema.ts';

type Level = 'root' | 'item' | 'field';

/**
 * What keeps a schema from being structural, sorted, in the real server's words.
 * @param path of the schema in its definition.
 */
export function checkStructural(schema: Schema, path: string): FieldError[] {
  const errors = [...checkStructure(schema, 'root', path), ...checkCompleteness(schema, schema, path, path)];
  const text = ({ field, message }: FieldError): string => `${field}: ${message}`;
  return errors.sort((a, b) => compareStrings(text(a), text(b)));
}

/** What keeps a schema from being read at all, e.g. `OpenAPIV3Schema 'id' is not supported`; undefined for a sound one. */
export function findUnreadable(schema: Schema): string | undefined {
  for (const [member, name] of UNSUPPORTED) {
    if (Object.hasOwn(schema, member)) return `OpenAPIV3Schema '${name}' is not supported`;
  }
  const junctors = [schema.not, schema.allOf, schema.anyOf, schema.oneOf].flat();
  for (const nested of junctors) {
    const problem = nested === undefined ? undefined : findUnreadable(nested);
    if (problem !== undefined) return problem;
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined";
  }
  if (isArray(schema.items)) return "OpenAPIV3Schema 'items' must be a schema, but is an array";
  for (const nested of [schema.items, ...Object.values(schema.properties ?? {}), additionalSchema(schema)]) {
    const problem = nested === undefined ? undefined : findUnreadable(nested);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const UNSUPPORTED: ReadonlyMap<string, string> = new Map([
  ['id', 'id'],
  ['$schema', 'schema'],
  ['$ref', '$ref'],
  ['patternProperties', 'patternProperties'],
  ['dependencies', 'dependencies'],
  ['additionalItems', 'additionalItems'],
  ['definitions', 'definitions'],
]);

const isEmbedded = (schema: Schema): boolean => schema['x-kubernetes-embedded-resource'] === true;
const isIntOrString = (schema: Schema): boolean => schema['x-kubernetes-int-or-string'] === true;
const typeOf = (schema: Schema): string => schema.type ?? '';

function checkStructure(schema: Schema, level: Level, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const additional = additionalSchema(schema);
  if (typeOf(schema) === 'array' && schema.items === undefined) {
    errors.push(required(`${path}.items`, 'must be specified'));
  }
  if (schema.items !== undefined) errors.push(...checkStructure(schema.items, 'item', `${path}.items`));
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    errors.push(...checkStructure(property, 'field', `${path}.properties[${name}]`));
  }
  if (schema.additionalProperties !== undefined && level === 'root') {
    errors.push(forbidden(`${path}.additionalProperties`, 'must not be used at the root'));
  }
  if (additional !== undefined) errors.push(...checkStructure(additional, 'field', `${path}.additionalProperties`));
  errors.push(...checkExtensions(schema, path));
  errors.push(
    ...checkValues(schema, path, isIntOrStringPair(schema.anyOf), isIntOrStringPair(schema.allOf?.[0]?.anyOf)),
  );
  errors.push(...checkType(schema, level, path), ...checkResource(schema, level, path));
  return errors;
}

function checkExtensions(schema: Schema, path: string): FieldError[] {
  if (!isIntOrString(schema)) return [];
  const errors: FieldError[] = [];
  const detail = 'must be false if x-kubernetes-int-or-string is true';
  for (const name of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const) {
    if (schema[name] === true) errors.push(invalid(`${path}.${name}`, true, detail));
  }
  return errors;
}

const NO_TYPE: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

function checkType(schema: Schema, level: Level, path: string): FieldError[] {
  const type = typeOf(schema);
  const errors: FieldError[] = [];
  const at = `${path}.type`;
  if (isEmbedded(schema) && type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true';
    errors.push(type === '' ? required(at, detail) : invalid(at, type, detail));
  } else if (type === '' && !isIntOrString(schema) && !preservesUnknownFields(schema)) {
    errors.push(required(at, NO_TYPE[level]));
  }
  if (isEmbedded(schema) && schema.additionalProperties !== undefined) {
    errors.push(forbidden(`${path}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set'));
  }
  if (level === 'root' && type !== '' && type !== 'object')
    errors.push(invalid(at, type, 'must be object at the root'));
  return errors;
}

/** What a schema says about the type and the metadata of an object. */
function checkResource(schema: Schema, level: Level, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const properties = schema.properties ?? {};
  const isResource = level === 'root' || isEmbedded(schema);
  for (const name of ['kind', 'apiVersion']) {
    const property = properties[name];
    if (property === undefined || !isResource || typeOf(property) === 'string') continue;
    errors.push(invalid(`${path}.properties[${name}].type`, typeOf(property), 'must be string'));
  }
  const metadata = properties['metadata'];
  if (metadata !== undefined)
    errors.push(...checkMetadata(metadata, isResource, level, `${path}.properties[metadata]`));
  if (isEmbedded(schema) && !preservesUnknownFields(schema) && Object.keys(properties).length === 0) {
    const detail =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    errors.push(required(`${path}.properties`, detail));
  }
  return errors;
}

const METADATA_PROPERTIES: ReadonlySet<string> = new Set(['name', 'generateName']);

function checkMetadata(metadata: Schema, isResource: boolean, level: Level, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (isResource && typeOf(metadata) !== 'object') {
    errors.push(invalid(`${path}.type`, typeOf(metadata), 'must be object'));
  }
  if (level !== 'root') return errors;
  const { type: _type, default: _default, properties = {}, ...rest } = metadata;
  const more = Object.keys(properties).some((name) => !METADATA_PROPERTIES.has(name));
  if (more || Object.keys(rest).length > 0) {
    const detail = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
    errors.push(forbidden(path, detail));
  }
  return errors;
}

/** The one way to tell an int-or-string by `anyOf`. */
function isIntOrStringPair(anyOf: readonly Schema[] | undefined): boolean {
  return deepEqual(anyOf, [{ type: 'integer' }, { type: 'string' }]);
}

/** What is said about values: `allOf` and the like, and the pattern. */
function checkValues(schema: Schema, path: string, skipAnyOf: boolean, skipFirstAllOf: boolean): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, nested] of (skipAnyOf ? [] : (schema.anyOf ?? [])).entries()) {
    errors.push(...checkNested(nested, `${path}.anyOf[${index}]`, false));
  }
  for (const [index, nested] of (schema.allOf ?? []).entries()) {
    errors.push(...checkNested(nested, `${path}.allOf[${index}]`, skipFirstAllOf && index === 0));
  }
  for (const [index, nested] of (schema.oneOf ?? []).entries()) {
    errors.push(...checkNested(nested, `${path}.oneOf[${index}]`, false));
  }
  if (schema.not !== undefined) errors.push(...checkNested(schema.not, `${path}.not`, false));
  if (schema.pattern !== undefined && schema.pattern !== '') {
    const wrong = patternError(schema.pattern);
    if (wrong !== undefined) {
      const detail = `must be a valid regular expression, but isn't: ${wrong}`;
      errors.push(invalid(`${path}.pattern`, schema.pattern, detail));
    }
  }
  return errors;
}

const FORBIDDEN_INSIDE: readonly (readonly [member: keyof Schema, detail: string])[] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
];

function checkNested(schema: Schema, path: string, skipAnyOf: boolean): FieldError[] {
  const errors = checkValues(schema, path, skipAnyOf, false);
  if (schema.items !== undefined) errors.push(...checkNested(schema.items, `${path}.items`, false));
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    errors.push(...checkNested(property, `${path}.properties[${name}]`, false));
  }
  for (const [member, detail] of FORBIDDEN_INSIDE) {
    const value = schema[member];
    if (value === undefined || value === '' || value === false || value === null) continue;
    errors.push(forbidden(`${path}.${member}`, detail));
  }
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, 'metadata')) {
    errors.push(forbidden(`${path}.properties[metadata]`, 'must not be specified in a nested context'));
  }
  return errors;
}

/** Every field that `allOf` and the like speak of must be there outside of them too. */
function checkCompleteness(values: Schema, place: Schema, placePath: string, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (values.not !== undefined) errors.push(...checkNestedCompleteness(values.not, place, placePath, `${path}.not`));
  for (const junctor of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [index, nested] of (values[junctor] ?? []).entries()) {
      errors.push(...checkNestedCompleteness(nested, place, placePath, `${path}.${junctor}[${index}]`));
    }
  }
  return errors;
}

function checkNestedCompleteness(
  values: Schema,
  place: Schema | undefined,
  placePath: string,
  path: string,
): FieldError[] {
  if (place === undefined) return [required(placePath, `because it is defined in ${path}`)];
  const errors = checkCompleteness(values, place, placePath, path);
  if (values.items !== undefined) {
    errors.push(...checkNestedCompleteness(values.items, place.items, `${placePath}.items`, `${path}.items`));
  }
  for (const [name, property] of Object.entries(values.properties ?? {})) {
    const at = `properties[${name}]`;
    const named = place.properties !== undefined && Object.hasOwn(place.properties, name);
    const found = named ? place.properties?.[name] : undefined;
    errors.push(...checkNestedCompleteness(property, found, `${placePath}.${at}`, `${path}.${at}`));
  }
  return errors;
}
