import type * as OpenTelemetry from '@opentelemetry/api';
import type { Attributes, Span, Tracer } from '@opentelemetry/api';
import type { ExchangeTracer, TracedExchange } from '../kube/exchange-tracer.ts';
import { ApiError, messageOf } from '../errors.ts';

type Api = typeof OpenTelemetry;

/** Where all copies of OpenTelemetry's API find what an SDK has registered, by their agreement for version 1. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');

interface Active {
  readonly api: Api;
  readonly tracer: Tracer;
}

/**
 * Spans by OpenTelemetry: of each sync, and in it of the worker, of each output and of each request. Without an SDK there are none: the API
 * is not even loaded, and callers look at {@link on} before they make anything. The SDK has to be registered before the operator starts, with
 * a context manager (as the SDK for Node registers it), since spans find their parents by the active context.
 */
export class Tracing implements ExchangeTracer {
  readonly #server: URL;
  #active: Active | undefined;

  constructor(server: string) {
    this.#server = new URL(server);
  }

  /** Whether somebody takes spans. */
  get on(): boolean {
    return this.#active !== undefined;
  }

  /** Looks for an SDK. `version` is the operator's. Returns what is wrong with one that is there and cannot be used. */
  async begin(operator: string, version: string): Promise<string | undefined> {
    const registered: unknown = Reflect.get(globalThis, REGISTERED);
    // It may have registered other things, metrics or a logger.
    if (typeof registered !== 'object' || registered === null || !('trace' in registered)) return undefined;
    // The user's: whoever has an SDK has it, and of two copies the newer one refuses what the older has registered.
    const api = await import('@opentelemetry/api').catch(() => undefined);
    if (!api || api.trace.getTracerProvider() !== registered.trace)
      return 'there are no traces: the OpenTelemetry SDK that is registered uses another copy of @opentelemetry/api. Install that package in the project, in the version that the SDK asks for.';
    this.#active = { api, tracer: api.trace.getTracer(operator, version) };
    return undefined;
  }

  /** Runs `work` in a span. What it throws is recorded, but for what `isFailure` says is none. To be called while {@link on}. */
  async span<T>(
    name: string,
    attributes: Attributes,
    work: (span: Span | undefined) => Promise<T>,
    { root = false, isFailure = () => true, told }: SpanOptions = {},
  ): Promise<T> {
    if (!this.#active) return work(undefined);
    const { api, tracer } = this.#active;
    return tracer.startActiveSpan(name, { attributes, root }, async (span) => {
      try {
        return await work(span);
      } catch (error) {
        if (isFailure(error)) record(api, span, error, told?.(error));
        throw error;
      } finally {
        span.end();
      }
    });
  }

  /** The span that is active now has failed, though nothing is thrown. */
  failed(error: unknown): void {
    const span = this.#active?.api.trace.getActiveSpan();
    if (this.#active && span) record(this.#active.api, span, error);
  }

  /**
   * A request in its span, as OpenTelemetry's conventions for HTTP clients have it, with the headers by which the server can go on with the
   * trace. Requests outside of syncs (watches, the lease) have none: they would be traces of their own, without end.
   */
  async exchange<Answer>(
    { method, path, target, attempt }: TracedExchange,
    send: (headers: Readonly<Record<string, string>>, answered: (status: number) => void) => Promise<Answer>,
  ): Promise<Answer> {
    if (!this.#active?.api.trace.getActiveSpan()) return send({}, ignore);
    const { api, tracer } = this.#active;
    const { protocol, hostname, port } = this.#server;
    const attributes = {
      'http.request.method': method,
      'url.full': new URL(path, this.#server).href,
      'server.address': hostname,
      'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
      ...(attempt > 0 && { 'http.request.resend_count': attempt }),
    };
    const options = { attributes, kind: api.SpanKind.CLIENT };
    return tracer.startActiveSpan(`${method} ${target}`, options, async (span) => {
      const headers: Record<string, string> = {};
      api.propagation.inject(api.context.active(), headers);
      try {
        return await send(headers, (status) => span.setAttribute('http.response.status_code', status));
      } catch (error) {
        // As the conventions have it, the status says enough; what a server says may quote what it was sent.
        span.setAttribute('error.type', typeOf(error));
        span.setStatus({ code: api.SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    });
  }
}

export interface SpanOptions {
  /** The beginning of a trace, whatever is active. */
  readonly root?: boolean;
  /** Whether what is thrown is a failure. Default: it is. */
  readonly isFailure?: (error: unknown) => boolean;
  /** What may be told of an error, in its place. Default: all. */
  readonly told?: (error: unknown) => unknown;
}

function record({ SpanStatusCode }: Api, span: Span, error: unknown, told = error): void {
  const message = messageOf(told);
  span.recordException(told instanceof Error ? told : message);
  span.setAttribute('error.type', typeOf(error));
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}

/** The status of an answer, the code of an error, or its class: few values. */
function typeOf(error: unknown): string {
  if (error instanceof ApiError) return String(error.status);
  if (!(error instanceof Error)) return '_OTHER';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

function ignore(): void {}
