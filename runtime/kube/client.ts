import { ApiError } from '../errors.ts';
import { pause, type Clock } from '../clock.ts';
import type { Credentials } from './credentials.ts';
import { frames, type WatchFrame } from './frames.ts';
import { collectionPath, objectPath, resourceName } from './paths.ts';
import type { Transport, TransportRequest, TransportResponse } from './transport.ts';
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

/** What is common to all requests. */
export interface CallOptions {
  /** Ask for the metadata only in return. */
  readonly metadataOnly?: boolean;
  /** Aborts the request wherever it is. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the wait for another try; a request that is on its way is answered. For writes, of which one wants to know what became. */
  readonly giveUp?: AbortSignal | undefined;
}

export interface ListPage {
  readonly items: readonly KubernetesObject[];
  readonly resourceVersion: string;
  /** For the next page; undefined at the end. */
  readonly continue: string | undefined;
}

export interface WatchOptions extends CallOptions {
  readonly labelSelector?: string | undefined;
  /** Where to go on; undefined streams the whole list first (`sendInitialEvents`). */
  readonly resourceVersion?: string | undefined;
  readonly timeoutSeconds: number;
}

/** What a request was and how it went, for metrics. */
export interface RequestRecord {
  readonly verb: string;
  readonly resource: string;
  readonly method: string;
  /** HTTP status, or 0 where no answer came. */
  readonly status: number;
  readonly seconds: number;
}

export interface KubeClientOptions {
  readonly transport: Transport;
  readonly credentials: Credentials;
  readonly fieldManager: string;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly onRequest?: (record: RequestRecord) => void;
}

const AS_METADATA = 'as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const AS_METADATA_LIST = 'as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
/** How often one request is sent again when the server says "later". client-go does it up to ten times. */
const RETRIES = 5;
/** Beyond this the caller's own backoff is the better place to wait. */
const LONGEST_WAIT_MS = 10_000;

interface Call extends CallOptions {
  readonly verb: string;
  readonly type: ResourceType;
  readonly method: TransportRequest['method'];
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly contentType?: string;
  readonly body?: unknown;
  readonly accept?: string;
  readonly streamed?: boolean;
}

/**
 * The API server's verbs, as far as the runtime needs them, on plain JSON objects. Answers other than success throw an
 * {@link ApiError}. "Later" (429, or 503 with Retry-After) is waited for and sent again a few times; nothing else is repeated.
 */
export class KubeClient {
  readonly #options: KubeClientOptions;

  constructor(options: KubeClientOptions) {
    this.#options = options;
  }

  get({ type, name, namespace }: ObjectRef, options?: CallOptions): Promise<KubernetesObject> {
    return this.#object({ ...options, verb: 'get', type, method: 'GET', path: objectPath(type, name, namespace) });
  }

