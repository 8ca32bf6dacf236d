import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { PatchOperation } from '../kube/client.ts';
import type { TransportRequest, TransportResponse } from '../kube/transport.ts';
import type { KubernetesObject } from '../kube/types.ts';
import { refusal } from './answers.ts';
import { carried } from './carried.ts';
import { lives } from './deletion.ts';
import { changesTo, type DryRun, type Verdict } from './dry-run.ts';

import type { HeldObject } from './held-objects.ts';
import type { HeldRequest } from './held-request.ts';
import { isMap, type JsonMap } from './json.ts';
import { appliedBy, carriedManagers, heldByOthers } from './managers.ts';
import { withHeld, withoutGivenUp } from './managed-values.ts';
import { jsonPatched, mergePatched, PatchRefused } from './patches.ts';

/** What a write would make of its object. */
export interface Made {
  readonly object: KubernetesObject;
  /** Whether the object is gone then. */
  readonly gone?: boolean;
  /** Why no server has looked at it. */
  readonly unchecked?: string | undefined;
}

/** What becomes of a write. */
export type Outcome = Made | { readonly refused: TransportResponse };

/**
 * Finds out what creates and patches would make of objects. The first write of an object goes to the server as it is, as a dry run. Later ones
 * have to build on what was held back, of which the server knows nothing: their result is made here of what the server says about parts of
 * it, and then shown to the server as one change of what it has.
 */
export class HeldWriter {
  readonly #dryRun: DryRun;
  readonly #makesNamespace: (name: string) => boolean;

  /** `makesNamespace`: whether the creation of this namespace was held back. */
  constructor(dryRun: DryRun, makesNamespace: (name: string) => boolean) {
    this.#dryRun = dryRun;
    this.#makesNamespace = makesNamespace;
  }

  async write(request: HeldRequest, held: HeldObject): Promise<Outcome> {
    const refused = conflictOf(request, held);
    if (refused) return { refused };
    const outcome = await (held.touched ? this.#again(request, held) : this.#first(request, held));
    if ('refused' in outcome) return outcome;
    const { metadata } = outcome.object;
    // The last finalizer has gone.
    const gone = metadata.deletionTimestamp !== undefined && !lives(outcome.object, request.type.plural);
    return { ...outcome, gone };
  }

  async #first(request: HeldRequest, held: HeldObject): Promise<Outcome> {
    const verdict = await this.#ask(request, request.body);
    if ('unasked' in verdict) return guessed(request, held, verdict.unasked);
    return verdict;
  }

