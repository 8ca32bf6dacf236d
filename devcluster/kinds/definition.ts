import { compareVersions } from './version-order.ts';
import { isArray, isObject, listAt, stringAt, valueAt } from '../schema/json.ts';
import { isSchema } from '../schema/schema.ts';
import type { Schema } from '../schema/schema.ts';
import type { PrinterColumn, ScalePaths } from './served-kind.ts';

/** The collection of all CustomResourceDefinitions. */
export const DEFINITIONS = 'apiextensions.k8s.io/customresourcedefinitions';

/** What a CustomResourceDefinition says, read from an object that has been validated. */
export interface Definition {
  readonly name: string;
  readonly group: string;
  readonly namespaced: boolean;
  readonly names: DefinitionNames;
  readonly versions: readonly DefinitionVersion[];
}

export interface DefinitionNames {
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
}

export interface DefinitionVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly schema: Schema;
  readonly status: boolean;
  readonly scale: ScalePaths | undefined;
  readonly columns: readonly PrinterColumn[] | undefined;
  readonly selectableFields: readonly string[];
  readonly deprecationWarning: string | undefined;
}

export function readDefinition(object: unknown): Definition {
  return {
    name: stringAt(object, 'metadata', 'name'),
    group: stringAt(object, 'spec', 'group'),
    namespaced: stringAt(object, 'spec', 'scope') === 'Namespaced',
    names: readNames(valueAt(object, 'spec', 'names')),
    versions: listAt(object, 'spec', 'versions').map((version) => readVersion(object, version)),
  };
}

/** `spec.names` or `status.acceptedNames`. */
export function readNames(names: unknown): DefinitionNames {
  return {
    plural: stringAt(names, 'plural'),
    singular: stringAt(names, 'singular'),
    kind: stringAt(names, 'kind'),
    listKind: stringAt(names, 'listKind'),
    shortNames: strings(valueAt(names, 'shortNames')),
    categories: strings(valueAt(names, 'categories')),
  };
}

function readVersion(object: unknown, version: unknown): DefinitionVersion {
  const schema = valueAt(version, 'schema', 'openAPIV3Schema');
  const deprecated = valueAt(version, 'deprecated') === true;
  const name = stringAt(version, 'name');
  const columns = valueAt(version, 'additionalPrinterColumns');
  return {
    name,
    served: valueAt(version, 'served') === true,
    storage: valueAt(version, 'storage') === true,
    schema: isSchema(schema) ? schema : { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    status: isObject(valueAt(version, 'subresources', 'status')),
    scale: readScale(valueAt(version, 'subresources', 'scale')),
    columns: isArray(columns) ? columns.map(readColumn) : undefined,
    selectableFields: listAt(version, 'selectableFields').map((field) => stringAt(field, 'jsonPath')),
    deprecationWarning: deprecated
      ? stringAt(version, 'deprecationWarning') || deprecationWarning(object, name)
      : undefined,
  };
}

/** With the newest version that is better. Source: defaultDeprecationWarning of apiextensions-apiserver. */
function deprecationWarning(object: unknown, name: string): string {
  const group = stringAt(object, 'spec', 'group');
  const kind = stringAt(object, 'spec', 'names', 'kind');
  const [better] = listAt(object, 'spec', 'versions')
    .filter((version) => valueAt(version, 'served') === true && valueAt(version, 'deprecated') !== true)
    .map((version) => stringAt(version, 'name'))
    .filter((other) => compareVersions(other, name) < 0)
    .sort(compareVersions);
  const told = `${group}/${name} ${kind} is deprecated`;
  return better === undefined ? told : `${told}; use ${group}/${better} ${kind}`;
}

function readScale(scale: unknown): ScalePaths | undefined {
  if (!isObject(scale)) return undefined;
  return {
    specReplicasPath: stringAt(scale, 'specReplicasPath'),
    statusReplicasPath: stringAt(scale, 'statusReplicasPath'),
    labelSelectorPath: stringAt(scale, 'labelSelectorPath') || undefined,
  };
}

function readColumn(column: unknown): PrinterColumn {
  const priority = valueAt(column, 'priority');
  return {
    name: stringAt(column, 'name'),
    type: stringAt(column, 'type'),
    jsonPath: stringAt(column, 'jsonPath'),
    format: stringAt(column, 'format'),
    description: stringAt(column, 'description'),
    priority: typeof priority === 'number' ? priority : 0,
  };
}

function strings(value: unknown): string[] {
  return isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
