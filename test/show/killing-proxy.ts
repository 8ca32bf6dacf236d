import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as forward } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { load } from 'js-yaml';

export interface KillingProxy {
  /** A kubeconfig (YAML) that leads through it. */
  readonly kubeconfig: string;
  /** Calls so far, reads and watches included, and how many of them were fatal. */
  readonly calls: number;
  readonly kills: number;
  close(): Promise<void>;
}

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string };
  }[];
  readonly users: readonly object[];
}

/**
 * Stands between a client and a cluster, and ends the client at every so-and-so-manieth call: before the call reaches the cluster, or after
 * the cluster has done what it asks and before the client knows. `kill` has to end the client before it returns.
 */
export async function killingProxy(options: {
  readonly kubeconfig: string;
  readonly every: number;
  readonly when: 'before' | 'after';
  readonly kill: () => void;
}): Promise<KillingProxy> {
  const config = load(options.kubeconfig) as Kubeconfig;
  const target = config.clusters[0]?.cluster;
  if (!target) throw new RangeError('the kubeconfig has no cluster');
  const ca = Buffer.from(target['certificate-authority-data'], 'base64');
  let calls = 0;
  let kills = 0;

  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // The whole of it: what the client has sent no further, it has not asked.
    const body = await buffer(request);
    calls += 1;
    const isFatal = calls % options.every === 0;
    const kill = (): void => {
      kills += 1;
      options.kill();
      response.destroy();
    };
    if (isFatal && options.when === 'before') return kill();
    const { method, headers, url = '/' } = request;
    const asking = forward(new URL(url, target.server), { method, headers, ca }, (answer) => {
      if (isFatal) {
        kill();
        asking.destroy();
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders();
      answer.pipe(response);
    });
    // Of a client that was killed, or a cluster that is gone.
    asking.on('error', () => response.destroy());
    response.on('close', () => asking.destroy());
    asking.end(body);
  };

  const server = createServer((request, response) => void pass(request, response).catch(() => response.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('the proxy listens on no port');
  const through = { name: 'proxy', cluster: { server: `http://127.0.0.1:${address.port}` } };
  return {
    kubeconfig: JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [through],
      users: config.users.map((user) => Object.assign({}, user, { name: 'user' })),
      contexts: [{ name: 'proxy', context: { cluster: 'proxy', user: 'user' } }],
      'current-context': 'proxy',
    }),
    get calls() {
      return calls;
    },
    get kills() {
      return kills;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