  /** One page of a consistent list: `resourceVersion` is not sent, so the answer is no older than the request. */
  async list(
    type: ResourceType,
    namespace: string | undefined,
    options: CallOptions & {
      readonly labelSelector?: string | undefined;
      readonly limit: number;
      readonly continue?: string | undefined;
    },
  ): Promise<ListPage> {
    const answer = await this.#json({
      ...options,
      verb: 'list',
      type,
      method: 'GET',
      path: collectionPath(type, namespace),
      query: { labelSelector: options.labelSelector, limit: String(options.limit), continue: options.continue },
      accept: accept(options.metadataOnly, AS_METADATA_LIST),
    });
    const { items, metadata } = answer as {
      readonly items: readonly KubernetesObject[] | null;
      readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
    };
    return {
      items: items ?? [],
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
    const response = await this.#send({
      ...options,
      verb: 'watch',
      type,
      method: 'GET',
      path: collectionPath(type, namespace),
      query: {
        watch: 'true',
        allowWatchBookmarks: 'true',
        timeoutSeconds: String(options.timeoutSeconds),
        labelSelector: options.labelSelector,
        resourceVersion: options.resourceVersion,
        ...(initial && { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' }),
      },
      streamed: true,
    });
    return frames(response.body);
  }

  /** Fails with 409 AlreadyExists where there is one, and with 400 where the kind has no such field, which would be dropped otherwise. */
  create(type: ResourceType, object: KubernetesObject, options?: CallOptions): Promise<KubernetesObject> {
    return this.#object({
      ...options,
      verb: 'create',
      type,
      method: 'POST',
      path: collectionPath(type, object.metadata.namespace),
      query: { fieldManager: this.#options.fieldManager, fieldValidation: 'Strict' },
      contentType: 'application/json',
      body: object,
    });
  }

  /** Server-side apply, forced, under the operator's field manager. */
  apply(type: ResourceType, object: KubernetesObject, options?: CallOptions): Promise<KubernetesObject> {
    const { name, namespace } = object.metadata;
    return this.#object({
      ...options,
      verb: 'apply',
      type,
      method: 'PATCH',
      path: objectPath(type, name, namespace),
      query: { fieldManager: this.#options.fieldManager, force: 'true' },
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
      ...options,
      verb: 'patch',
      type,
      method: 'PATCH',
      path: objectPath(type, name, namespace, options?.subresource),
      query: { fieldManager: this.#options.fieldManager },
      contentType: 'application/json-patch+json',
      body: operations,
    });
  }

  /** A JSON merge patch (RFC 7396). */
  mergePatch({ type, name, namespace }: ObjectRef, patch: object, options?: CallOptions): Promise<KubernetesObject> {
    return this.#object({
      ...options,
      verb: 'patch',
      type,
      method: 'PATCH',
      path: objectPath(type, name, namespace),
      query: { fieldManager: this.#options.fieldManager },
      contentType: 'application/merge-patch+json',
      body: patch,
    });
  }

  /**
   * Deletes the object of that uid; its dependents go in the background. Returns the object where finalizers keep it, undefined
   * where it is gone. 404 where there is none, 409 where it is another.
   */
  async delete(
    { type, name, namespace }: ObjectRef,
    uid: string,
    options?: CallOptions,
  ): Promise<KubernetesObject | undefined> {
    const answer = await this.#object({
      ...options,
      verb: 'delete',
      type,
      method: 'DELETE',
      path: objectPath(type, name, namespace),
      contentType: 'application/json',
      body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid }, propagationPolicy: 'Background' },
    });
    return answer.kind === 'Status' || answer.metadata.deletionTimestamp === undefined ? undefined : answer;
  }

  async #object(call: Call): Promise<KubernetesObject> {
    return (await this.#json({ accept: accept(call.metadataOnly, AS_METADATA), ...call })) as KubernetesObject;
  }

  async #json(call: Call): Promise<unknown> {
    const response = await this.#send(call);
    return JSON.parse(await response.body.text());
  }

  /** Sends the call; a success is returned with its body unread. */
  async #send(call: Call): Promise<TransportResponse> {
    for (let attempt = 0; ; attempt += 1) {
      const response = await this.#attempt(call);
      if (response.status >= 200 && response.status < 300) return response;
      const error = await this.#failure(call, response);
      if (response.status === 401) this.#options.credentials.reject();
      const wait = error.retryAfter;
      const again =
        response.status === 401 ? attempt === 0 : wait !== undefined && wait <= LONGEST_WAIT_MS && attempt < RETRIES;
      if (!again) throw error;
      const giveUp = call.signal ?? call.giveUp;
      await pause(this.#options.clock, wait ?? 0, giveUp);
      if (giveUp?.aborted) throw error;
    }
  }

  async #attempt(call: Call): Promise<TransportResponse> {
    const { transport, credentials, clock, userAgent, onRequest } = this.#options;
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(call.query ?? {})) if (value !== undefined) query.set(name, value);
    const headers: Record<string, string> = {
      accept: call.accept ?? accept(call.metadataOnly, AS_METADATA),
      'user-agent': userAgent,
      ...(await credentials.headers()),
    };
    if (call.contentType !== undefined) headers['content-type'] = call.contentType;
    const started = clock.monotonic();
    let status = 0;
    try {
      const response = await transport.send({
        method: call.method,
        path: query.size > 0 ? `${call.path}?${query.toString()}` : call.path,
        headers,
        ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
        signal: call.signal,
        ...(call.streamed && { streamed: true }),
      });
      ({ status } = response);
      return response;
    } finally {
      const seconds = (clock.monotonic() - started) / 1000;
      onRequest?.({ verb: call.verb, resource: resourceName(call.type), method: call.method, status, seconds });
    }
  }

  async #failure(call: Call, response: TransportResponse): Promise<ApiError> {
    const text = await response.body.text();
    const status = parseStatus(text);
    const after = Number(response.headers['retry-after']);
    return new ApiError({
      status: response.status,
      reason: status?.reason ?? '',
      message: status?.message ?? text.slice(0, 500),
      request: `${call.method} ${call.path}`,
      retryAfter: response.headers['retry-after'] !== undefined && Number.isFinite(after) ? after * 1000 : undefined,
      causes: status?.details?.causes ?? [],
    });
  }
}

function accept(metadataOnly: boolean | undefined, as: string): string {
  return metadataOnly ? `application/json;${as}` : 'application/json';
}

interface Status {
  readonly kind?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: ApiError['causes'] };
}

function parseStatus(text: string): Status | undefined {
  try {
    const value = JSON.parse(text) as Status | null;
    return value?.kind === 'Status' ? value : undefined;
  } catch {
    return undefined;
  }
}
