/**
 * Writes devcluster/kinds/builtin-schemas.json: what the embedded cluster knows of the built-in kinds.
 *
 *   node scripts/builtin-schemas.ts KUBECONFIG MODULE
 *
 * KUBECONFIG: of a real API server with no CustomResourceDefinitions, whose discovery and /openapi/v3 are read (by its
 * token; the certificate is not checked). MODULE: a folder with a go.mod that pins the same version of Kubernetes, from
 * whose types.go is read what OpenAPI does not say: what a Go type does with an empty field. Needs Go.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { load } from 'js-yaml';
import * as prettier from 'prettier';
import { isArray, isObject, listAt, stringAt, valueAt, type JsonObject } from '../devcluster/schema/json.ts';
import { GoTypes, type GoField } from './go-types.ts';

const OUTPUT = new URL('../devcluster/kinds/builtin-schemas.json', import.meta.url);
const GVK = 'x-kubernetes-group-version-kind';
const REF = '#/components/schemas/';
/** Shared by nearly all names of definitions, and left out. */
const PREFIX = 'io.k8s.';

const [kubeconfig, moduleFolder] = process.argv.slice(2);
if (kubeconfig === undefined || moduleFolder === undefined) {
  console.error('usage: node scripts/builtin-schemas.ts KUBECONFIG MODULE');
  process.exit(2);
}

const config: unknown = load(readFileSync(kubeconfig, 'utf8'));
const server = stringAt(listAt(config, 'clusters')[0], 'cluster', 'server');
const token = stringAt(listAt(config, 'users')[0], 'user', 'token');
const go = new GoTypes(moduleFolders(moduleFolder));

const definitions: Record<string, JsonObject> = {};
const resources: JsonObject[] = [];
for (const [path, group, version] of await groupVersions()) {
  resources.push(...(await resourcesOf(path, group, version)));
  await readDefinitions(path);
}
// Types of what is no resource: lists of groups, the version.
for (const path of ['api', 'apis', 'apis/apps', 'version']) await readDefinitions(path);
const version = stringAt(await get('/version'), 'gitVersion');
const file = { server: version, resources, kinds: definitionsByKind(), definitions: encodeDefinitions() };
const style = await prettier.resolveConfig(OUTPUT);
writeFileSync(OUTPUT, await prettier.format(JSON.stringify(file), { ...style, parser: 'json' }));
console.log(`${resources.length} resources and ${Object.keys(definitions).length} definitions of ${version}`);

async function get(path: string): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
  request(new URL(path, server), { headers, rejectUnauthorized: false }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', reject);
    response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString('utf8'))));
  })
    .on('error', reject)
    .end();
  return promise;
}

function moduleFolders(folder: string): Map<string, string> {
  const modules = ['k8s.io/api', 'k8s.io/apimachinery', 'k8s.io/apiextensions-apiserver', 'k8s.io/kube-aggregator'];
  const output = execFileSync('go', ['list', '-m', '-f', '{{.Path}} {{.Dir}}', ...modules], { cwd: folder });
  const lines = output.toString('utf8').trim().split('\n');
  return new Map(lines.map((line) => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? '']));
}

/** Path, group and version of all that is served, core first, in the order of discovery. */
async function groupVersions(): Promise<[path: string, group: string, version: string][]> {
  const found: [string, string, string][] = [['api/v1', '', 'v1']];
  for (const group of listAt(await get('/apis'), 'groups')) {
    for (const { groupVersion, version: name } of listAt(group, 'versions').filter(isObject)) {
      found.push([`apis/${String(groupVersion)}`, stringAt(group, 'name'), String(name)]);
    }
  }
  return found;
}

