import { createServer, type Server, type ServerResponse } from 'node:http';
import { errors, messageOf } from '../errors.ts';

/** What is served at one path. */
export type Page = () => Promise<{ readonly status: number; readonly type: string; readonly body: string }>;

export interface HttpServer {
  /** Where it listens, `127.0.0.1:9091`. */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Serves pages over plain HTTP on an address such as `:9091` or `127.0.0.1:9091`. `key` names the address in errors.
 * Where the port is taken: ERR_AP_ADDRESS, or, with `anyPort`, another free port.
 */
export async function serve(
  key: string,
  address: string,
  pages: Readonly<Record<string, Page>>,
  options: { readonly loopback?: boolean; readonly anyPort?: boolean } = {},
): Promise<HttpServer> {
  const { host, port } = parseAddress(key, address);
  const server = createServer((request, response) => {
    const page = pages[new URL(request.url ?? '/', 'http://localhost').pathname];
    if (!page) return answer(response, 404, 'text/plain', 'not found\n');
    page().then(
      ({ status, type, body }) => answer(response, status, type, body),
      (error: unknown) => answer(response, 500, 'text/plain', `${messageOf(error)}\n`),
    );
    return undefined;
  });
  const bindTo = host ?? (options.loopback ? '127.0.0.1' : undefined);
  try {
    await listen(server, port, bindTo);
  } catch (error) {
    if (!options.anyPort) throw errors.address(key, address, messageOf(error));
    await listen(server, 0, bindTo);
  }
  const bound = server.address();
  return {
    address: typeof bound === 'object' && bound !== null ? `${bindTo ?? 'localhost'}:${bound.port}` : address,
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

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type }).end(body);
}
