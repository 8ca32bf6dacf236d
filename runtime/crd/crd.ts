import { Conversion } from './convert.ts';
import { REFUSALS, SchemaError } from './errors.ts';
import { INITIAL_STATUS, runtimeStatus } from './status.ts';
import type { StructuralSchema } from './structural.ts';

export { SchemaError } from './errors.ts';
export type { SchemaProblem } from './errors.ts';
export { intOrString, labelSelector, quantity } from './kubernetes-schemas.ts';
export type { Json, StructuralSchema, ValidationRule } from './structural.ts';

/** The names of the custom resource, and the phases that its status tells of. */
export interface CrdNames {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Lower-case plural. */
  readonly plural: string;
  /** Default: the kind in lower case. */
  readonly singular?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly scope: 'Namespaced' | 'Cluster';
  /** In the order of `autopilot.yaml`. */
  readonly phases: readonly string[];
}

/** The zod schemas of the user's `spec.ts`: `z.object()`s. Unknown, since they come from a module that was just loaded. */
export interface CrdSchemas {
  readonly spec: unknown;
  readonly status?: unknown;
}

/** `apiextensions.k8s.io/v1` CustomResourceDefinition, as far as it is written here. */
export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly scope: 'Namespaced' | 'Cluster';
    readonly names: {
      readonly kind: string;
      readonly listKind: string;
      readonly plural: string;
      readonly singular: string;
      readonly shortNames?: readonly string[];
      readonly categories?: readonly string[];
    };
    readonly versions: readonly {
      readonly name: string;
      readonly served: true;
      readonly storage: true;
      readonly schema: { readonly openAPIV3Schema: StructuralSchema };
      readonly subresources: { readonly status: Readonly<Record<string, never>> };
      readonly additionalPrinterColumns: readonly PrinterColumn[];
    }[];
  };
}

export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'date';
  readonly description?: string;
  readonly jsonPath: string;
}

const COLUMNS: readonly PrinterColumn[] = [
  { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
  { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
];

/**
 * The CustomResourceDefinition of a kind. The user's status keys are all optional, since a status grows with the first workers'
 * results; the runtime's own stand beside them.
 *
 * @throws {SchemaError} where the schemas hold what a CRD cannot: all such places at once, by path.
 */
export function crdOf(names: CrdNames, schemas: CrdSchemas): CustomResourceDefinition {
  const {
    group,
    version,
    kind,
    plural,
    singular = kind.toLowerCase(),
    shortNames = [],
    categories = [],
    scope,
  } = names;
  const conversion = new Conversion();
  const spec = convertObject(conversion, schemas.spec, 'spec');
  const status = statusOf(conversion, schemas.status, names.phases);
  if (!spec || !status || conversion.problems.length > 0) throw new SchemaError(conversion.problems);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular,
        ...(shortNames.length > 0 && { shortNames }),
        ...(categories.length > 0 && { categories }),
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: rootOf(spec, status) },
          subresources: { status: {} },
          additionalPrinterColumns: COLUMNS,
        },
      ],
    },
  };
}

/** Where a spec may be empty it may be left out too: workers always find one. */
function rootOf(spec: StructuralSchema, status: StructuralSchema): StructuralSchema {
  const isNeeded = (spec.required?.length ?? 0) > 0 || spec['x-kubernetes-validations'] !== undefined;
  return {
    type: 'object',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: isNeeded || spec.default !== undefined ? spec : { ...spec, default: {} },
      status,
    },
    ...(isNeeded && { required: ['spec'] }),
  };
}

function statusOf(conversion: Conversion, schema: unknown, phases: readonly string[]): StructuralSchema | undefined {
  const kept = runtimeStatus(phases);
  if (schema === undefined) return { type: 'object', properties: kept, default: INITIAL_STATUS };
  const status = convertObject(conversion, schema, 'status');
  if (!status) return undefined;
  for (const key of Object.keys(status.properties ?? {})) {
    if (Object.hasOwn(kept, key)) conversion.refuse(`status.${key}`, REFUSALS.statusReserved(key));
  }
  for (const place of defaultsIn(status, 'status')) conversion.refuse(place, REFUSALS.statusDefault());
  const { required: _required, ...rest } = status;
  return { ...rest, properties: { ...kept, ...status.properties }, default: INITIAL_STATUS };
}

/** Where a schema has defaults. */
function defaultsIn(schema: StructuralSchema, path: string): readonly string[] {
  return [
    ...(schema.default === undefined ? [] : [path]),
    ...Object.entries(schema.properties ?? {}).flatMap(([key, child]) => defaultsIn(child, `${path}.${key}`)),
    ...(schema.items ? defaultsIn(schema.items, `${path}[]`) : []),
    ...(schema.additionalProperties ? defaultsIn(schema.additionalProperties, `${path}.*`) : []),
  ];
}

function convertObject(conversion: Conversion, schema: unknown, path: string): StructuralSchema | undefined {
  const before = conversion.problems.length;
  const converted = conversion.convert(schema, path);
  const isNamed =
    converted?.type === 'object' && converted.additionalProperties === undefined && converted.nullable !== true;
  if (converted && !isNamed && conversion.problems.length === before) {
    return conversion.refuse(
      path,
      REFUSALS.notObject(converted.type === 'object' ? 'a map or nullable' : `a ${converted.type ?? 'choice'}`),
    );
  }
  return converted;
}
