import { customStrategy } from '../strategies/custom.ts';
import { conversion } from './conversion.ts';
import { apiVersionOf } from './served-kind.ts';
import type { Definition, DefinitionVersion } from './definition.ts';
import type { ServedKind, Subresource } from './served-kind.ts';

/** In the order in which the real server lists them. */
const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

/** The kinds that a CustomResourceDefinition makes the cluster serve: one for each served version. */
export function customKinds(definition: Definition, terminating: boolean): readonly ServedKind[] {
  const storage = definition.versions.find((version) => version.storage);
  return definition.versions
    .filter((version) => version.served)
    .map((version) => customKind(definition, version, storage ?? version, terminating));
}

function customKind(
  definition: Definition,
  version: DefinitionVersion,
  storage: DefinitionVersion,
  terminating: boolean,
): ServedKind {
  const { group, namespaced, names } = definition;
  const apiVersion = apiVersionOf({ group, version: version.name });
  const stored = apiVersionOf({ group, version: storage.name });
  const strategy = customStrategy({ schema: version.schema, status: version.status, namespaced, kind: names.kind });
  const schemas = new Map(
    definition.versions.map(({ name, schema }) => [apiVersionOf({ group, version: name }), schema]),
  );
  const { fromStorage, toStorage } = conversion(
    { apiVersion, schema: version.schema },
    { apiVersion: stored, schema: storage.schema },
    (name) => schemas.get(name),
  );
  return {
    group,
    version: version.name,
    kind: names.kind,
    listKind: names.listKind,
    plural: names.plural,
    singular: names.singular,
    namespaced,
    shortNames: names.shortNames,
    categories: names.categories,
    verbs: VERBS,
    subresources: subresources(definition, version),
    collection: `${group}/${names.plural}`,
    custom: true,
    stored: true,
    terminating,
    printerColumns: version.columns,
    selectableFields: version.selectableFields,
    deprecationWarning: version.deprecationWarning,
    schema: () => version.schema,
    strategy,
    fromStorage,
    toStorage,
  };
}

function subresources({ group, names }: Definition, version: DefinitionVersion): Subresource[] {
  const verbs = ['get', 'patch', 'update'];
  const found: Subresource[] = [];
  if (version.status) found.push({ name: 'status', kind: names.kind, group, version: version.name, verbs });
  if (version.scale) {
    found.push({ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs, scale: version.scale });
  }
  return found;
}
