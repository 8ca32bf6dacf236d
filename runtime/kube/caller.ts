import { ApiError } from '../errors.ts';
import { pause, type Clock } from '../clock.ts';
import type { Credentials } from './credentials.ts';
import type { ExchangeTracer } from './exchange-tracer.ts';
import { failureOf } from './failure.ts';
import type { RequestGate, RequestLimit } from './gate.ts';
import { resourceName } from './paths.ts';
import { queryOf } from './query.ts';
import type { Transport, TransportRequest, TransportResponse } from './transport.ts';
import type { ResourceType } from './types.ts';

/** What is common to all requests. */
export interface CallOptions {
  /** Ask for the metadata only in return. */
  readonly metadataOnly?: boolean;
  /** Aborts the request wherever it is. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the wait for another try; a request that is on its way is answered. For writes, of which one wants to know what became. */
  readonly giveUp?: { readonly signal: AbortSignal } | undefined;
  /** False: "later" is not waited for, but thrown: for who sends another request then. Default: true. */
  readonly waits?: boolean;
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

export interface CallerOptions {
  readonly transport: Transport;
  readonly credentials: Credentials;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly onRequest?: ((record: RequestRecord) => void) | undefined;
  /** Asked for each request that is no watch, each time that it is sent. Default: all may be sent. */
  readonly gate?: RequestGate | undefined;
  /** Default: no traces. */
  readonly tracer?: ExchangeTracer | undefined;
}

const AS_METADATA = 'as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
/** How often one request is sent again when the server says "later". client-go does it up to ten times. */
const RETRIES = 5;
/** Beyond this the caller's own backoff is the better place to wait. */
const LONGEST_WAIT_MS = 10_000;

/** One request, whatever its verb. */
export interface Call {
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
  /** Headers of its trace. */
  readonly traced?: Readonly<Record<string, string>>;
  /** Told the status of the answer. */
  readonly answered?: (status: number) => void;
}

/** Makes something of a successful answer. */
type Read<Answer> = (response: TransportResponse) => Answer | Promise<Answer>;

/** How a request is sent: with credentials, through the gate, traced, counted, and again where the server says "later". */
export class Caller {
  readonly #options: CallerOptions;
  readonly #headers = new WeakMap<object, Map<string, Readonly<Record<string, string>>>>();

  constructor(options: CallerOptions) {
    this.#options = options;
  }

  /** Sends the call; `read` makes of a success what is returned. */
  async send<Answer>(call: Call, read: Read<Answer>): Promise<Answer> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#attempt(call, read, attempt);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        const wait = error.retryAfter;
        const { signal, giveUp, waits = true } = call.options ?? {};
        const isLater = waits && wait !== undefined && wait <= LONGEST_WAIT_MS && attempt < RETRIES;
        if (!(error.status === 401 ? attempt === 0 : isLater)) throw error;
        const end = signal && giveUp ? AbortSignal.any([signal, giveUp.signal]) : (signal ?? giveUp?.signal);
        await pause(this.#options.clock, wait ?? 0, end);
        if (end?.aborted) throw error;
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
      this.#pass({ ...call, answered, traced: headers }, authorization, read),
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
    const known = this.#headersOf(call, authorization);
    const headers = call.traced ? { ...known, ...call.traced } : known;
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

/** The answer's form: JSON, whole or `as` metadata. */
export function accept(metadataOnly: boolean | undefined, as: string): string {
  return metadataOnly ? `application/json;${as}` : 'application/json';
}