  async #again(request: HeldRequest, held: HeldObject): Promise<Outcome> {
    const { now } = held;
    if (request.write === 'create' || !now) return this.#create(request, held);
    try {
      if (request.subresource === 'status') return await this.#status(request, held, now);
      if (request.write === 'apply') return await this.#apply(request, held, now);
      const wanted = patched(request, now);
      return await this.#check(request, held, wanted);
    } catch (error) {
      if (!(error instanceof PatchRefused)) throw error;
      return {
        refused: refusal(
          held.ref,
          422,
          'Invalid',
          `the server rejected our request due to an error in our request: ${error.message}`,
        ),
      };
    }
  }

  /** Anew, where the deletion was held back. */
  async #create(request: HeldRequest, held: HeldObject): Promise<Outcome> {
    if (held.live) return guessed(request, held, 'the object whose place it takes is still there');
    return this.#first(request, held);
  }

  /** Server-side apply: the server says what it makes of the live object, and that is carried over. */
  async #apply(request: HeldRequest, held: HeldObject, now: KubernetesObject): Promise<Outcome> {
    const isLive = held.live?.metadata.uid === now.metadata.uid;
    if (held.live && !isLive) return guessed(request, held, 'the object whose place it takes is still there');
    const verdict = await this.#ask(request, isLive ? request.body : withoutUid(request.body));
    const manager = request.query.get('fieldManager') ?? '';
    if ('refused' in verdict) {
      // Of what the manager created, and would have taken over by now, an apply to the live object drops nothing.
      const isOfHeld = verdict.refused.status === 422 && held.live && !isHeldAlike(held.live, now, manager);
      return isOfHeld ? this.#check(request, held, asObject(mergePatched(now, request.body))) : verdict;
    }
    if ('unasked' in verdict) return guessed(request, held, verdict.unasked);
    const answer = verdict.object;
    const base = held.live ?? { metadata: { name: now.metadata.name } };
    // What it sets may be as in the live object, and be different by now.
    const set = appliedBy(answer, manager);
    const { metadata, ...rest } = asObject(withHeld(carried(base, answer, now), answer, set));
    const managedFields = carriedManagers(
      base.metadata.managedFields ?? [],
      answer.metadata.managedFields ?? [],
      now.metadata.managedFields ?? [],
    );
    const { uid, creationTimestamp, resourceVersion } = now.metadata;
    const merged = { ...rest, metadata: { ...metadata, uid, creationTimestamp, resourceVersion, managedFields } };
    const wanted = withoutGivenUp(merged, appliedBy(now, manager), set, heldByOthers(merged, manager));
    return this.#check(request, held, asObject(wanted), answer);
  }

  /** The status alone, by its subresource. */
  async #status(request: HeldRequest, held: HeldObject, now: KubernetesObject): Promise<Outcome> {
    const { status } = patched(request, now) as KubernetesObject & { readonly status?: unknown };
    if (!held.live || held.live.metadata.uid !== now.metadata.uid)
      return { object: withStatus(now, status), unchecked: 'the cluster does not have the object' };
    const operations: readonly PatchOperation[] =
      status === undefined ? [{ op: 'remove', path: '/status' }] : [{ op: 'add', path: '/status', value: status }];
    const verdict = await this.#ask(request, operations, 'json patch');
    if ('refused' in verdict) return verdict;
    if ('unasked' in verdict) return { object: withStatus(now, status), unchecked: verdict.unasked };
    return { object: withStatus(now, (verdict.object as KubernetesObject & { readonly status?: unknown }).status) };
  }

  /** Has the server go through a whole that was made here. `known`: it has seen this already. */
  async #check(
    request: HeldRequest,
    held: HeldObject,
    wanted: KubernetesObject,
    known?: KubernetesObject,
  ): Promise<Outcome> {
    const { live } = held;
    if (known && isDeepStrictEqual(contentOf(known), contentOf(wanted))) return { object: wanted };
    if (live && live.metadata.uid !== wanted.metadata.uid)
      return { object: wanted, unchecked: 'the object whose place it takes is still there' };
    const changes = live && changesTo(live, wanted);
    if (changes?.length === 0) return { object: wanted };
    const verdict = changes
      ? await this.#ask(request, changes, 'json patch')
      : await this.#ask(request, contentOf(wanted), 'create');
    if ('refused' in verdict) return verdict;
    if ('unasked' in verdict) return { object: wanted, unchecked: verdict.unasked };
    const { metadata } = wanted;
    const { status } = wanted as KubernetesObject & { readonly status?: unknown };
    const { managedFields, uid, creationTimestamp, deletionTimestamp } = metadata;
    const object = {
      ...verdict.object,
      metadata: { ...verdict.object.metadata, managedFields, uid, creationTimestamp, deletionTimestamp },
    };
    return { object: held.ownStatus ? withStatus(object, status) : object };
  }

  async #ask(request: HeldRequest, body: unknown, as: HeldRequest['write'] = request.write): Promise<Verdict> {
    const verdict = await this.#dryRun.send({ ...requestFor(request, as), body: JSON.stringify(body) });
    if (!('refused' in verdict) || verdict.refused.status !== 404 || request.namespace === undefined) return verdict;
    const answer = await verdict.refused.body.text();
    const isForLackOfNamespace = answer.includes(`namespaces \\"${request.namespace}\\" not found`);
    if (!isForLackOfNamespace || !this.#makesNamespace(request.namespace)) return verdict;
    return { unasked: `the cluster does not have the namespace ${request.namespace} yet` };
  }
}

/** What is wrong with a write before its content is looked at; in a server's words. */
function conflictOf(
  { write, body, subresource }: HeldRequest,
  { ref, now, touched }: HeldObject,
): TransportResponse | undefined {
  if (write === 'create') return now && refusal(ref, 409, 'AlreadyExists', `${nameOf(ref)} already exists`);
  // The server says it itself.
  if (!touched) return undefined;
  const uid = write === 'json patch' ? undefined : uidIn(body);
  if (!now) {
    if (write === 'apply' && uid === undefined && subresource === undefined) return undefined;
    return write === 'apply'
      ? refusal(
          ref,
          409,
          'Conflict',
          `uid mismatch: the provided object specified uid ${JSON.stringify(uid)}, and no existing object was found`,
        )
      : refusal(ref, 404, 'NotFound', '');
  }
  return uid === undefined || uid === now.metadata.uid
    ? undefined
    : refusal(
        ref,
        409,
        'Conflict',
        `Precondition failed: UID in precondition: ${JSON.stringify(uid)}, UID in object meta: ${now.metadata.uid}`,
      );
}

