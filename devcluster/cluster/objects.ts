import { DevclusterError } from '../errors.ts';
import { isStream } from '../http/exchange.ts';
import { StatusError } from '../http/status.ts';
import { apiVersionOf } from '../kinds/served-kind.ts';
import { isArray, isObject, objectAt, stringAt, valueAt } from '../schema/json.ts';
import type { ApiRequest, ApiResponse } from '../http/exchange.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { ObjectMeta } from '../store/object.ts';

/** Anything that may be an object of the API: those of kubernetes-models and of client-node fit. */
export interface ObjectLike {
  readonly apiVersion?: string | undefined;
  readonly kind?: string | undefined;
  readonly metadata?: object | undefined;
}

/** An object as the cluster has it. */
export type Live<T> = Omit<T, 'metadata' | 'apiVersion' | 'kind'> & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
};

/** An object of which nothing more is known. */
export interface AnyObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

export interface KindRef {
  readonly apiVersion: string;
  readonly kind: string;
}

export interface ObjectRef extends KindRef {
  readonly name: string;
  /** Default (also of '') `default`, for kinds that have namespaces. */
  readonly namespace?: string | undefined;
}

export interface ListRef extends KindRef {
  /** Absent or '': all namespaces. */
  readonly namespace?: string | undefined;
  /** As kubectl's `-l`. */
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface ApplyOptions {
  /** Default `test`. */
  readonly fieldManager?: string;
  /** Take fields that others own. Default true. */
  readonly force?: boolean;
  /** E.g. `status`. */
  readonly subresource?: string;
}

export interface PatchOptions {
  /** Default `merge`. */
  readonly type?: 'merge' | 'json';
  readonly subresource?: string;
}

export interface DeleteOptions {
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** Where a kind's objects are. */
export type Address = Pick<ServedKind, 'group' | 'version' | 'plural' | 'namespaced'>;

export interface Kinds<Kind extends Address> {
  findByKind(apiVersion: string, kind: string): Kind | undefined;
}

const USER_AGENT = 'autopilot-devcluster';

/**
 * The cluster's objects, from within the process: the same code as over the network, but for TLS, the record of requests and
 * faults, which are about clients. All reject with a {@link StatusError} where the API refuses.
 */
export class Objects<Kind extends Address = ServedKind> {
  readonly #kinds: Kinds<Kind>;
  readonly #ask: (request: ApiRequest) => Promise<ApiResponse>;

  constructor(kinds: Kinds<Kind>, ask: (request: ApiRequest) => Promise<ApiResponse>) {
    this.#kinds = kinds;
    this.#ask = ask;
  }

