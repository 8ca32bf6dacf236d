import { accept, Caller, type Call, type CallerOptions, type CallOptions } from './caller.ts';
import { frames, isReadable, type Known, type WatchFrame } from './frames.ts';
import type { RequestGate } from './gate.ts';
import { WHOLE, type Parsing } from './managed-fields.ts';
import { collectionPath, objectPath } from './paths.ts';
import type { TransportResponse } from './transport.ts';
import type { KubernetesObject, ResourceType } from './types.ts';

/** One operation of a JSON patch. Source: RFC 6902. */
export type PatchOperation =
  | { readonly op: 'test' | 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/** The object that a request is about. */
export interface ObjectRef {
  readonly type: ResourceType;
  readonly name: string;
  /** Absent for cluster scope. */
  readonly namespace?: string | undefined;
}

/** For creates and applies. */
export interface WriteOptions extends CallOptions {
  /** Have the server go through all of it, admission too, and keep nothing (`dryRun=All`). */
  readonly dryRun?: boolean;
}

export interface ListPage {
  readonly items: readonly KubernetesObject[];
  /** How many items were left out, since they are no objects. */
  readonly unreadable: number;
  readonly resourceVersion: string;
  /** For the next page; undefined at the end. */
  readonly continue: string | undefined;
}

export interface WatchOptions extends CallOptions {
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Where to go on; undefined streams the whole list first (`sendInitialEvents`). */
  readonly resourceVersion?: string | undefined;
  readonly timeoutSeconds: number;
  /** Events that are not read. */
  readonly known?: Known | undefined;
}

export interface KubeClientOptions extends CallerOptions {
  readonly fieldManager: string;
  /** Of objects, and of what a watch tells. Default: whole. Lists always are. */
  readonly parsing?: Parsing | undefined;
}

const AS_METADATA_LIST = 'as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/**
 * The API server's verbs, as far as the runtime needs them, on plain JSON objects. Answers other than success throw an
 * {@link ApiError}. "Later" (429, or 503 with Retry-After) is waited for and sent again a few times; nothing else is repeated.
 */
export class KubeClient {
  readonly #options: KubeClientOptions;
  readonly #caller: Caller;
  readonly #parsing: Parsing;

  constructor(options: KubeClientOptions) {
    this.#options = options;
    this.#caller = new Caller(options);
    this.#parsing = options.parsing ?? WHOLE;
  }

  /** The same client for requests that another gate has to let pass. */
  through(gate: RequestGate): KubeClient {
    return new KubeClient({ ...this.#options, gate });
  }

  get({ type, name, namespace }: ObjectRef, options?: CallOptions): Promise<KubernetesObject> {
    return this.#object({ options, verb: 'get', type, method: 'GET', path: objectPath(type, name, namespace) });
  }

  /** One page of a consistent list: `resourceVersion` is not sent, so the answer is no older than the request. */
  async list(
    type: ResourceType,
    namespace: string | undefined,
    options: CallOptions & {
      readonly labelSelector?: string | undefined;
      readonly fieldSelector?: string | undefined;
      readonly limit: number;
      readonly continue?: string | undefined;
    },
  ): Promise<ListPage> {
    const call: Call = {
      options,
      verb: 'list',
      type,
      method: 'GET',
      path: collectionPath(type, namespace),
      query: {
        labelSelector: options.labelSelector,
        fieldSelector: options.fieldSelector,
        limit: String(options.limit),
        continue: options.continue,
      },
      accept: accept(options.metadataOnly, AS_METADATA_LIST),
    };
    const answer = await this.#caller.send(call, (response) => parsed(response, WHOLE.object));
    const { items, metadata } = answer as {
      readonly items: readonly (KubernetesObject | null)[] | null;
      readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
    };
    const readable = (items ?? []).filter((item) => isReadable(item));
    return {
      items: readable,
      unreadable: (items?.length ?? 0) - readable.length,
      resourceVersion: metadata.resourceVersion ?? '',
      continue: metadata.continue || undefined,
    };
  }

  /** The frames of a watch, until the server ends it. Throws at the start as other requests do. */
  async watch(
    type: ResourceType,
    namespace: string | undefined,
    options: WatchOptions,
  ): Promise<AsyncGenerator<WatchFrame, void>> {
    const initial = options.resourceVersion === undefined;
    const call: Call = {
      options,
      verb: 'watch',
      type,
      method: 'GET',
      path: collectionPath(type, namespace),
      query: {
        watch: 'true',
        allowWatchBookmarks: 'true',
        timeoutSeconds: String(options.timeoutSeconds),
        labelSelector: options.labelSelector,
        fieldSelector: options.fieldSelector,
        resourceVersion: options.resourceVersion,
        ...(initial && { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' }),
      },
      streamed: true,
    };
    return this.#caller.send(call, ({ body }) => frames(body, options.known, this.#parsing.frame));
  }

  /** Fails with 409 AlreadyExists where there is one, and with 400 where the kind has no such field, which would be dropped otherwise. */
  create(type: ResourceType, object: KubernetesObject, options?: WriteOptions): Promise<KubernetesObject> {
    return this.#object({
      options,
      verb: 'create',
      type,
      method: 'POST',
      path: collectionPath(type, object.metadata.namespace),
      query: { fieldManager: this.#options.fieldManager, fieldValidation: 'Strict', dryRun: dryRun(options) },
      contentType: 'application/json',
      body: object,
    });
  }

  /**
   * Server-side apply; by default forced, and under the client's field manager. Not forced it fails with 409 where fields are another's;
   * `strict` has fields that there are not refused instead of dropped.
   */
  apply(
    type: ResourceType,
    object: KubernetesObject,
    options?: WriteOptions & { readonly fieldManager?: string; readonly force?: boolean; readonly strict?: boolean },
  ): Promise<KubernetesObject> {
    const { name, namespace } = object.metadata;
    return this.#object({
      options,
      verb: 'apply',
      type,
      method: 'PATCH',
      path: objectPath(type, name, namespace),
      query: {
        fieldManager: options?.fieldManager ?? this.#options.fieldManager,
        force: String(options?.force ?? true),
        fieldValidation: options?.strict ? 'Strict' : undefined,
        dryRun: dryRun(options),
      },
      contentType: 'application/apply-patch+yaml',
      body: object,
    });
  }

  /** Throws 422 where a `test` fails. */
  jsonPatch(
    { type, name, namespace }: ObjectRef,
    operations: readonly PatchOperation[],
    options?: CallOptions & { readonly subresource?: string },
  ): Promise<KubernetesObject> {
    return this.#object({
      options,
      verb: 'patch',
      type,
      method: 'PATCH',
      path: objectPath(type, name, namespace, options?.subresource),
      subresource: options?.subresource,
      query: { fieldManager: this.#options.fieldManager },
      contentType: 'application/json-patch+json',
      body: operations,
    });
  }

  /** A JSON merge patch (RFC 7396). */
  mergePatch(
    { type, name, namespace }: ObjectRef,
    patch: object,
    options?: CallOptions & { readonly subresource?: string },
  ): Promise<KubernetesObject> {
    return this.#object({
      options,
      verb: 'patch',
      type,
      method: 'PATCH',
      path: objectPath(type, name, namespace, options?.subresource),
      subresource: options?.subresource,
      query: { fieldManager: this.#options.fieldManager },
      contentType: 'application/merge-patch+json',
      body: patch,
    });
  }

  /**
   * Deletes the object of that uid; its dependents go in the background, or before it (`Foreground`). Returns the object where finalizers
   * keep it, undefined where it is gone. 404 where there is none, 409 where it is another.
   */
  async delete(
    { type, name, namespace }: ObjectRef,
    uid: string,
    options?: CallOptions & { readonly propagationPolicy?: 'Background' | 'Foreground' },
  ): Promise<KubernetesObject | undefined> {
    const { propagationPolicy = 'Background' } = options ?? {};
    const answer = await this.#object({
      options,
      verb: 'delete',
      type,
      method: 'DELETE',
      path: objectPath(type, name, namespace),
      contentType: 'application/json',
      body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid }, propagationPolicy },
    });
    return answer.kind === 'Status' || answer.metadata.deletionTimestamp === undefined ? undefined : answer;
  }

  #object(call: Call): Promise<KubernetesObject> {
    return this.#caller.send(call, (response) => parsed(response, this.#parsing.object)) as Promise<KubernetesObject>;
  }
}

function parsed({ body }: TransportResponse, parse: Parsing['object']): unknown {
  const text = body.text();
  return typeof text === 'string' ? parse(text) : text.then(parse);
}

function dryRun(options: WriteOptions | undefined): string | undefined {
  return options?.dryRun ? 'All' : undefined;
}
