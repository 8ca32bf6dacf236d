import { ApiError } from '../errors.ts';
import { pause, type Clock } from '../clock.ts';
import type { Credentials } from './credentials.ts';
import type { ExchangeTracer } from './exchange-tracer.ts';
import { failureOf } from './failure.ts';
import { frames, isReadable, type Known, type WatchFrame } from './frames.ts';
import type { RequestGate, RequestLimit } from './gate.ts';
import { WHOLE, type Parsing } from './managed-fields.ts';
import { collectionPath, objectPath, resourceName } from './paths.ts';
import { queryOf } from './query.ts';
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
  readonly giveUp?: { readonly signal: AbortSignal } | undefined;
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
  readonly onRequest?: ((record: RequestRecord) => void) | undefined;
  /** Asked for each request that is no watch, each time that it is sent. Default: all may be sent. */
  readonly gate?: RequestGate | undefined;
  /** Default: no traces. */
  readonly tracer?: ExchangeTracer | undefined;
  /** Of objects, and of what a watch tells. Default: whole. Lists always are. */
  readonly parsing?: Parsing | undefined;
}

const AS_METADATA = 'as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const AS_METADATA_LIST = 'as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
/** How often one request is sent again when the server says "later". client-go does it up to ten times. */
const RETRIES = 5;
/** Beyond this the caller's own backoff is the better place to wait. */
const LONGEST_WAIT_MS = 10_000;

interface Call {
  readonly options: CallOptions | undefined;
  readonly verb: string;
  readonly type: ResourceType;
  readonly method: TransportRequest['method'];
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly contentType?: string;
  readonly body?: unknown;
  readonly accept?: string;
  readonly streamed?: boolean;
  readonly subresource?: string | undefined;
  /** Told the status of the answer. */
  readonly answered?: (status: number) => void;
}

/** Makes something of a successful answer. */
type Read<Answer> = (response: TransportResponse) => Answer | Promise<Answer>;

/**
 * The API server's verbs, as far as the runtime needs them, on plain JSON objects. Answers other than success throw an
 * {@link ApiError}. "Later" (429, or 503 with Retry-After) is waited for and sent again a few times; nothing else is repeated.
 */
export class KubeClient {
  readonly #options: KubeClientOptions;
  readonly #headers = new WeakMap<object, Map<string, Readonly<Record<string, string>>>>();
  readonly #parsing: Parsing;

  constructor(options: KubeClientOptions) {
    this.#options = options;
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
    const answer = await this.#send(call, (response) => parsed(response, WHOLE.object));
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
    return this.#send(call, ({ body }) => frames(body, options.known, this.#parsing.frame));
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
    return this.#send(call, (response) => parsed(response, this.#parsing.object)) as Promise<KubernetesObject>;
  }

  /** Sends the call; `read` makes of a success what is returned. */
  async #send<Answer>(call: Call, read: Read<Answer>): Promise<Answer> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#attempt(call, read, attempt);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        const wait = error.retryAfter;
        const again =
          error.status === 401 ? attempt === 0 : wait !== undefined && wait <= LONGEST_WAIT_MS && attempt < RETRIES;
        if (!again) throw error;
        const giveUp = call.options?.signal ?? call.options?.giveUp?.signal;
        await pause(this.#options.clock, wait ?? 0, giveUp);
        if (giveUp?.aborted) throw error;
      }
    }
  }

  #attempt<Answer>(call: Call, read: Read<Answer>, attempt: number): Promise<Answer> {
    // Before the gate is asked: a token may have to be read first.
    const authorization = this.#options.credentials.headers();
    return authorization instanceof Promise
      ? authorization.then((loaded) => this.#traced(call, loaded, read, attempt))
      : this.#traced(call, authorization, read, attempt);
  }

  #traced<Answer>(
    call: Call,
    authorization: Readonly<Record<string, string>>,
    read: Read<Answer>,
    attempt: number,
  ): Promise<Answer> {
    const { tracer } = this.#options;
    if (!tracer?.on) return this.#pass(call, authorization, read);
    const { method, path, type, subresource } = call;
    const target = subresource === undefined ? resourceName(type) : `${resourceName(type)}/${subresource}`;
    return tracer.exchange({ method, path, target, attempt }, (headers, answered) =>
      this.#pass({ ...call, answered }, { ...authorization, ...headers }, read),
    );
  }

  #pass<Answer>(call: Call, authorization: Readonly<Record<string, string>>, read: Read<Answer>): Promise<Answer> {
    const { gate } = this.#options;
    return gate && !call.streamed
      ? gate.pass((limit) => this.#exchange(call, authorization, read, limit))
      : this.#exchange(call, authorization, read);
  }

  async #exchange<Answer>(
    call: Call,
    authorization: Readonly<Record<string, string>>,
    read: Read<Answer>,
    limit?: RequestLimit,
  ): Promise<Answer> {
    const { transport, clock, onRequest } = this.#options;
    // A Go duration: without a unit it is refused, and 0 is no limit.
    const query = queryOf(call.query, limit && `${Math.floor(limit.timeout)}ms`);
    const headers = this.#headersOf(call, authorization);
    const signal = call.options?.signal;
    const started = clock.monotonic();
    let status = 0;
    try {
      const response = await transport.send({
        method: call.method,
        path: query === '' ? call.path : `${call.path}?${query}`,
        headers,
        body: call.body === undefined ? undefined : JSON.stringify(call.body),
        signal: signal && limit ? AbortSignal.any([signal, limit.signal]) : (signal ?? limit?.signal),
        start: limit?.start,
        streamed: call.streamed,
      });
      ({ status } = response);
      call.answered?.(status);
      if (status === 401) this.#options.credentials.reject(authorization);
      if (status < 200 || status >= 300) throw await failureOf(call, response);
      const answer = read(response);
      return answer instanceof Promise ? await answer : answer;
    } finally {
      const seconds = (clock.monotonic() - started) / 1000;
      onRequest?.({ verb: call.verb, resource: resourceName(call.type), method: call.method, status, seconds });
    }
  }

  /** Made once for all calls that are alike, as long as the credentials are the same. */
  #headersOf(call: Call, authorization: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const accepted = call.accept ?? accept(call.options?.metadataOnly, AS_METADATA);
    const alike = `${accepted} ${call.contentType ?? ''}`;
    let known = this.#headers.get(authorization);
    if (!known) {
      known = new Map();
      this.#headers.set(authorization, known);
    }
    let headers = known.get(alike);
    if (!headers) {
      headers = {
        accept: accepted,
        'user-agent': this.#options.userAgent,
        ...authorization,
        ...(call.contentType !== undefined && { 'content-type': call.contentType }),
      };
      known.set(alike, headers);
    }
    return headers;
  }
}

function parsed({ body }: TransportResponse, parse: Parsing['object']): unknown {
  const text = body.text();
  return typeof text === 'string' ? parse(text) : text.then(parse);
}

function dryRun(options: WriteOptions | undefined): string | undefined {
  return options?.dryRun ? 'All' : undefined;
}

function accept(metadataOnly: boolean | undefined, as: string): string {
  return metadataOnly ? `application/json;${as}` : 'application/json';
}
