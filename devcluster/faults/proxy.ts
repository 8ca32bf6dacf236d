import { once } from 'node:events';
import { createServer } from 'node:net';
import { createSecureContext } from 'node:tls';
import { dump, load } from 'js-yaml';
import { createServingCertificate } from '../auth/certificate.ts';
import { DevclusterError } from '../errors.ts';
import { isObject, listAt, stringAt, valueAt } from '../schema/json.ts';
import { checkCount, checkNames } from './fault-arguments.ts';
import { ProxiedConnection } from './proxied-connection.ts';
import type { Server } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { CutKind, Limit, Script } from './proxied-connection.ts';
import type { ProxiedRequest } from './request-heads.ts';

/** Which requests a fault is for. Default: all. */
export type ProxyFilter = (request: ProxiedRequest) => boolean;

/** A fault that has been set up. */
export interface ProxyFault {
  /** How many connections it has hit. */
  readonly hits: number;
  remove(): void;
}

export interface ProxyCutOptions {
  readonly filter?: ProxyFilter;
  /** `reset` (default): a TCP reset. `end`: the connection is closed as if all had been said. */
  readonly how?: CutKind;
  /** How many connections are cut. Default 1. */
  readonly count?: number;
}

/** An answer that goes on. */
export interface OpenAnswer extends ProxiedRequest {
  /** How many bytes of it have passed, its head among them. */
  readonly bytes: number;
}

interface Cut {
  readonly bytes: number;
  readonly how: CutKind;
  readonly filter: ProxyFilter;
  /** For answers that were under way: where they stood. */
  readonly begun: Map<ProxiedConnection, { readonly request: ProxiedRequest; readonly at: number }>;
  remaining: number;
  hits: number;
}

interface Silence {
  readonly filter: ProxyFilter;
  readonly connections: Set<ProxiedConnection>;
  hits: number;
}

/**
 * Stands between a client and any API server, embedded or real, on sockets of its own, and does to connections what networks do: resets
 * them after so many bytes, lets them fall silent half-open, passes answers on in small pieces. TLS ends in it on both sides.
 */
export class FaultProxy implements Script {
  /** The kubeconfig that it was given, with its own address and certificate authority. */
  readonly kubeconfig: string;
  readonly #server: Server;
  readonly #connections = new Set<ProxiedConnection>();
  readonly #cuts = new Set<Cut>();
  readonly #silences = new Set<Silence>();
  #piece = Infinity;

  /** Made by `startProxy` only. */
  constructor(server: Server, kubeconfig: string) {
    this.#server = server;
    this.kubeconfig = kubeconfig;
  }

  /** @internal */
  get piece(): number {
    return this.#piece;
  }

