/**
 * What the schema of a CustomResourceDefinition may say, beyond being structural.
 * Source: ValidateCustomResourceDefinitionOpenAPISchema of apiextensions-apiserver.
 */
import { forbidden, invalid, notSupported, required, type FieldError } from './field-error.ts';
import { isArray, isObject } from './json.ts';
import { isSchema, type Schema } from './schema.ts';
import {
  checkCompiledRules,
  checkRule,
  innerContext,
  rootContext,
  type RuleBudget,
  type RuleContext,
} from './cel/check-rules.ts';

/** Where in a definition a schema is. */
interface Place {
  readonly isRoot: boolean;
  /** It applies to the type or metadata of an object. */
  readonly inMetadata: boolean;
  /** Why there may be no default here. */
  readonly noDefaults?: string | undefined;
  /** The place around it whose items or members have no former ones. */
  readonly uncorrelated?: string | undefined;
  /** How rules are checked; undefined where they are not. */
  readonly rules?: RuleContext | undefined;
}

const ROOT: Place = { isRoot: true, inMetadata: false };

/**
 * @param path of the schema in its definition.
 * @param rules the budget of the rules, which are compiled; undefined where the schema is not sound enough for that.
 */
export function checkDefinitionSchema(schema: Schema, path: string, rules?: RuleBudget): FieldError[] {
  const context = rules === undefined ? undefined : rootContext(rules);
  const found = checkPlace(schema, path, { ...ROOT, rules: context });
  return [...found.errors, ...found.ruleErrors];
}

/** Rules are compiled only where all else is well, and told after it. */
interface Found {
  readonly errors: FieldError[];
  readonly ruleErrors: FieldError[];
}

