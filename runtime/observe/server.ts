import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { errors, messageOf } from '../errors.ts';
import type { Logger } from './logger.ts';

export interface PageRequest {
  readonly query: URLSearchParams;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Readable;
  /** The name under which it is saved. */
  readonly file?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is served at one path. */
export type Page = (request: PageRequest) => Promise<Answer>;

/** What stands before pages that not everybody may read. */
export interface Protection {
  /** A server over TLS, which does not listen yet. */
  createServer(listener: RequestListener): Server;
  /** What is answered to a caller who may not have this path; undefined where they may. Never rejects. */
  refusal(request: IncomingMessage, path: string): Promise<Answer | undefined>;
  close(): Promise<void>;
}

export interface HttpServer {
  /** Where it listens, `127.0.0.1:9091`. */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Serves pages over HTTP, plain unless there is a `protection`, on an address such as `:9091` or `127.0.0.1:9091`. `key` names the address in
 * errors. Where the port is taken: ERR_AP_ADDRESS, or, with `anyPort`, another free port.
 */
export async function serve(
  key: string,
  address: string,
  pages: Readonly<Record<string, Page>>,
  options: {
    readonly loopback?: boolean;
    readonly anyPort?: boolean;
    readonly protection?: Protection | undefined;
    readonly logger?: Pick<Logger, 'error'> | undefined;
  } = {},
): Promise<HttpServer> {
  const { host, port } = parseAddress(key, address);
  const { protection, logger } = options;
  let told: string | undefined;
  const listener: RequestListener = (request, response) => {
    told = undefined;
    const url = URL.parse(request.url ?? '/', 'http://localhost');
    if (!url) return answer(response, { status: 400, type: 'text/plain', body: 'that is no path\n' });
    const { pathname, searchParams: query } = url;
    const page = Object.hasOwn(pages, pathname) ? pages[pathname] : undefined;
    if (!page) return answer(response, { status: 404, type: 'text/plain', body: 'not found\n' });
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const asked = { query, signal: gone.signal };
    const answered = async (): Promise<Answer> => (await protection?.refusal(request, pathname)) ?? page(asked);
    answered().then(
      (page) => answer(response, page),
      (error: unknown) => answer(response, { status: 500, type: 'text/plain', body: `${messageOf(error)}\n` }),
    );
    return undefined;
  };
  const server = protection ? protection.createServer(listener) : createServer(listener);
  const bindTo = host ?? (options.loopback ? '127.0.0.1' : undefined);
  try {
    await listen(server, port, bindTo);
  } catch (error) {
    if (!options.anyPort) throw errors.address(key, address, messageOf(error));
    await listen(server, 0, bindTo);
  }
  const bound = server.address();
  const listening = typeof bound === 'object' && bound !== null ? `${bindTo ?? 'localhost'}:${bound.port}` : address;
  // It goes on listening. While there is no free file descriptor, each turn of the event loop tells so.
  server.on('error', (error) => {
    const problem = messageOf(error);
    if (problem !== told)
      logger?.error({ err: error }, `${key} ${listening}: a connection was not accepted: ${problem}`);
    told = problem;
  });
  return {
    address: listening,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** `:9091`, `host:9091`, `[::1]:9091`; port 0 is any. Throws ERR_AP_ADDRESS. */
export function parseAddress(key: string, address: string): { host: string | undefined; port: number } {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) throw errors.address(key, address, 'it is not of the form ":port" or "host:port"');
  return { host: match[1] ?? (match[2] || undefined), port };
}

function listen(server: Server, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function answer(response: ServerResponse, { status, type, body, file, headers }: Answer): void {
  response.writeHead(status, {
    ...headers,
    'content-type': type,
    ...(file !== undefined && { 'content-disposition': `attachment; filename="${file}"` }),
  });
  if (typeof body === 'string') response.end(body);
  // Whoever reads it may go away in the middle.
  else pipeline(body, response, () => undefined);
}