  /** Answers that have begun and may go on, watches above all. */
  open(filter: ProxyFilter = everything): readonly OpenAnswer[] {
    return [...this.#connections].flatMap(({ request, passed }) => {
      if (!request || !filter(request)) return [];
      const { method, path } = request;
      return { method, path, bytes: passed };
    });
  }

  /** Cuts connections once `bytes` more of an answer have passed: of those under way from now on, of others from their first byte. */
  cut(bytes: number, options: ProxyCutOptions = {}): ProxyFault {
    checkNames(options, ['filter', 'how', 'count']);
    const { filter = everything, how = 'reset', count = 1 } = options;
    checkCount(count);
    if (!Number.isInteger(bytes) || bytes < 0)
      refuse(`bytes is ${String(bytes)}; it has to be an integer of 0 or more.`);
    const begun: Cut['begun'] = new Map();
    for (const connection of this.#connections)
      if (connection.request) begun.set(connection, { request: connection.request, at: connection.passed });
    const cut: Cut = { bytes, how, filter, begun, remaining: count, hits: 0 };
    if (count > 0) this.#cuts.add(cut);
    return faultOf(cut, () => void this.#cuts.delete(cut));
  }

  /** Resets the connections that are open now. Returns how many. */
  resetAll(): number {
    const open = [...this.#connections];
    for (const connection of open) connection.cut('reset');
    return open.length;
  }

  /**
   * Passes nothing more on, in either direction, of connections on which such a request was the last or is the next one, and closes none of
   * them: half-open connections. Removing the fault resets them.
   */
  silence(filter: ProxyFilter = everything): ProxyFault {
    const silence: Silence = { filter, connections: new Set(), hits: 0 };
    this.#silences.add(silence);
    for (const connection of this.#connections) {
      if (!connection.request || !filter(connection.request)) continue;
      connection.silence();
      silence.connections.add(connection);
      silence.hits++;
    }
    return faultOf(silence, () => {
      if (!this.#silences.delete(silence)) return;
      for (const connection of silence.connections) connection.cut('reset');
    });
  }

  /** From now on answers pass in pieces of so many bytes, each sent by itself; Infinity: as they come. */
  split(bytes: number): void {
    if (bytes !== Infinity && (!Number.isInteger(bytes) || bytes < 1))
      refuse(`bytes is ${String(bytes)}; it has to be an integer of 1 or more, or Infinity.`);
    this.#piece = bytes;
  }

  /** Resets all connections, and listens no more. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.resetAll();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal */
  opened(connection: ProxiedConnection): void {
    this.#connections.add(connection);
  }

  /** @internal */
  closed(connection: ProxiedConnection): void {
    this.#connections.delete(connection);
    for (const { begun } of this.#cuts) begun.delete(connection);
  }

  /** @internal */
  asks(connection: ProxiedConnection, request: ProxiedRequest): boolean {
    for (const silence of this.#silences) {
      if (!silence.filter(request)) continue;
      silence.connections.add(connection);
      silence.hits++;
      return true;
    }
    return false;
  }

  /** @internal */
  limit(connection: ProxiedConnection, request: ProxiedRequest, next: number): Limit | undefined {
    for (const cut of this.#cuts) {
      if (!cut.filter(request)) continue;
      const begun = cut.begun.get(connection);
      const since = connection.passed - (begun?.request === request ? begun.at : 0);
      const bytes = cut.bytes - since;
      // An answer that had passed this place before is left alone.
      if (bytes < 0 || bytes > next) continue;
      cut.hits++;
      if (--cut.remaining === 0) this.#cuts.delete(cut);
      return { bytes, how: cut.how };
    }
    return undefined;
  }
}

/** Starts a proxy to the server of a kubeconfig (its text) with one context; it listens on a free port of loopback. */
export async function startProxy(kubeconfig: string): Promise<FaultProxy> {
  const config: unknown = load(kubeconfig);
  const cluster = valueAt(listAt(config, 'clusters')[0], 'cluster');
  if (!isObject(config) || !isObject(cluster) || !URL.canParse(stringAt(cluster, 'server')))
    refuse('The proxy was given no kubeconfig with a server: hand over its text, not its path.');
  const { hostname, port } = new URL(stringAt(cluster, 'server'));
  const ca = Buffer.from(stringAt(cluster, 'certificate-authority-data'), 'base64');
  const upstream: ConnectionOptions = { host: hostname, port: Number(port || 443), ...(ca.length > 0 && { ca }) };
  const certificate = createServingCertificate(new Date());
  const shown = createSecureContext({ cert: certificate.cert, key: certificate.key });
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') refuse('The proxy listens on no TCP port.');
  const own = {
    server: `https://127.0.0.1:${address.port}`,
    'certificate-authority-data': Buffer.from(certificate.ca).toString('base64'),
  };
  const [first, ...others] = listAt(config, 'clusters');
  const proxied = [{ name: stringAt(first, 'name'), cluster: own }, ...others];
  const proxy = new FaultProxy(server, dump({ ...config, clusters: proxied }));
  server.on('connection', (socket) => proxy.opened(new ProxiedConnection(socket, shown, upstream, proxy)));
  return proxy;
}

function everything(): boolean {
  return true;
}

function faultOf(counted: { readonly hits: number }, remove: () => void): ProxyFault {
  return {
    get hits() {
      return counted.hits;
    },
    remove,
  };
}

function refuse(message: string): never {
  throw new DevclusterError('ERR_AP_CLUSTER_FAULT', message);
}
