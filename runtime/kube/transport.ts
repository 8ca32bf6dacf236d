import { createSecureContext, type SecureContext } from 'node:tls';
import type { Dispatcher } from 'undici';
import buildConnector from 'undici/lib/core/connect.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import { StreamedExchange, WholeExchange } from './exchange.ts';
import { reasonOf } from './gate.ts';
import type { ClusterAccess, TlsOptions } from './kubeconfig.ts';
import { readTls } from './tls-files.ts';

/** One HTTP exchange with an API server; tests hand in their own. */
export interface Transport {
  send(request: TransportRequest): Promise<TransportResponse>;
  /** Ends all connections; what is under way fails. */
  close(): Promise<void>;
}

export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Once it aborts, the request fails with its reason, and is ended wherever it is. */
  readonly signal?: AbortSignal | undefined;
  /** Called when the request is about to be written to its connection. What it throws, the request fails with, and nothing is sent. */
  readonly start?: (() => void) | undefined;
  /** A response that goes on for minutes: no time limit on its body. */
  readonly streamed?: boolean | undefined;
}

export interface TransportResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: AsyncIterable<Uint8Array> & { text(): string | Promise<string> };
}

/** No answer within this time is a failure; the server's own limit for requests is 60 s. */
const ANSWER_MS = 70_000;

/**
 * undici, one pool of connections a cluster. The pool has no limit: each watch holds a connection for minutes, and how much
 * else is under way is bounded by who asks. HTTP/1.1, so that a connection that breaks or falls silent takes one request with it, and not
 * all of them. Certificates that are in files are read anew for each connection, but for those through a proxy.
 */
export function connect(access: Pick<ClusterAccess, 'server' | 'tls' | 'tlsFiles' | 'proxy'>): Transport {
  const { origin, pathname } = new URL(access.server);
  const prefix = pathname === '/' ? '' : pathname;
  const connectOptions = { ...access.tls, keepAlive: true, timeout: 10_000, allowH2: false };
  const { proxy } = access;
  const pool =
    proxy === undefined
      ? new Pool(origin, {
          connections: null,
          connect: connector(access, connectOptions),
          pipelining: 1,
          allowH2: false,
        })
      : undefined;
  const sendBy = (dispatcher: Dispatcher, request: TransportRequest): Promise<TransportResponse> => {
    const { method, path, headers, body = null, signal, streamed = false } = request;
    const exchange = streamed ? new StreamedExchange(request) : new WholeExchange(request);
    const bodyTimeout = streamed ? 0 : ANSWER_MS;
    if (signal?.aborted) exchange.onResponseError(undefined, reasonOf(signal));
    else
      dispatcher.dispatch(
        { origin, path: prefix + path, method, headers, body, headersTimeout: ANSWER_MS, bodyTimeout },
        exchange,
      );
    return exchange.response;
  };
  let proxied: Promise<Dispatcher> | undefined;
  return {
    send(request) {
      if (pool) return sendBy(pool, request);
      proxied ??= throughProxy(proxy ?? '', connectOptions);
      return proxied.then((dispatcher) => sendBy(dispatcher, request));
    },
    close: async () => (pool ?? (await proxied))?.destroy(),
  };
}

/** Makes connections with the certificates that there are by then. They are parsed once: each connection would keep its own copy. */
function connector(
  { tls, tlsFiles }: Pick<ClusterAccess, 'tls' | 'tlsFiles'>,
  options: Parameters<typeof buildConnector>[0],
): Connect {
  if (!tlsFiles) return buildConnector({ ...options, ...contextOf(tls) });
  let known = readTls(tlsFiles, {});
  let current = buildConnector({ ...options, ...contextOf({ ...tls, ...known }) });
  return (target, callback) => {
    const read = readTls(tlsFiles, known);
    if (read !== known) {
      known = read;
      current = buildConnector({ ...options, ...contextOf({ ...tls, ...known }) });
    }
    current(target, callback);
  };
}

function contextOf({ ca, cert, key }: TlsOptions): { readonly secureContext?: SecureContext } {
  const isPlain = ca === undefined && cert === undefined && key === undefined;
  return isPlain ? {} : { secureContext: createSecureContext({ ca, cert, key }) };
}

type Connect = ReturnType<typeof buildConnector>;

/** Few clusters are behind a proxy: what it takes is loaded for those. */
async function throughProxy(uri: string, requestTls: object): Promise<Dispatcher> {
  const { default: ProxyAgent } = await import('undici/lib/dispatcher/proxy-agent.js');
  return new ProxyAgent({ uri, requestTls });
}
