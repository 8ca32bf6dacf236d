import { isObject } from './json.ts';

/**
 * An OpenAPI v3 schema as CustomResourceDefinitions write it, and as the built-in kinds are turned into.
 * There are no `$ref`s: those of the built-in kinds are resolved (lazily, by getters), so a schema may be a cyclic graph.
 * Source: apiextensions.k8s.io/v1 JSONSchemaProps.
 */
export interface Schema {
  readonly type?: string | undefined;
  readonly format?: string | undefined;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly default?: unknown;
  readonly nullable?: boolean | undefined;
  readonly enum?: readonly unknown[] | undefined;

  readonly properties?: { readonly [name: string]: Schema } | undefined;
  readonly additionalProperties?: Schema | boolean | undefined;
  readonly patternProperties?: { readonly [pattern: string]: Schema } | undefined;
  readonly required?: readonly string[] | undefined;
  readonly minProperties?: number | undefined;
  readonly maxProperties?: number | undefined;

  readonly items?: Schema | undefined;
  readonly minItems?: number | undefined;
  readonly maxItems?: number | undefined;
  readonly uniqueItems?: boolean | undefined;

  readonly pattern?: string | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;

  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMinimum?: boolean | undefined;
  readonly exclusiveMaximum?: boolean | undefined;
  readonly multipleOf?: number | undefined;

  readonly allOf?: readonly Schema[] | undefined;
  readonly anyOf?: readonly Schema[] | undefined;
  readonly oneOf?: readonly Schema[] | undefined;
  readonly not?: Schema | undefined;

  readonly 'x-kubernetes-list-type'?: string | undefined;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[] | undefined;
  readonly 'x-kubernetes-map-type'?: string | undefined;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean | undefined;
  readonly 'x-kubernetes-int-or-string'?: boolean | undefined;
  readonly 'x-kubernetes-embedded-resource'?: boolean | undefined;
  readonly 'x-kubernetes-patch-strategy'?: string | undefined;
  readonly 'x-kubernetes-patch-merge-key'?: string | undefined;
  readonly 'x-kubernetes-group-version-kind'?: readonly GroupVersionKind[] | undefined;
  /**
   * Built-in kinds only: what the field's Go type does with an empty value when it is written.
   * `omit`: an empty one is left out (a value, list or map with omitempty); `struct`: always written, as an object;
   * `null`: a list, map or pointer that is written as null when there is none; `zero`: a scalar that is always written.
   * Without it an empty value stays (an optional pointer).
   */
  readonly 'x-go-empty'?: GoEmpty | undefined;
  /** Built-in kinds only: the name of the definition that this is, e.g. `api.core.v1.Container`. */
  readonly 'x-definition'?: string | undefined;
  /** Built-in kinds only: the name of the Go type where it is no basic one, e.g. `v1.Container`, `resource.Quantity`. */
  readonly 'x-go-type'?: string | undefined;
  /** CEL rules, which `cel/` compiles and evaluates. */
  readonly 'x-kubernetes-validations'?: readonly unknown[] | undefined;
}

export type GoEmpty = 'omit' | 'struct' | 'null' | 'zero';

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Narrows what a CustomResourceDefinition has for a schema; that it is a sound one is `checkStructural`'s business. */
export function isSchema(value: unknown): value is Schema {
  return isObject(value);
}

/** The schema of the members that `properties` does not name; undefined where there is none or it is a boolean. */
export function additionalSchema(schema: Schema): Schema | undefined {
  return isObject(schema.additionalProperties) ? schema.additionalProperties : undefined;
}

/** The schema of a member, by name or by `additionalProperties`. */
export function memberSchema(schema: Schema | undefined, name: string): Schema | undefined {
  if (schema === undefined) return undefined;
  const properties = schema.properties;
  if (properties !== undefined && Object.hasOwn(properties, name)) return properties[name];
  return additionalSchema(schema);
}

/** Whether the region keeps what no schema describes. */
export function preservesUnknownFields(schema: Schema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true;
}

/**
 * The types that a value may have; empty = any. A schema of int-or-string has two.
 * Source: ConvertJSONSchemaProps of apiextensions-apiserver.
 */
export function schemaTypes(schema: Schema): readonly string[] {
  if (schema['x-kubernetes-int-or-string'] === true) return INT_OR_STRING;
  return schema.type === undefined || schema.type === '' ? NO_TYPES : [schema.type];
}

const INT_OR_STRING: readonly string[] = ['integer', 'string'];
const NO_TYPES: readonly string[] = [];
