/** The components of custom resources. Source: the builder of apiextensions-apiserver. */
import { isObject, listAt } from '../schema/json.ts';
import { componentRef } from './builtin-components.ts';
import type { JsonObject } from '../schema/json.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { Schema } from '../schema/schema.ts';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const TEXT = { type: 'string' };
const INT_OR_STRING = [{ type: 'integer' }, { type: 'string' }];

/** `com.example.v1.Widget` */
export function customName({ group, version, kind }: Pick<ServedKind, 'group' | 'version' | 'kind'>): string {
  return [...group.split('.').toReversed(), version, kind].join('.');
}

/** The components of a custom kind and of its list; `v2`: in the words that OpenAPI v2 has. */
export function customComponents(kind: ServedKind, v2: boolean): [name: string, component: JsonObject][] {
  const name = customName(kind);
  const { group, version, listKind } = kind;
  const list = {
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: TEXT,
      items: { type: 'array', items: componentRef(name) },
      kind: TEXT,
      metadata: metadata('ListMeta'),
    },
    'x-kubernetes-group-version-kind': [{ group, kind: listKind, version }],
  };
  return [
    [name, { ...root(kind, v2), 'x-kubernetes-group-version-kind': [{ group, kind: kind.kind, version }] }],
    [customName({ group, version, kind: listKind }), list],
  ];
}

function root(kind: ServedKind, v2: boolean): JsonObject {
  const schema = kind.schema() ?? {};
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
  // Clients of v2 take a type that is open for one without fields.
  if (v2 && open) return { type: 'object' };
  const { properties, ...rest } = published(schema, v2, true);
  const members = { ...(isObject(properties) && properties), apiVersion: TEXT, kind: TEXT };
  return { ...rest, type: 'object', properties: { ...members, metadata: metadata('ObjectMeta') } };
}

function metadata(name: string): JsonObject {
  return { allOf: [componentRef(`${META}.${name}`)] };
}

/** A schema as it is published. What v2 has no words for is left out. Source: ToStructuralOpenAPIV2. */
function published(schema: Schema, v2: boolean, atRoot = false): JsonObject {
  const { properties, items, additionalProperties, allOf, anyOf, oneOf, not, nullable, ...rest } = schema;
  const out: JsonObject = { ...rest };
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (schema['x-kubernetes-int-or-string'] === true && !v2) out['anyOf'] = anyOf ?? INT_OR_STRING;
  else if (!v2 && anyOf) out['anyOf'] = anyOf;
  if (!v2) {
    Object.assign(out, {
      ...(allOf && { allOf }),
      ...(oneOf && { oneOf }),
      ...(not && { not }),
      ...(nullable !== undefined && { nullable }),
    });
  }
  const hidden = v2 && (nullable === true || open);
  if (hidden) delete out['type'];
  if (additionalProperties !== undefined) {
    out['additionalProperties'] = isObject(additionalProperties)
      ? published(additionalProperties, v2)
      : additionalProperties;
  }
  if (items && !hidden) out['items'] = published(items, v2);
  if (properties && !hidden) {
    out['properties'] = Object.fromEntries(
      Object.entries(properties).map(([name, member]) => [name, published(member, v2)]),
    );
  }
  if (v2) {
    delete out['default'];
    if (out['type'] === 'array' && !items) delete out['type'];
    dropRequired(out, schema);
  }
  if (schema['x-kubernetes-embedded-resource'] === true && !hidden && !atRoot) embed(out);
  return out;
}

/** What may be null need not be there, to a client that knows no null. */
function dropRequired(out: JsonObject, { required, properties = {}, additionalProperties }: Schema): void {
  if (isObject(additionalProperties) && additionalProperties.nullable === true) delete out['required'];
  if (out['required'] === undefined || !required) return;
  const left = required.filter((name) => properties[name]?.nullable !== true);
  if (left.length > 0) out['required'] = left;
  else delete out['required'];
}

/** What lies in another resource as a whole resource has a whole resource's members. */
function embed(out: JsonObject): void {
  const own = isObject(out['properties']) ? out['properties'] : {};
  out['properties'] = { ...own, apiVersion: TEXT, kind: TEXT, metadata: metadata('ObjectMeta') };
  const required = listAt(out, 'required');
  out['required'] = [...new Set([...required, 'kind', 'apiVersion'])];
}
