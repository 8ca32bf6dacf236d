import { once } from 'node:events';
import { createServer } from 'node:https';
import { DevclusterError } from '../errors.ts';
import { handleRequest } from './handler.ts';
import { isStream } from './exchange.ts';
import { methodNotAllowed, StatusError, tooLarge } from './status.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import type { Duplex } from 'node:stream';
import type { ServingCertificate } from '../auth/certificate.ts';
import type { ApiRequest, StreamResponse } from './exchange.ts';
import type { Front } from './handler.ts';

/** As the real server's limit. */
const MAX_BODY = 3 * 1024 * 1024;

/** A watcher that reads nothing loses its connection once so many bytes wait for it. */
const MAX_UNREAD = 64 * 1024 * 1024;

/** What is there at the beginning of a watch waits for its reader beyond so many bytes. */
const FULL = 1024 * 1024;

/** Longer than clients keep idle connections, so that none is closed while a client is about to use it. */
const KEEP_ALIVE = 90_000;

/** How long a request's headers may take, from the beginning of a connection too, over which none has come. */
const HEADERS = 60_000;

export interface Listening {
  readonly port: number;
  /** What new connections are shown. */
  readonly certificate: ServingCertificate;
  /** Shows new connections another certificate; those that are open go on. */
  useCertificate(certificate: ServingCertificate): void;
  /** Cuts all connections. */
  cut(): void;
  /** Ends all connections, and frees the port. */
  close(): Promise<void>;
}

/** Serves the API over HTTPS on loopback. `port` 0: any that is free. `headersTimeout`: in milliseconds. */
export async function listen(
  front: Front,
  certificate: ServingCertificate,
  port: number,
  headersTimeout = HEADERS,
): Promise<Listening> {
  const { cert, key } = certificate;
  let shown = certificate;
  const timeouts = { keepAliveTimeout: KEEP_ALIVE, headersTimeout, connectionsCheckingInterval: headersTimeout / 2 };
  const server = createServer({ cert, key, ...timeouts }, (message, response) => {
    void serve(front, message, response).catch((error: unknown) => {
      front.report(error);
      // The message by itself ends no connection once it was read.
      message.socket.destroy();
    });
  });
  server.on('clientError', refuse);
  await bind(server, port);
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new DevclusterError('ERR_AP_CLUSTER_ADDRESS', 'The cluster listens on no TCP port.');
  }
  return {
    port: address.port,
    get certificate() {
      return shown;
    },
    useCertificate(next) {
      shown = next;
      server.setSecureContext({ cert: next.cert, key: next.key });
    },
    cut: () => server.closeAllConnections(),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function bind(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `The cluster cannot listen on 127.0.0.1:${port}: ${why}. Choose another port, or 0 for any that is free.`;
    throw new DevclusterError('ERR_AP_CLUSTER_ADDRESS', message, { cause: error });
  }
}

/**
 * Requests that cannot be read, of which methods that Node.js does not know are one. A connection over which none comes is closed without
 * a word, as by the real server: its client may be about to send one.
 */
function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return void socket.destroy();
  if (error.code !== 'HPE_INVALID_METHOD') return void socket.end(rawAnswer(400, 'Bad Request', 'text/plain', ''));
  const { status } = methodNotAllowed();
  socket.end(rawAnswer(405, 'Method Not Allowed', 'application/json', JSON.stringify(status)));
}

function rawAnswer(code: number, reason: string, type: string, body: string): string {
  const head = [`HTTP/1.1 ${code} ${reason}`, `Content-Type: ${type}`, `Content-Length: ${Buffer.byteLength(body)}`];
  return [...head, 'Connection: close', '', body].join('\r\n');
}

async function serve(front: Front, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const destroy = (): void => void message.socket.destroy();
  if (!isDecodable(message.url ?? '/')) {
    response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8' }).end('400 Bad Request');
    return;
  }
  const outcome = await handleRequest(front, toRequest(message), destroy);
  if (outcome === 'silent') return;
  if (outcome === 'cut') {
    destroy();
    return;
  }
  response.writeHead(outcome.status, { 'cache-control': 'no-cache, private', ...mutable(outcome.headers) });
  if (isStream(outcome)) stream(outcome, response);
  else response.end(message.method === 'HEAD' ? undefined : outcome.body);
}

/** Whether all that is encoded in a URL's path can be read. */
function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url.split('?', 1)[0] ?? '');
    return true;
  } catch {
    return false;
  }
}

function mutable(headers: StreamResponse['headers']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
}

function stream(outcome: StreamResponse, response: ServerResponse): void {
  response.flushHeaders();
  let stop: (() => void) | undefined;
  let over = false;
  const finish = (): void => {
    over = true;
    stop?.();
    stop = undefined;
  };
  response.once('close', finish);
  stop = outcome.start({
    write(chunk) {
      if (over) return;
      response.write(chunk);
      if (response.writableLength > MAX_UNREAD) response.destroy();
    },
    room: () =>
      response.writableLength > FULL ? new Promise((resolve) => response.once('drain', resolve)) : undefined,
    end() {
      response.end();
    },
  });
  if (over) finish();
}

function toRequest(message: IncomingMessage): ApiRequest {
  const url = message.url ?? '/';
  const mark = url.indexOf('?');
  return {
    method: message.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    header(name) {
      const value = message.headers[name];
      return Array.isArray(value) ? value.join(',') : value;
    },
    // Made for every request that asks, which those that impersonate nobody need not pay for.
    get headers() {
      return message.headersDistinct;
    },
    body: () => readBody(message),
  };
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // The connection is still needed for the answer where it ends before the body does.
    for await (const chunk of message.iterator({ destroyOnReturn: false })) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      length += bytes.length;
      if (length > MAX_BODY) throw tooLarge(`limit is ${MAX_BODY}`);
      chunks.push(bytes);
    }
  } catch (error) {
    // The rest is read and thrown away, so that the client comes to read its answer.
    if (error instanceof StatusError) message.resume();
    if (!(error instanceof Error && 'code' in error && error.code === 'ECONNRESET')) throw error;
    // The client has gone in the middle of it, as clients may: nobody hears the answer.
    throw new StatusError(400, 'BadRequest', 'unexpected EOF');
  }
  return Buffer.concat(chunks);
}
