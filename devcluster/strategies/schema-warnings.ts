import { stringFormat } from '../schema/formats.ts';
import { quote } from '../schema/go-text.ts';
import { listAt, valueAt } from '../schema/json.ts';
import { additionalSchema, isSchema, type Schema } from '../schema/schema.ts';
import type { ApiObject, Draft } from '../store/object.ts';

const NUMBER_FORMATS: Readonly<Record<string, readonly string[]>> = {
  integer: ['int32', 'int64'],
  number: ['float', 'double'],
};

/**
 * About what the schemas of a CustomResourceDefinition ask for in vain, and did not before. Source: WarningsOnCreate and
 * WarningsOnUpdate of apiextensions-apiserver.
 */
export function schemaWarnings(id: string, draft: Draft, old: ApiObject | undefined): string[] {
  if (id !== 'apiextensions.k8s.io/CustomResourceDefinition') return [];
  const before = new Set(old ? ofDefinition(old) : []);
  return [...new Set(ofDefinition(draft))].filter((warning) => !before.has(warning));
}

function ofDefinition(definition: Draft | ApiObject): string[] {
  return listAt(definition, 'spec', 'versions').flatMap((version) => {
    const schema = valueAt(version, 'schema', 'openAPIV3Schema');
    return isSchema(schema) ? warningsOf(schema) : [];
  });
}

function warningsOf(schema: Schema): string[] {
  const { format = '', items } = schema;
  const warnings = format === '' || isKnown(schema.type ?? '', format) ? [] : [`unrecognized format ${quote(format)}`];
  if (schema['x-kubernetes-list-type'] === 'set' && (items?.type === 'array' || items?.type === 'object')) {
    const what = `items of type ${quote(items.type)}`;
    warnings.push(
      `x-kubernetes-list-type: set for ${what} is not supported by server-side apply or CEL validation rules`,
    );
  }
  return [...warnings, ...nested(schema).flatMap(warningsOf)];
}

function isKnown(type: string, format: string): boolean {
  return type === 'string' ? stringFormat(format) !== undefined : (NUMBER_FORMATS[type] ?? []).includes(format);
}

function nested(schema: Schema): Schema[] {
  const { items, not, allOf = [], anyOf = [], oneOf = [], properties = {} } = schema;
  const all: unknown[] = [
    items,
    not,
    additionalSchema(schema),
    ...allOf,
    ...anyOf,
    ...oneOf,
    ...Object.values(properties),
  ];
  return all.filter(isSchema);
}
