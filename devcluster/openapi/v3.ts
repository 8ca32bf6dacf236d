import { SERVER_VERSION } from '../kinds/builtin-definitions.ts';
import { componentNameOf, componentsOf, metaName, referencesOf } from './builtin-components.ts';
import { customComponents, customName } from './custom-components.ts';
import { groupTag, groupTitle } from './operation-ids.ts';
import { capital } from './operation-ids.ts';
import { discoveryItem, groupVersionPath, pathItems } from './operations.ts';
import { isArray, isObject } from '../schema/json.ts';
import type { KindRegistry } from '../kinds/registry.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { JsonObject } from '../schema/json.ts';
import type { ComponentNames, PathItem } from './operations.ts';

/** As the title page of all documents says it. */
export const INFO = { title: 'Kubernetes', version: SERVER_VERSION.slice(1).split('.').slice(0, 2).join('.') };

/** That of documents of custom resources. */
const CUSTOM_INFO = { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' };

export const SECURITY_SCHEME = { type: 'apiKey', name: 'authorization', in: 'header' };

/** The paths of `/openapi/v3` below which there is a document, as `api/v1`, `apis/apps` and `apis/apps/v1`. */
export function openApiPaths(kinds: KindRegistry): readonly string[] {
  const versions = kinds.all().map((kind) => groupVersionPath(kind).slice(1));
  const groups = kinds.all().flatMap(({ group, custom }) => (group === '' || custom ? [] : [`apis/${group}`]));
  return [...new Set(['api', 'apis', 'version', ...groups, ...versions])].sort();
}

/** The paths of group versions alone. */
export function groupVersionPaths(kinds: KindRegistry): readonly string[] {
  return [...new Set(kinds.all().map((kind) => groupVersionPath(kind).slice(1)))];
}

/** An OpenAPI v3 document, without descriptions. Undefined where nothing is served below that path. */
export function openApiDocument(kinds: KindRegistry, path: string): JsonObject | undefined {
  const served = kinds.all().filter((kind) => groupVersionPath(kind) === `/${path}`);
  const discovery = discoveryPaths(kinds, path);
  if (served.length === 0 && !discovery) return undefined;
  const paths = [...(discovery ?? []), ...served.flatMap((kind) => pathItems(kind, NAMES))];
  const custom = served.filter((kind) => kind.custom).flatMap((kind) => customComponents(kind, false));
  const builtin = componentsOf(referencesOf([paths, custom]));
  const [first] = served;
  const schemas = Object.fromEntries(
    [...Object.entries(builtin), ...custom]
      .map(([name, schema]): [string, JsonObject] => [name, first?.custom === false ? ofGroup(first, schema) : schema])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  return {
    openapi: '3.0.0',
    info: first?.custom ? CUSTOM_INFO : INFO,
    paths: Object.fromEntries(paths.map(([at, { parameters, operations }]) => [at, flat(parameters, operations)])),
    components: { schemas, ...(!first?.custom && { securitySchemes: { BearerToken: SECURITY_SCHEME } }) },
  };
}

/** What the components of operations are called. */
export const NAMES: ComponentNames = {
  of: (kind) => componentNameOf(kind.group, kind.version, kind.kind) ?? customName(kind),
  meta: metaName,
};

function flat(parameters: PathItem['parameters'], operations: PathItem['operations']): JsonObject {
  return { ...operations, ...(parameters && parameters.length > 0 && { parameters }) };
}

/** The paths of discovery that belong to a document. */
export function discoveryPaths(kinds: KindRegistry, path: string): [path: string, item: PathItem][] | undefined {
  const all = kinds.all();
  const item = (tag: string, id: string, answer: string): [string, PathItem][] => [
    [`/${path}/`, discoveryItem(tag, id, metaName(answer))],
  ];
  if (path === 'api') return item('core', 'getCoreAPIVersions', 'APIVersions');
  if (path === 'apis') return item('apis', 'getAPIVersions', 'APIGroupList');
  if (path === 'version') return [['/version/', versionItem()]];
  const group = all.find((kind) => `apis/${kind.group}` === path && kind.group !== '' && !kind.custom);
  if (group) return item(groupTag(group.group), `get${groupTitle(group.group)}APIGroup`, 'APIGroup');
  const version = all.find((kind) => groupVersionPath(kind) === `/${path}` && !kind.custom);
  if (!version) return undefined;
  const title = `${groupTitle(version.group)}${capital(version.version)}`;
  return item(groupTag(version.group, version.version), `get${title}APIResources`, 'APIResourceList');
}

function versionItem(): PathItem {
  const schema = { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.version.Info' };
  const ok = { description: 'OK', content: { 'application/json': { schema } } };
  const responses = { 200: ok, 401: { description: 'Unauthorized' } };
  return { operations: { get: { tags: ['version'], operationId: 'getCodeVersion', responses } } };
}

/** Types that all groups have in common say of which kinds they are: in one group's document, of those of the group. */
function ofGroup({ group, version }: ServedKind, schema: JsonObject): JsonObject {
  const kinds = schema['x-kubernetes-group-version-kind'];
  if (!isArray(kinds) || kinds.length < 2) return schema;
  const here = kinds.filter(
    (kind) => isObject(kind) && ((kind['group'] === group && kind['version'] === version) || kind['group'] === ''),
  );
  return { ...schema, 'x-kubernetes-group-version-kind': here };
}
