import { once } from 'node:events';
import { createServer } from 'node:https';
import { DevclusterError } from '../errors.ts';
import { handleRequest } from './handler.ts';
import { isStream } from './exchange.ts';
import { tooLarge } from './status.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import type { ServingCertificate } from '../auth/certificate.ts';
import type { ApiRequest, StreamResponse } from './exchange.ts';
import type { Handler } from './handler.ts';

/** As the real server's limit. */
const MAX_BODY = 3 * 1024 * 1024;

/** A watcher that reads nothing loses its connection once so many bytes wait for it. */
const MAX_UNREAD = 64 * 1024 * 1024;

/** Longer than clients keep idle connections, so that none is closed while a client is about to use it. */
const KEEP_ALIVE = 90_000;

export interface Listening {
  readonly port: number;
  /** Ends all connections, and frees the port. */
  close(): Promise<void>;
}

/** Serves the API over HTTPS on loopback. `port` 0: any that is free. */
export async function listen(handler: Handler, certificate: ServingCertificate, port: number): Promise<Listening> {
  const { cert, key } = certificate;
  const server = createServer({ cert, key, keepAliveTimeout: KEEP_ALIVE }, (message, response) => {
    void serve(handler, message, response).catch((error: unknown) => {
      handler.report(error);
      message.destroy();
    });
  });
  await bind(server, port);
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new DevclusterError('ERR_AP_CLUSTER_ADDRESS', 'The cluster listens on no TCP port.');
  }
  return {
    port: address.port,
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

async function serve(handler: Handler, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const destroy = (): void => void message.socket.destroy();
  const outcome = await handleRequest(handler, toRequest(message), destroy);
  if (outcome === 'cut') {
    destroy();
    return;
  }
  response.writeHead(outcome.status, { 'cache-control': 'no-cache, private', ...mutable(outcome.headers) });
  if (isStream(outcome)) stream(outcome, response);
  else response.end(message.method === 'HEAD' ? undefined : outcome.body);
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
    body: () => readBody(message),
  };
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    length += bytes.length;
    if (length > MAX_BODY) throw tooLarge(`limit is ${MAX_BODY}`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