async function resourcesOf(path: string, group: string, version: string): Promise<JsonObject[]> {
  const listed = listAt(await get(`/${path}`), 'resources').filter(isObject);
  const subresourcesOf = (plural: string): JsonObject[] =>
    listed
      .filter(({ name }) => String(name).startsWith(`${plural}/`))
      .map((resource) => ({
        name: String(resource['name']).slice(plural.length + 1),
        group: resource['group'] ?? group,
        version: resource['version'] ?? version,
        kind: resource['kind'],
        verbs: resource['verbs'],
      }));
  const toKind = ({ name, singularName, namespaced, kind, verbs, ...rest }: JsonObject): JsonObject => ({
    group,
    version,
    kind,
    plural: name,
    singular: singularName,
    namespaced,
    verbs,
    ...(isArray(rest['shortNames']) && { shortNames: rest['shortNames'] }),
    ...(isArray(rest['categories']) && { categories: rest['categories'] }),
    ...(typeof rest['storageVersionHash'] === 'string' && { storageVersionHash: rest['storageVersionHash'] }),
    subresources: subresourcesOf(String(name)),
  });
  return listed.filter(({ name }) => !String(name).includes('/')).map(toKind);
}

async function readDefinitions(path: string): Promise<void> {
  const schemas = valueAt(await get(`/openapi/v3/${path}`), 'components', 'schemas');
  for (const [name, schema] of Object.entries(isObject(schemas) ? schemas : {})) {
    const definition = compact(schema);
    const known = definitions[shortName(name)];
    // Types that all groups have in common say of which kinds they are: all of these.
    const kinds = [...listAt(known, GVK), ...listAt(definition, GVK)];
    if (kinds.length > 0) definition[GVK] = [...new Map(kinds.map((kind) => [JSON.stringify(kind), kind])).values()];
    definitions[shortName(name)] = definition;
  }
}

function shortName(name: string): string {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : `.${name}`;
}

/** Without descriptions; a reference and what is said beside it in one object. */
function compact(schema: unknown): JsonObject {
  const out: JsonObject = {};
  for (const [key, value] of Object.entries(isObject(schema) ? schema : {})) {
    if (key === 'description') continue;
    if (key === '$ref') out['$ref'] = shortName(String(value).slice(REF.length));
    else if (key === 'allOf') Object.assign(out, compact(listAt(schema, 'allOf')[0]));
    else if (key === 'properties') out[key] = mapMembers(value, compact);
    else if (key === 'items' || (key === 'additionalProperties' && isObject(value))) out[key] = compact(value);
    else out[key] = value;
  }
  return out;
}

function mapMembers(value: unknown, change: (member: unknown) => unknown): JsonObject {
  return Object.fromEntries(
    Object.entries(isObject(value) ? value : {}).map(([name, member]) => [name, change(member)]),
  );
}

/** The names of definitions by `group/version/Kind`; types that belong to all groups are left out. */
function definitionsByKind(): JsonObject {
  const found: JsonObject = {};
  for (const name of Object.keys(definitions).sort()) {
    const [kind, ...others] = listAt(definitions[name], GVK);
    if (kind === undefined || others.length > 0) continue;
    found[`${stringAt(kind, 'group')}/${stringAt(kind, 'version')}/${stringAt(kind, 'kind')}`] = name;
  }
  return found;
}

/** Each definition as a text of its own: most of them are never looked at, and a text costs nothing to load. */
function encodeDefinitions(): JsonObject {
  const encoded: JsonObject = {};
  for (const name of Object.keys(definitions).sort()) {
    const definition = definitions[name] ?? {};
    addEmptiness(name, definition);
    encoded[name] = JSON.stringify(definition);
  }
  return encoded;
}

function addEmptiness(name: string, definition: JsonObject): void {
  const properties = definition['properties'];
  const struct = go.struct(goPackage(name), name.slice(name.lastIndexOf('.') + 1));
  if (!isObject(properties) || struct === undefined) return;
  for (const [member, property] of Object.entries(properties)) {
    const field: GoField | undefined = struct.get(member);
    if (field === undefined || !isObject(property)) continue;
    if (field.empty !== undefined) property['x-go-empty'] = field.empty;
    if (field.named !== undefined) property['x-go-type'] = field.named;
  }
}

/** `api.apps.v1.Deployment` is of `k8s.io/api/apps/v1`. */
function goPackage(name: string): string {
  return `k8s.io/${name.split('.').slice(0, -1).join('/')}`;
}
