import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { createServingCertificate } from '../auth/certificate.ts';
import { ANONYMOUS } from '../auth/user.ts';
import { systemClock } from '../clock.ts';
import { readTarget } from '../conformance/target.ts';
import { startCluster } from '../devcluster.ts';
import { EventGate } from '../faults/event-gate.ts';
import { FaultScript } from '../faults/faults.ts';
import { RequestLog } from '../requests/request-log.ts';
import { stringAt } from '../schema/json.ts';
import { listen } from './server.ts';
import type { ApiRequest } from './exchange.ts';
import type { IncomingMessage } from 'node:http';

const KIBIBYTE = 1024;
/** More than may wait for a reader at once. */
const COUNT = 72;
const CONFIG_MAP = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'default' },
  data: { text: 'x'.repeat(950 * KIBIBYTE) },
};

describe('A watch of more than may wait for its reader', () => {
  it('delivers all that was there, then what was changed meanwhile, and the bookmark between them', async () => {
    await using cluster = await startCluster({ crds: [] });
    const names = Array.from({ length: COUNT }, (_, index) => `old-${String(index).padStart(3, '0')}`);
    let before = '';
    for (const name of names) {
      const created = await cluster.create({ ...CONFIG_MAP, metadata: { ...CONFIG_MAP.metadata, name } });
      before = stringAt(created, 'metadata', 'resourceVersion');
    }
    const { url, ca, token } = readTarget(cluster.kubeconfig);
    const asked = request(
      `${url}/api/v1/namespaces/default/configmaps?watch=1&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`,
      { ca, headers: { authorization: `Bearer ${token}` }, agent: false },
    ).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    // Nothing has been read yet.
    await cluster.create({ ...CONFIG_MAP, metadata: { name: 'new', namespace: 'default' }, data: {} });
    const seen: string[] = [];
    let rest = '';
    for await (const chunk of answer.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const { type, object } = JSON.parse(line) as { readonly type: string; readonly object: object };
        const version = stringAt(object, 'metadata', 'resourceVersion');
        seen.push(type === 'BOOKMARK' ? `${type} ${version}` : `${type} ${stringAt(object, 'metadata', 'name')}`);
      }
      if (seen.at(-1) === 'ADDED new') break;
    }
    const old = ['kube-root-ca.crt', ...names].map((name) => `ADDED ${name}`);
    assert.deepEqual(seen, [...old, `BOOKMARK ${before}`, 'ADDED new']);
  });
});

const unasked = (): never => assert.fail('nobody asks');

describe('A connection over which no request comes', () => {
  it('is closed without a word', async () => {
    const certificate = createServingCertificate(systemClock.now());
    const front = {
      clock: systemClock,
      requests: new RequestLog(systemClock, unasked),
      faults: { take: unasked } as never,
      report: unasked,
      identify: unasked,
      respond: unasked,
    };
    const server = await listen(front, certificate, 0, 20);
    const socket = connect({ port: server.port, host: '127.0.0.1', ca: certificate.ca });
    assert.equal(await text(socket), '');
    await server.close();
  });
});

describe('A request whose answer fails', () => {
  for (const method of ['GET', 'POST'])
    it(`loses its connection (${method})`, async () => {
      const certificate = createServingCertificate(systemClock.now());
      const failure = new Error('the server behind this one has gone');
      const reported: unknown[] = [];
      const front = {
        clock: systemClock,
        requests: new RequestLog(systemClock, unasked),
        faults: new FaultScript(new EventGate(systemClock), undefined as never, unasked),
        report: (error: unknown) => void reported.push(error),
        identify: () => ({ user: ANONYMOUS }),
        respond: async (asked: ApiRequest) => {
          await asked.body();
          throw failure;
        },
      };
      const server = await listen(front, certificate, 0);
      const options = { port: server.port, host: '127.0.0.1', ca: certificate.ca, method, agent: false };
      const asked = request({ ...options, path: '/api/v1/configmaps' }).end(method === 'POST' ? '{}' : undefined);
      const [error] = (await once(asked, 'error')) as [NodeJS.ErrnoException];
      assert.equal(error.code, 'ECONNRESET');
      assert.deepEqual(reported, [failure]);
      await server.close();
    });
});
