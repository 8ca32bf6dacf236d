import type { Caches } from '../cache/caches.ts';
import { deepFreeze } from '../cache/freeze.ts';
import { ApiError, errors, isKindMissing, isStatus } from '../errors.ts';
import type { KubeClient, ObjectRef } from '../kube/client.ts';
import { wholeOf } from '../kube/managed-fields.ts';
import { apiVersionOf, objectKey } from '../kube/paths.ts';
import type { KubernetesObject, ResourceType } from '../kube/types.ts';
import type { ObjectName } from '../reconciler.ts';

/** One call of a reconciler, as its client has to know it. */
export interface CallScope {
  readonly reconciler: string;
  /** Who wrote, for the caches. */
  readonly writer: string;
  readonly namespace: string | undefined;
  readonly writes: ReadonlyMap<string, ResourceType>;
  readonly client: KubeClient;
  readonly caches: Caches;
  readonly signal: AbortSignal;
  /** Throws ERR_AP_STOPPED once the call is over. */
  checkForUser(what: string): void;
}

/** What a reconciler writes with (`ReconcilerClient` in `reconciler.ts` has the types). What it is handed is frozen: caches hold the same. */
export class DeclaredClient {
  readonly #scope: CallScope;

  constructor(scope: CallScope) {
    this.#scope = scope;
  }

  async create(key: string, object: unknown): Promise<KubernetesObject> {
    const { client } = this.#scope;
    const type = this.#type(key, 'create');
    const wanted = this.#wanted(type, object, 'create');
    return this.#write(type, wanted.metadata, () => client.create(type, wanted, { giveUp: this.#scope }));
  }

  async apply(key: string, object: unknown): Promise<KubernetesObject> {
    const { client } = this.#scope;
    const type = this.#type(key, 'apply');
    const wanted = this.#wanted(type, object, 'apply');
    return this.#write(type, wanted.metadata, () => client.apply(type, wanted, { giveUp: this.#scope }));
  }

  async patch(key: string, object: ObjectName, patch: object, subresource?: 'status'): Promise<KubernetesObject> {
    const { client } = this.#scope;
    const type = this.#type(key, 'patch');
    const ref = this.#ref(type, object, 'patch');
    const body = object.uid === undefined ? patch : withUid(patch, object.uid);
    const options = { giveUp: this.#scope, ...(subresource && { subresource }) };
    return this.#write(type, ref, () => client.mergePatch(ref, body, options));
  }

  async delete(key: string, object: ObjectName & { readonly uid: string }): Promise<void> {
    const { client, caches, reconciler, writer } = this.#scope;
    const type = this.#type(key, 'delete');
    const ref = this.#ref(type, object, 'delete');
    const { uid } = object;
    if (typeof uid !== 'string' || uid === '')
      throw errors.badWrite(reconciler, 'delete', 'it needs the uid of the object.');
    const at = objectKey(ref.name, ref.namespace);
    const release = caches.hold(type, at);
    try {
      const left = await client.delete(ref, uid, { giveUp: this.#scope });
      if (left) caches.written(type, left, writer);
      else caches.removed(type, at, uid, writer);
    } catch (error) {
      if (isKindMissing(error)) caches.kindMissing(type);
      else if (isStatus(error, 404) || isOfAnother(error)) caches.gone(type, at, uid, writer);
      else throw error;
    } finally {
      release();
    }
  }

  /** Sends one write and tells the caches its answer; events about the object wait until then. */
  async #write(
    type: ResourceType,
    { name, namespace }: { readonly name: string; readonly namespace?: string | undefined },
    send: () => Promise<KubernetesObject>,
  ): Promise<KubernetesObject> {
    const { caches, writer } = this.#scope;
    const release = caches.hold(type, objectKey(name, namespace));
    try {
      const answer = await send();
      caches.written(type, answer, writer);
      return deepFreeze(wholeOf(answer));
    } catch (error) {
      if (isKindMissing(error)) caches.kindMissing(type);
      throw error;
    } finally {
      release();
    }
  }

  #type(key: string, call: string): ResourceType {
    const { reconciler, writes } = this.#scope;
    this.#scope.checkForUser(`client.${call}`);
    const type = writes.get(key);
    if (!type) throw errors.undeclaredWrite(reconciler, key, [...writes.keys()]);
    return type;
  }

  #wanted(type: ResourceType, object: unknown, call: string): KubernetesObject {
    if (typeof object !== 'object' || object === null || !('metadata' in object) || typeof object.metadata !== 'object')
      throw errors.badWrite(this.#scope.reconciler, call, 'it needs an object with metadata.');
    const ref = this.#ref(type, object.metadata, call);
    const { name, namespace } = ref;
    const metadata = { ...object.metadata, name, ...(namespace !== undefined && { namespace }) };
    return { ...object, apiVersion: apiVersionOf(type), kind: type.kind, metadata };
  }

  #ref(type: ResourceType, given: object | null, call: string): ObjectRef {
    const { reconciler, namespace: own } = this.#scope;
    const { name, namespace }: { readonly name?: unknown; readonly namespace?: unknown } = given ?? {};
    if (typeof name !== 'string' || !isName(name))
      throw errors.badWrite(reconciler, call, `${JSON.stringify(name)} is no name.`);
    if (!type.namespaced) return { type, name };
    const at = namespace ?? own;
    if (typeof at !== 'string' || !isName(at))
      throw errors.badWrite(reconciler, call, `${JSON.stringify(at)} is no namespace, and ${type.kind} needs one.`);
    return { type, name, namespace: at };
  }
}

/** Whether it can stand in a URL's path as one segment; the server checks the rest. */
function isName(text: string): boolean {
  return /^(?!\.{1,2}$)[^/%]{1,253}$/.test(text);
}

function withUid(patch: object, uid: string): object {
  const { metadata }: { readonly metadata?: object } = patch;
  return { ...patch, metadata: { ...metadata, uid } };
}

/**
 * Whether a deletion was refused since another object has the name by now, in the server's words. A GET would need a right; any other
 * Conflict may be a webhook's that keeps the object.
 */
function isOfAnother(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409 && /UID in (the )?precondition/.test(error.answer);
}
