/**
 * The spec of a CustomResourceDefinition as the server checks it: what all versions have in common belongs to the
 * definition as a whole, and its errors tell so.
 * Source: apiextensions-apiserver/pkg/apis/apiextensions/v1/conversion.go.
 */
import { GoStruct } from '../../schema/go-text.ts';
import { deepEqual, isObject, objectAt, stringAt, type JsonObject } from '../../schema/json.ts';
import { isSchema, type Schema } from '../../schema/schema.ts';
import { objectsAt } from './checks.ts';

/** What a definition has once, or a version for itself. */
export interface Part {
  readonly schema: Schema | undefined;
  readonly subresources: JsonObject | undefined;
  readonly columns: readonly JsonObject[];
  readonly selectableFields: readonly JsonObject[];
}

export interface VersionPart extends Part {
  readonly version: JsonObject;
  /** It has the status subresource, from wherever. */
  readonly hasStatus: boolean;
}

export interface DefinitionParts {
  readonly shared: Part;
  readonly versions: readonly VersionPart[];
}

const SHARED = ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const;

export function partsOf(spec: JsonObject): DefinitionParts {
  const versions = objectsAt(spec, 'versions');
  const [first = {}] = versions;
  const same = SHARED.filter((name) => versions.every((version) => deepEqual(version[name], first[name])));
  const pick = (version: JsonObject, names: readonly string[]): JsonObject =>
    Object.fromEntries(Object.entries(version).filter(([name]) => names.includes(name)));
  const own = SHARED.filter((name) => !same.includes(name));
  return {
    shared: partOf(pick(first, same)),
    versions: versions.map((version) =>
      Object.assign(partOf(pick(version, own)), { version, hasStatus: hasStatus(version) }),
    ),
  };
}

function partOf(version: JsonObject): Part {
  const schema = objectAt(version, 'schema', 'openAPIV3Schema');
  return {
    schema: isSchema(schema) ? schema : undefined,
    subresources: objectAt(version, 'subresources'),
    columns: objectsAt(version, 'additionalPrinterColumns'),
    selectableFields: objectsAt(version, 'selectableFields'),
  };
}

export function hasStatus(version: JsonObject): boolean {
  return isObject(objectAt(version, 'subresources')?.['status']);
}

/** The versions as messages show them, without what all have in common. */
export function shownVersions({ versions }: DefinitionParts): GoStruct[] {
  return versions.map(({ version, schema, subresources, columns, selectableFields }) => {
    const list = (items: readonly JsonObject[]): unknown => (items.length === 0 ? null : items);
    return new GoStruct({
      Name: stringAt(version, 'name'),
      Served: version['served'] === true,
      Storage: version['storage'] === true,
      Deprecated: version['deprecated'] === true,
      DeprecationWarning: version['deprecationWarning'] ?? null,
      Schema: schema === undefined ? null : new GoStruct({ OpenAPIV3Schema: schema }),
      Subresources: subresources ?? null,
      AdditionalPrinterColumns: list(columns),
      SelectableFields: list(selectableFields),
    });
  });
}
