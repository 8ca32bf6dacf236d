import { builtinComponents, componentsOf } from './builtin-openapi.ts';
import { apiVersionOf } from './served-kind.ts';
import type { KindRegistry } from './registry.ts';
import type { ServedKind } from './served-kind.ts';

/** The paths of `/openapi/v3` below which there is a document, as `api/v1` and `apis/apps/v1`. */
export function openApiPaths(kinds: KindRegistry): readonly string[] {
  return [...new Set(kinds.all().map(pathOf))];
}

function pathOf(kind: { readonly group: string; readonly version: string }): string {
  return `${kind.group === '' ? 'api' : 'apis'}/${apiVersionOf(kind)}`;
}

/**
 * The OpenAPI v3 document of one group version, without descriptions: schemas of all kinds, and paths with the parameters that
 * clients look for before they use them. Undefined where nothing is served below that path.
 */
export function openApiDocument(kinds: KindRegistry, path: string): object | undefined {
  const served = kinds.all().filter((kind) => pathOf(kind) === path);
  const [first] = served;
  if (!first) return undefined;
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.37.2' },
    paths: Object.fromEntries(served.flatMap(pathItems)),
    components: { schemas: schemas(served, first) },
  };
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const SHARED = ['ObjectMeta', 'ListMeta', 'DeleteOptions', 'Status', 'Patch'].map(
  (name) => `apimachinery.pkg.apis.meta.v1.${name}`,
);

function schemas(served: readonly ServedKind[], { group, version, custom }: ServedKind): object {
  const shared = componentsOf(SHARED);
  const native = custom ? {} : builtinComponents(group, version);
  return { ...shared, ...native, ...Object.fromEntries(served.filter((kind) => kind.custom).flatMap(customSchemas)) };
}

function customSchemas(kind: ServedKind): [name: string, schema: object][] {
  const name = customName(kind);
  const schema = kind.schema() ?? {};
  const text = { type: 'string' };
  return [
    [
      name,
      {
        ...schema,
        properties: { ...schema.properties, apiVersion: text, kind: text, metadata: member('ObjectMeta') },
        'x-kubernetes-group-version-kind': [groupVersionKind(kind)],
      },
    ],
    [
      `${name}List`,
      {
        type: 'object',
        required: ['items'],
        properties: {
          apiVersion: text,
          kind: text,
          metadata: member('ListMeta'),
          items: { type: 'array', items: { $ref: `#/components/schemas/${name}` } },
        },
        'x-kubernetes-group-version-kind': [{ ...groupVersionKind(kind), kind: kind.listKind }],
      },
    ],
  ];
}

function member(name: string): object {
  return { allOf: [{ $ref: `#/components/schemas/${META}.${name}` }] };
}

/** `com.example.v1.Widget` */
function customName({ group, version, kind }: ServedKind): string {
  return [...group.split('.').toReversed(), version, kind].join('.');
}

function groupVersionKind({ group, version, kind }: ServedKind): { group: string; kind: string; version: string } {
  return { group, kind, version };
}

const READ = ['pretty'];
const LIST = [
  'allowWatchBookmarks',
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'timeoutSeconds',
  'watch',
];
const WRITE = ['dryRun', 'fieldManager', 'fieldValidation'];
const DELETE = ['dryRun', 'gracePeriodSeconds', 'orphanDependents', 'propagationPolicy'];

function pathItems(kind: ServedKind): [path: string, item: object][] {
  const base = `/${pathOf(kind)}`;
  const collection = kind.namespaced ? `${base}/namespaces/{namespace}/${kind.plural}` : `${base}/${kind.plural}`;
  const object = `${collection}/{name}`;
  const operation = (verb: string, action: string, parameters: readonly string[]): [string, object][] =>
    kind.verbs.includes(verb) ? [[METHODS[verb] ?? 'get', describe(kind, action, parameters)]] : [];
  const items: [string, object][] = [
    [
      collection,
      Object.fromEntries([
        ...operation('list', 'list', LIST),
        ...operation('create', 'post', WRITE),
        ...operation('deletecollection', 'deletecollection', [...LIST, ...DELETE]),
      ]),
    ],
    [
      object,
      Object.fromEntries([
        ...operation('get', 'get', READ),
        ...operation('update', 'put', WRITE),
        ...operation('patch', 'patch', [...WRITE, 'force']),
        ...operation('delete', 'delete', DELETE),
      ]),
    ],
  ];
  if (kind.subresources.some(({ name }) => name === 'status')) {
    const status: [string, object][] = [
      ['get', describe(kind, 'get', READ)],
      ['put', describe(kind, 'put', WRITE)],
      ['patch', describe(kind, 'patch', [...WRITE, 'force'])],
    ];
    items.push([`${object}/status`, Object.fromEntries(status)]);
  }
  return items;
}

const METHODS: Readonly<Record<string, string>> = {
  list: 'get',
  create: 'post',
  deletecollection: 'delete',
  get: 'get',
  update: 'put',
  patch: 'patch',
  delete: 'delete',
};

const BOOLEANS = new Set(['allowWatchBookmarks', 'force', 'orphanDependents', 'sendInitialEvents', 'watch']);
const INTEGERS = new Set(['gracePeriodSeconds', 'limit', 'timeoutSeconds']);

function describe(kind: ServedKind, action: string, parameters: readonly string[]): object {
  const type = (name: string): string => (BOOLEANS.has(name) ? 'boolean' : INTEGERS.has(name) ? 'integer' : 'string');
  return {
    parameters: parameters.map((name) => ({ name, in: 'query', schema: { type: type(name), uniqueItems: true } })),
    responses: { 200: { description: 'OK' } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': groupVersionKind(kind),
  };
}
