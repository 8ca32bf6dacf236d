/** The types of CEL that a schema declares, with the sizes that it allows. Source: k8s.io/apiserver/pkg/cel/common/schemas.go. */
import * as types from '../../cel/types.ts';
import { additionalSchema, type Schema } from '../schema.ts';
import { escapeFieldName, isReserved } from './field-names.ts';
import type { CelType } from '../../cel/types.ts';

export interface DeclaredType {
  readonly type: CelType;
  /** Characters, bytes, items or entries; 0 for what has none. */
  readonly maxElements: number;
  /** In bytes of JSON. */
  readonly minSize: number;
  /** Of a list or map. */
  readonly element?: DeclaredType;
  /** Of a map. */
  readonly key?: DeclaredType;
  /** Of an object, by their escaped names. */
  readonly fields?: ReadonlyMap<string, DeclaredType>;
}

/** What a request may have, in bytes. */
export const MAX_REQUEST = 3 * 1024 * 1024;

const BOOL: DeclaredType = { type: types.BOOL, maxElements: 0, minSize: 4 };
const DOUBLE: DeclaredType = { type: types.DOUBLE, maxElements: 0, minSize: 1 };
const INT: DeclaredType = { type: types.INT, maxElements: 0, minSize: 1 };
const KEY: DeclaredType = { type: types.STRING, maxElements: 0, minSize: 2 };

const STRING: Schema = { type: 'string' };
/** What a name may have; a generated one gets a letter more at least. */
const LONGEST_NAME = 253;

/** A resource, whose kind and name expressions can always see. */
export function withObjectMeta(schema: Schema): Schema {
  const { kind, apiVersion, metadata } = schema.properties ?? {};
  const { name, generateName } = metadata?.properties ?? {};
  const told = [kind, apiVersion, name, generateName].every((property) => property?.type === 'string');
  if (told && metadata?.type === 'object') return schema;
  const capped = (property: Schema | undefined, most: number): Schema => ({
    type: 'string',
    maxLength: Math.min(most, property?.maxLength ?? most),
  });
  const names = { name: capped(name, LONGEST_NAME), generateName: capped(generateName, LONGEST_NAME - 1) };
  const properties = { kind: STRING, apiVersion: STRING, metadata: { type: 'object', properties: names } };
  return { ...schema, properties: { ...schema.properties, ...properties } };
}

export const isEmbedded = (schema: Schema): boolean => schema['x-kubernetes-embedded-resource'] === true;

/**
 * @param name of the type, by which errors tell it.
 * @returns undefined for what expressions do not see.
 */
export function declareType(given: Schema, isResource: boolean, name: string): DeclaredType | undefined {
  if (given['x-kubernetes-int-or-string'] === true) {
    const most = given.maxLength === undefined ? MAX_REQUEST - 2 : bytesOf(given.maxLength);
    return { type: types.DYN, maxElements: most, minSize: 1 };
  }
  const schema = isResource ? withObjectMeta(given) : given;
  switch (schema.type ?? '') {
    case 'array':
      return declareList(schema, name);
    case 'object':
      return schema.additionalProperties !== undefined && additionalSchema(schema) !== undefined
        ? declareMap(schema, name)
        : declareObject(schema, name);
    case 'string':
      return declareString(schema);
    case 'boolean':
      return BOOL;
    case 'number':
      return DOUBLE;
    case 'integer':
      return INT;
    default:
      return undefined;
  }
}

function declareList(schema: Schema, name: string): DeclaredType | undefined {
  const { items } = schema;
  const element = items === undefined ? undefined : declareType(items, isEmbedded(items), `${name}.@idx`);
  if (element === undefined) return undefined;
  const most = Math.floor((MAX_REQUEST - 2) / (element.minSize + 1));
  return { type: types.listOf(element.type), maxElements: schema.maxItems ?? most, minSize: 2, element };
}

function declareMap(schema: Schema, name: string): DeclaredType | undefined {
  const values = additionalSchema(schema);
  const element = values === undefined ? undefined : declareType(values, isEmbedded(values), `${name}.@elem`);
  if (element === undefined) return undefined;
  const most = Math.floor((MAX_REQUEST - 2) / (element.minSize + 6));
  const type = types.mapOf(types.STRING, element.type);
  return { type, maxElements: schema.maxProperties ?? most, minSize: 2, key: KEY, element };
}

function declareObject(schema: Schema, name: string): DeclaredType {
  const fields = new Map<string, DeclaredType>();
  let minSize = 2;
  for (const [property, nested] of Object.entries(schema.properties ?? {})) {
    const escaped = escapeFieldName(property);
    const field = declareType(nested, isEmbedded(nested), `${name}.${escaped ?? property}`);
    if (field === undefined) continue;
    if (escaped !== undefined) fields.set(escaped, field);
    const isNeeded = schema.required?.includes(property) === true && (nested.default ?? null) === null;
    if (isNeeded) minSize += Buffer.byteLength(property) + field.minSize + 4;
  }
  const fieldTypes = new Map(Array.from(fields, ([field, { type }]) => [field, type]));
  // A field that is named as a word of the language can be said without the escape too.
  for (const property of Object.keys(schema.properties ?? {})) {
    const type = isReserved(property) ? fieldTypes.get(`__${property}__`) : undefined;
    if (type !== undefined) fieldTypes.set(property, type);
  }
  return { type: { kind: 'struct', name, parameters: [], fields: fieldTypes }, maxElements: 0, minSize, fields };
}

/** A character takes up to 4 bytes. */
const bytesOf = (characters: number): number => Math.max(0, characters) * 4;

function declareString(schema: Schema): DeclaredType {
  switch (schema.format ?? '') {
    case 'byte':
      return { type: types.BYTES, maxElements: Math.max(0, schema.maxLength ?? MAX_REQUEST - 2), minSize: 2 };
    case 'duration':
      return { type: types.DURATION, maxElements: 32, minSize: 3 };
    case 'date':
      return { type: types.TIMESTAMP, maxElements: 12, minSize: 12 };
    case 'date-time':
      return { type: types.TIMESTAMP, maxElements: 32, minSize: 21 };
    default:
      return { type: types.STRING, maxElements: longestString(schema), minSize: 2 };
  }
}

function longestString(schema: Schema): number {
  if (schema.maxLength !== undefined) return bytesOf(schema.maxLength);
  if (schema.enum === undefined || schema.enum.length === 0) return MAX_REQUEST - 2;
  return Math.max(0, ...schema.enum.map((value) => (typeof value === 'string' ? Buffer.byteLength(value) : 0)));
}

/** The type at a path that begins with the variable; undefined where there is none. */
export function declaredAt(root: DeclaredType, path: readonly string[]): DeclaredType | undefined {
  let current: DeclaredType | undefined = root;
  for (const part of path.slice(1)) {
    if (part === '@items' || part === '@values') current = current?.element;
    else current = part === '@keys' ? current?.key : current?.fields?.get(part);
  }
  return current;
}
