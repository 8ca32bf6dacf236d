import type { TransportRequest } from '../kube/transport.ts';
import type { ResourceType } from '../kube/types.ts';

/** How a write changes its object. */
export type WriteKind = 'create' | 'apply' | 'json patch' | 'merge patch' | 'delete';

/** The object that a request is about, as its path names it: the kind's own name is not in it. */
export interface ObjectPath {
  readonly type: Pick<ResourceType, 'group' | 'version' | 'plural'>;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly subresource: string | undefined;
  /** Of the object, without a subresource: what it is known by. */
  readonly path: string;
}

/** A write that is held back. */
export interface HeldRequest extends ObjectPath {
  readonly write: WriteKind;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly request: TransportRequest;
}

/** By their content types. */
const PATCHES: ReadonlyMap<string, WriteKind> = new Map([
  ['application/apply-patch+yaml', 'apply'],
  ['application/json-patch+json', 'json patch'],
  ['application/merge-patch+json', 'merge patch'],
]);

const PATH =
  /^(\/api\/([^/]+)|\/apis\/([^/]+)\/([^/]+))(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/;
/** What stands below one namespace and is a subresource of it, where the path of a kind's objects would begin. */
const OF_NAMESPACES = /^(\/api\/v1\/namespaces\/[^/]+)\/(status|finalize)$/;

/** The object of a path; undefined for a collection, and for what is no object of the API. */
export function objectOf(path: string): ObjectPath | undefined {
  const [, ofNamespace, subresourceOf] = OF_NAMESPACES.exec(path) ?? [];
  const [, root = '', core, group = '', version, namespace, plural, name, subresource] =
    PATH.exec(ofNamespace ?? path) ?? [];
  if (plural === undefined || name === undefined) return undefined;
  return pathOf({ root, group, version: core ?? version ?? '', namespace, plural, name }, subresourceOf ?? subresource);
}

/** Throws where the request is none that a client of the runtime makes: it would be sent by nobody. */
export function heldRequest(request: TransportRequest): HeldRequest {
  const url = new URL(request.path, 'http://cluster');
  const body: unknown = request.body === undefined ? undefined : JSON.parse(request.body);
  const object = request.method === 'POST' ? createdBy(url.pathname, body) : objectOf(url.pathname);
  const write = writeOf(request);
  if (!object || !write) throw new TypeError(`${request.method} ${request.path} is no write that can be held back`);
  return { ...object, write, query: url.searchParams, body, request };
}

function writeOf({ method, headers }: TransportRequest): WriteKind | undefined {
  if (method === 'POST') return 'create';
  if (method === 'DELETE') return 'delete';
  if (method !== 'PATCH') return undefined;
  return PATCHES.get(headers['content-type'] ?? '');
}

function createdBy(collection: string, body: unknown): ObjectPath | undefined {
  const name = nameIn(body);
  return name === undefined ? undefined : objectOf(`${collection}/${encodeURIComponent(name)}`);
}

function nameIn(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('metadata' in body)) return undefined;
  const { metadata } = body;
  if (typeof metadata !== 'object' || metadata === null || !('name' in metadata)) return undefined;
  return typeof metadata.name === 'string' ? metadata.name : undefined;
}

interface Parts {
  readonly root: string;
  readonly group: string;
  readonly version: string;
  readonly namespace: string | undefined;
  readonly plural: string;
  readonly name: string;
}

function pathOf({ root, group, version, namespace, plural, name }: Parts, subresource: string | undefined): ObjectPath {
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return {
    type: { group, version, plural },
    namespace: namespace === undefined ? undefined : decodeURIComponent(namespace),
    name: decodeURIComponent(name),
    subresource,
    path: `${root}${scope}/${plural}/${name}`,
  };
}