function nameOf({ name, type: { group, plural } }: HeldObject['ref']): string {
  return `${group === '' ? plural : `${plural}.${group}`} "${name}"`;
}

/** Without a server: the body laid over what there is, where lists are taken as a whole. */
function guessed({ write, body, subresource }: HeldRequest, { now }: HeldObject, unchecked: string): Outcome {
  if (!now || write === 'create') {
    const given = asObject(body);
    const { uid: _, ...metadata } = given.metadata;
    const creationTimestamp = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    return { object: { ...given, metadata: { ...metadata, uid: randomUUID(), creationTimestamp } }, unchecked };
  }
  if (write === 'apply') return { object: asObject(mergePatched(now, body)), unchecked };
  const object = patched({ write, body }, now);
  if (subresource !== 'status') return { object, unchecked };
  return { object: withStatus(now, Reflect.get(object, 'status')), unchecked };
}

/** Whether a manager holds the same of both, and in the same way. */
function isHeldAlike(one: KubernetesObject, other: KubernetesObject, manager: string): boolean {
  const of = ({ metadata }: KubernetesObject): unknown[] =>
    (metadata.managedFields ?? [])
      .filter((entry) => entry.manager === manager)
      .map(({ operation, subresource, fieldsV1 }) => [operation, subresource, fieldsV1]);
  return isDeepStrictEqual(of(one), of(other));
}

function patched({ write, body }: Pick<HeldRequest, 'write' | 'body'>, now: KubernetesObject): KubernetesObject {
  const document: JsonMap = { ...now };
  return asObject(write === 'json patch' ? jsonPatched(document, operationsIn(body)) : mergePatched(document, body));
}

function operationsIn(body: unknown): readonly PatchOperation[] {
  return Array.isArray(body) ? body.filter(isOperation) : [];
}

function isOperation(value: unknown): value is PatchOperation {
  return isMap(value) && typeof value['op'] === 'string' && typeof value['path'] === 'string';
}

function asObject(value: unknown): KubernetesObject {
  if (!isObject(value)) throw new PatchRefused('it is no object any more');
  return value;
}

function isObject(value: unknown): value is KubernetesObject {
  return isMap(value) && isMap(value['metadata']);
}

function withStatus(object: KubernetesObject, status: unknown): KubernetesObject {
  const { status: _, ...rest } = object as KubernetesObject & { readonly status?: unknown };
  return status === undefined ? rest : Object.assign({}, rest, { status });
}

/** What a server is sent of an object that it is to make. */
function contentOf(object: KubernetesObject): object {
  const {
    uid: _u,
    resourceVersion: _r,
    creationTimestamp: _c,
    generation: _g,
    managedFields: _m,
    ...metadata
  } = object.metadata;
  const { status: _s, ...rest } = object as KubernetesObject & { readonly status?: unknown };
  return { ...rest, metadata };
}

function uidIn(body: unknown): unknown {
  return isMap(body) && isMap(body['metadata']) ? body['metadata']['uid'] : undefined;
}

function withoutUid(body: unknown): unknown {
  if (!isMap(body) || !isMap(body['metadata'])) return body;
  const { uid: _, ...metadata } = body['metadata'];
  return { ...body, metadata };
}

/** The same request in another form. Its conditions are those of what is held back, and not the live object's. */
function requestFor(
  { request, path, write, query, subresource }: HeldRequest,
  as: HeldRequest['write'],
): TransportRequest & { readonly method: 'POST' | 'PATCH' } {
  const { method, headers } = request;
  if (as === write && (method === 'POST' || method === 'PATCH')) return { ...request, method };
  const manager = `?fieldManager=${encodeURIComponent(query.get('fieldManager') ?? '')}`;
  if (as === 'create') {
    const collection = path.slice(0, path.lastIndexOf('/'));
    return {
      ...request,
      method: 'POST',
      path: `${collection}${manager}`,
      headers: { ...headers, 'content-type': 'application/json' },
    };
  }
  const target = subresource === undefined ? path : `${path}/${subresource}`;
  return {
    ...request,
    method: 'PATCH',
    path: `${target}${manager}`,
    headers: { ...headers, 'content-type': 'application/json-patch+json' },
  };
}