function checkPlace(schema: Schema, path: string, place: Place): Found {
  const errors = checkKeywords(schema, path, place);
  const ruleErrors: FieldError[] = [];
  if (schema.uniqueItems === true) {
    const detail = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    errors.push(forbidden(`${path}.uniqueItems`, detail));
  }
  errors.push(...checkAdditional(schema, path));
  for (const [inner, nested] of innerSchemas(schema)) {
    const found = checkPlace(nested, `${path}.${inner}`, placeOf(schema, place, inner, path));
    errors.push(...found.errors);
    ruleErrors.push(...found.ruleErrors);
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    errors.push(invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  }
  errors.push(...checkMapType(schema, path), ...checkListType(schema, path), ...checkMapKeys(schema, path));
  errors.push(...checkItemsOfMapsAndSets(schema, path));
  (schema['x-kubernetes-validations'] ?? []).forEach((rule, index) => {
    if (isObject(rule)) errors.push(...checkRule(schema, rule, `${path}.x-kubernetes-validations[${index}]`));
  });
  if (errors.length === 0 && place.rules !== undefined) {
    const isResource = place.isRoot || schema['x-kubernetes-embedded-resource'] === true;
    ruleErrors.push(...checkCompiledRules(schema, path, isResource, place.rules, place.uncorrelated));
  }
  return { errors, ruleErrors };
}

/** The schemas directly inside of a schema, with where they are; also those that a definition may not have. */
function innerSchemas(schema: Schema): readonly (readonly [path: string, schema: Schema])[] {
  const found: [string, Schema][] = [];
  const add = (path: string, value: unknown): void => {
    if (isArray(value)) value.forEach((item, index) => add(`${path}[${index}]`, item));
    else if (isSchema(value)) found.push([path, value]);
  };
  add('additionalProperties', schema.additionalProperties);
  for (const [name, property] of Object.entries(schema.properties ?? {})) add(`properties[${name}]`, property);
  for (const member of ['not', 'allOf', 'oneOf', 'anyOf'] as const) add(member, schema[member]);
  const definitions = new Map<string, unknown>(Object.entries(schema)).get('definitions');
  for (const [name, definition] of Object.entries(isObject(definitions) ? definitions : {})) {
    add(`definitions[${name}]`, definition);
  }
  add('items', schema.items);
  return found;
}

const OF_RESOURCES: ReadonlySet<string> = new Set(['metadata', 'kind', 'apiVersion']);

function placeOf(schema: Schema, place: Place, inner: string, path: string): Place {
  const isSpine = /^(?:additionalProperties$|properties\[|items)/.test(inner);
  const isUncorrelated = inner.startsWith('items') && schema['x-kubernetes-list-type'] !== 'map';
  const below = {
    ...place,
    isRoot: false,
    uncorrelated: isUncorrelated ? (place.uncorrelated ?? path) : place.uncorrelated,
    rules: isSpine && place.rules !== undefined ? innerContext(schema, place.rules) : undefined,
  };
  if (inner === 'additionalProperties' && place.inMetadata) {
    return { ...below, noDefaults: 'inside additionalProperties applying to object metadata' };
  }
  const name = /^properties\[(.*)\]$/.exec(inner)?.[1] ?? '';
  const isResource = place.isRoot || schema['x-kubernetes-embedded-resource'] === true;
  if (!isResource || !OF_RESOURCES.has(name)) return below;
  return { ...below, inMetadata: true, ...(place.isRoot && { noDefaults: `in top-level ${name}` }) };
}

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const NOT_SUPPORTED = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'];

function checkKeywords(schema: Schema, path: string, place: Place): FieldError[] {
  const errors: FieldError[] = [];
  const given = new Set(Object.keys(schema));
  const type = schema.type ?? '';
  if (type !== '' && !TYPES.includes(type)) errors.push(notSupported(`${path}.type`, type, TYPES));
  if (given.has('default') && place.noDefaults !== undefined) {
    errors.push(forbidden(`${path}.default`, `must not be set ${place.noDefaults}`));
  }
  for (const keyword of NOT_SUPPORTED) {
    if (given.has(keyword)) errors.push(forbidden(`${path}.${keyword}`, `${keyword} is not supported`));
  }
  if (type === 'null') {
    errors.push(forbidden(`${path}.type`, 'type cannot be set to null, use nullable as an alternative'));
  }
  if (isArray(schema.items)) {
    errors.push(forbidden(`${path}.items`, 'items must be a schema object and not an array'));
  }
  if (place.inMetadata && schema['x-kubernetes-embedded-resource'] === true) {
    errors.push(forbidden(`${path}.x-kubernetes-embedded-resource`, 'must not be used inside of resource meta'));
  }
  return errors;
}

function checkAdditional(schema: Schema, path: string): FieldError[] {
  const { additionalProperties: additional } = schema;
  if (additional === undefined || additional === true) return [];
  if (Object.keys(schema.properties ?? {}).length === 0) return [];
  return [forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive')];
}

/** The type that an extension asks for. */
function checkTypeFor(schema: Schema, path: string, type: string, extension: string): FieldError[] {
  if (schema.type === type) return [];
  const detail = `must be ${type} if ${extension} is specified`;
  return [
    schema.type === undefined || schema.type === ''
      ? required(`${path}.type`, detail)
      : invalid(`${path}.type`, schema.type, detail),
  ];
}

function checkMapType(schema: Schema, path: string): FieldError[] {
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType === undefined) return [];
  const errors = checkTypeFor(schema, path, 'object', 'x-kubernetes-map-type');
  if (mapType !== 'atomic' && mapType !== 'granular') {
    errors.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']));
  }
  return errors;
}

function checkListType(schema: Schema, path: string): FieldError[] {
  const listType = schema['x-kubernetes-list-type'];
  if (listType === undefined) return [];
  const errors = checkTypeFor(schema, path, 'array', 'x-kubernetes-list-type');
  if (errors.length === 0 && listType === 'set' && schema.items !== undefined) {
    errors.push(...checkSetItems(schema.items, `${path}.items`));
  }
  if (!['atomic', 'set', 'map'].includes(listType)) {
    errors.push(notSupported(`${path}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']));
  }
  return errors;
}

function checkSetItems(items: Schema, path: string): FieldError[] {
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const listType = items['x-kubernetes-list-type'];
  if (items.type === 'array' && listType !== undefined && listType !== 'atomic') {
    return [invalid(`${path}.x-kubernetes-list-type`, listType, detail)];
  }
  if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') {
    return [invalid(`${path}.x-kubernetes-map-type`, listType ?? null, detail)];
  }
  return [];
}

function checkMapKeys(schema: Schema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (keys.length > 0 && listType !== 'map') {
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty';
    const at = `${path}.x-kubernetes-list-type`;
    errors.push(listType === undefined ? required(at, detail) : invalid(at, listType, detail));
  }
  if (listType !== 'map') return errors;
  if (keys.length === 0) {
    errors.push(required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'));
  }
  const { items } = schema;
  if (items === undefined) {
    return [...errors, required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map')];
  }
  if (isArray(items)) {
    const detail = 'must only have a single schema if x-kubernetes-list-type is map';
    return [...errors, invalid(`${path}.items`, items, detail)];
  }
  if (items.type !== 'object') {
    const detail = "must be object if parent array's x-kubernetes-list-type is map";
    return [...errors, invalid(`${path}.items.type`, items.type ?? '', detail)];
  }
  return [...errors, ...checkEachKey(keys, items, path)];
}

function checkEachKey(keys: readonly string[], items: Schema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const at = `${path}.x-kubernetes-list-map-keys`;
  const seen = new Set<string>();
  for (const key of keys) {
    const property = items.properties?.[key];
    if (property === undefined) errors.push(invalid(at, keys, 'entries must all be names of item properties'));
    else if (property.type === 'array' || property.type === 'object') {
      const detail = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      errors.push(invalid(`${path}.items.properties[${key}].type`, items.type, detail));
    }
    if (seen.has(key)) errors.push(invalid(at, keys, 'must not contain duplicate entries'));
    seen.add(key);
  }
  return errors;
}

function checkItemsOfMapsAndSets(schema: Schema, path: string): FieldError[] {
  const { items } = schema;
  const listType = schema['x-kubernetes-list-type'] ?? '';
  if (items === undefined || isArray(items) || (listType !== 'set' && listType !== 'map')) return [];
  const errors: FieldError[] = [];
  if (items.nullable === true) {
    errors.push(forbidden(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`));
  }
  if (listType === 'set') return errors;
  for (const key of schema['x-kubernetes-list-map-keys'] ?? []) {
    const property = items.properties?.[key];
    if (property === undefined) continue;
    const at = `${path}.items.properties[${key}]`;
    const told = 'this property is in x-kubernetes-list-map-keys, so it';
    if (!(items.required ?? []).includes(key) && property.default === undefined) {
      errors.push(required(`${at}.default`, `${told} must have a default or be a required property`));
    }
    if (property.nullable === true) errors.push(forbidden(`${at}.nullable`, `${told} cannot be nullable`));
  }
  return errors;
}