  /** Server-side apply: creates the object or brings it to this state. */
  async apply<T extends ObjectLike>(object: T, options: ApplyOptions = {}): Promise<Live<T>> {
    const { fieldManager = 'test', force = true, subresource } = options;
    const path = this.#objectPath(this.#refOf(object), subresource);
    const query = { fieldManager, force: String(force) };
    return live(object, await this.#call('PATCH', path, query, object, 'application/apply-patch+yaml'));
  }

  /** Fails with 409 where the object exists. */
  async create<T extends ObjectLike>(object: T): Promise<Live<T>> {
    const ref = { ...kindOf(object), namespace: stringAt(object.metadata, 'namespace') || undefined };
    return live(object, await this.#call('POST', this.#collectionPath(ref, true), {}, object));
  }

  /** Replaces the object, given its resource version (or none, where the kind allows that). */
  async update<T extends ObjectLike>(object: T, options: { readonly subresource?: string } = {}): Promise<Live<T>> {
    return live(
      object,
      await this.#call('PUT', this.#objectPath(this.#refOf(object), options.subresource), {}, object),
    );
  }

  /** Fails with 404 where there is no such object. */
  async get<T extends ObjectLike = AnyObject>(ref: ObjectRef): Promise<Live<T>> {
    return narrow<T>(await this.#call('GET', this.#objectPath(ref)));
  }

  /** Undefined where there is no such object. */
  async find<T extends ObjectLike = AnyObject>(ref: ObjectRef): Promise<Live<T> | undefined> {
    try {
      return await this.get<T>(ref);
    } catch (error) {
      if (error instanceof StatusError && error.code === 404) return undefined;
      throw error;
    }
  }

  async list<T extends ObjectLike = AnyObject>(ref: ListRef): Promise<readonly Live<T>[]> {
    const { labelSelector = '', fieldSelector = '' } = ref;
    const answer = await this.#call('GET', this.#collectionPath(ref), { labelSelector, fieldSelector });
    const items = valueAt(answer, 'items');
    if (!isArray(items)) throw new TypeError('a list without items');
    return items.map((item) => narrow<T>({ apiVersion: ref.apiVersion, kind: ref.kind, ...objectAt(item) }));
  }

  /** By JSON merge patch, or JSON patch. */
  async patch<T extends ObjectLike = AnyObject>(
    ref: ObjectRef,
    patch: object,
    options: PatchOptions = {},
  ): Promise<Live<T>> {
    const contentType = options.type === 'json' ? 'application/json-patch+json' : 'application/merge-patch+json';
    return narrow<T>(await this.#call('PATCH', this.#objectPath(ref, options.subresource), {}, patch, contentType));
  }

  /** Fails with 404 where there is no such object. Resolves once it is deleted, or marked for it. */
  async delete(ref: ObjectRef, options: DeleteOptions = {}): Promise<void> {
    await this.#call('DELETE', this.#objectPath(ref), {}, { kind: 'DeleteOptions', apiVersion: 'v1', ...options });
  }

  /** The kind that is meant. Throws where it is not served. */
  kind({ apiVersion, kind }: KindRef): Kind {
    const served = this.#kinds.findByKind(apiVersion, kind);
    if (served) return served;
    throw new DevclusterError(
      'ERR_AP_CLUSTER_KIND',
      `The cluster serves no ${kind} of ${apiVersion}. Install its CustomResourceDefinition first: cluster.installCrd(crd).`,
    );
  }

  #refOf(object: ObjectLike): ObjectRef {
    const name = stringAt(object.metadata, 'name');
    return { ...kindOf(object), name, namespace: stringAt(object.metadata, 'namespace') || undefined };
  }

  #objectPath(ref: ObjectRef, subresource?: string): string {
    const path = `${this.#collectionPath(ref, true)}/${encodeURIComponent(nameOf(ref))}`;
    return subresource === undefined ? path : `${path}/${subresource}`;
  }

  #collectionPath(ref: ListRef, one = false): string {
    const kind = this.kind(ref);
    const base = `/${kind.group === '' ? 'api' : 'apis'}/${apiVersionOf(kind)}`;
    const namespace = ref.namespace || (one ? 'default' : undefined);
    if (!kind.namespaced || namespace === undefined) return `${base}/${kind.plural}`;
    return `${base}/namespaces/${encodeURIComponent(namespace)}/${kind.plural}`;
  }

  async #call(
    method: string,
    path: string,
    query: Record<string, string> = {},
    body?: unknown,
    contentType = 'application/json',
  ): Promise<unknown> {
    const given = Object.entries(query).filter(([, value]) => value !== '');
    const headers: Readonly<Record<string, string>> = { 'content-type': contentType, 'user-agent': USER_AGENT };
    const request: ApiRequest = {
      method,
      path,
      query: new URLSearchParams(given),
      header: (name) => headers[name],
      body: () => Promise.resolve(Buffer.from(body === undefined ? '' : JSON.stringify(body))),
    };
    const response = await this.#ask(request);
    if (isStream(response)) throw new TypeError('a watch where an object was asked for');
    const answer: unknown = JSON.parse(response.body.toString());
    if (response.status < 400) return answer;
    throw StatusError.from(answer);
  }
}

function kindOf({ apiVersion, kind }: ObjectLike): KindRef {
  if (apiVersion !== undefined && kind !== undefined) return { apiVersion, kind };
  throw new DevclusterError('ERR_AP_CLUSTER_KIND', 'The object has no apiVersion or no kind: the cluster needs both.');
}

/** Without a name the path would be the collection's: a deletion would take all of it. */
export function nameOf({ kind, name }: { readonly kind: string; readonly name?: unknown }): string {
  if (typeof name === 'string' && name !== '') return name;
  throw new DevclusterError(
    'ERR_AP_CLUSTER_NAME',
    `The ${kind} has no name: give the field \`name\` of what is looked for, or \`metadata.name\` of an object.`,
  );
}

function live<T extends ObjectLike>(_like: T, answer: unknown): Live<T> {
  return narrow<T>(answer);
}

/** The boundary between JSON and the caller's type: that the object has the fields that the caller says is not checked. */
export function narrow<T extends ObjectLike>(value: unknown): Live<T> {
  if (isLive<T>(value)) return value;
  throw new TypeError('the answer is no object of the API');
}

function isLive<T extends ObjectLike>(value: unknown): value is Live<T> {
  return isObject(value) && isObject(value['metadata']);
}
