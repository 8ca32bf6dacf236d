/**
 * The OpenAPI definitions of the built-in kinds, from a real server (`server` of builtin-schemas.json says which).
 * The file is made anew by `node scripts/builtin-schemas.ts KUBECONFIG MODULE`, see there.
 * Each definition is parsed when something asks for it, and built one level at a time.
 */
import { isArray, isObject, type JsonObject } from '../schema/json.ts';
import { isSchema, type Schema } from '../schema/schema.ts';
import file from './builtin-schemas.json' with { type: 'json' };

const TEXTS: Readonly<Record<string, string>> = file.definitions;
const BY_KIND: Readonly<Record<string, string>> = file.kinds;

/** The version of the server that the definitions are from, e.g. `v1.37.2`. */
export const SERVER_VERSION = file.server;

/** Definitions that schemas of the Go types do not describe well enough. Source: k8s.io/kube-openapi/pkg/schemaconv. */
const EXTRA: Readonly<Record<string, JsonObject>> = {
  'apimachinery.pkg.api.resource.Quantity': { format: 'quantity' },
  'apimachinery.pkg.runtime.RawExtension': { 'x-kubernetes-map-type': 'atomic' },
};

const parsed = new Map<string, JsonObject>();
const built = new Map<string, Schema>();

/** The name of a kind's definition, e.g. `api.apps.v1.Deployment`; undefined for a kind that is not built in. */
export function definitionName(group: string, version: string, kind: string): string | undefined {
  const key = `${group}/${version}/${kind}`;
  return Object.hasOwn(BY_KIND, key) ? BY_KIND[key] : undefined;
}

/** Whether there is a definition of that name. */
export function hasDefinition(name: string): boolean {
  return Object.hasOwn(TEXTS, name);
}

/** A definition as it is in the file: references are `{ "$ref": <name of a definition>, … }`. Not to be changed. */
export function rawDefinition(name: string): JsonObject {
  let definition = parsed.get(name);
  if (definition === undefined) {
    const value: unknown = JSON.parse(TEXTS[name] ?? '{}');
    definition = isObject(value) ? value : {};
    parsed.set(name, definition);
  }
  return definition;
}

/** A definition as a schema whose references are resolved when they are looked at; the graph may have cycles. */
export function definitionSchema(name: string): Schema {
  let schema = built.get(name);
  if (schema === undefined) {
    schema = build({ 'x-definition': name, ...rawDefinition(name), ...EXTRA[name] });
    built.set(name, schema);
  }
  return schema;
}

/** The schema of a built-in kind in a version, of those too that are no resources (`Scale`, `Eviction`). */
export function builtinSchema(group: string, version: string, kind: string): Schema | undefined {
  const name = definitionName(group, version, kind);
  return name === undefined ? undefined : definitionSchema(name);
}

function build(node: JsonObject): Schema {
  const { $ref: reference, ...rest } = node;
  if (typeof reference === 'string') {
    return asSchema({ ...definitionSchema(reference), 'x-go-type': goType(reference), ...rest });
  }
  const schema: JsonObject = { ...rest };
  const { properties, items, additionalProperties } = node;
  if (isObject(properties)) schema['properties'] = lazyMembers(properties);
  if (isObject(items)) defineLazily(schema, 'items', items);
  if (isObject(additionalProperties)) defineLazily(schema, 'additionalProperties', additionalProperties);
  if (isArray(node['oneOf'])) schema['oneOf'] = node['oneOf'].map((branch) => build(isObject(branch) ? branch : {}));
  return asSchema(schema);
}

function asSchema(value: unknown): Schema {
  return isSchema(value) ? value : {};
}

function lazyMembers(nodes: JsonObject): JsonObject {
  const members: JsonObject = {};
  for (const [name, node] of Object.entries(nodes)) {
    if (isObject(node)) defineLazily(members, name, node);
  }
  return members;
}

function defineLazily(target: JsonObject, name: string, node: JsonObject): void {
  Object.defineProperty(target, name, {
    enumerable: true,
    configurable: true,
    get() {
      const value = build(node);
      Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
      return value;
    },
  });
}

/** `api.core.v1.Container` is `v1.Container` in Go. */
function goType(name: string): string {
  return name.split('.').slice(-2).join('.');
}
