import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { KubeClient } from './client.ts';
import { fixedCredentials } from './credentials.ts';
import { systemClock } from '../clock.ts';
import { configMaps, object } from '../testing/objects.ts';
import { sendWithin, type RequestGate } from './gate.ts';
import { connect, type Transport } from './transport.ts';

describe('a gate', () => {
  let server: Server;
  let transport: Transport;
  let asked: string[];
  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(object('a', 1)));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new TypeError('no port');
    transport = connect({ server: `http://127.0.0.1:${address.port}`, tls: {} });
  });
  afterEach(async () => {
    await transport.close();
    server.close();
    server.closeAllConnections();
  });

  const clientThrough = (gate: RequestGate): KubeClient =>
    new KubeClient({
      transport,
      credentials: fixedCredentials({}),
      fieldManager: 'm',
      userAgent: 'u',
      clock: systemClock,
    }).through(gate);

  it('is asked again when the connection is there; a request that it refuses then is not sent', async () => {
    let starts = 0;
    const mayStart = (): void => {
      starts += 1;
      if (starts === 1) throw new Error('too late');
    };
    const client = clientThrough({
      pass: (send) => sendWithin({ clock: systemClock, timeout: 60_000, mayStart }, send),
    });
    await assert.rejects(client.create(configMaps, object('a', 1)), /too late/);
    assert.deepEqual(asked, []);
    await client.create(configMaps, object('a', 1));
    assert.equal(starts, 2);
    assert.deepEqual(asked, [
      'POST /api/v1/namespaces/default/configmaps?fieldManager=m&fieldValidation=Strict&timeout=60000ms',
    ]);
  });

  it('that lets nothing pass is not gone round, but by watches', async () => {
    const client = clientThrough({ pass: () => Promise.reject(new Error('closed')) });
    const ref = { type: configMaps, name: 'a', namespace: 'default' };
    for (const request of [
      () => client.get(ref),
      () => client.list(configMaps, 'default', { limit: 1 }),
      () => client.create(configMaps, object('a', 1)),
      () => client.apply(configMaps, object('a', 1)),
      () => client.jsonPatch(ref, []),
      () => client.mergePatch(ref, {}),
      () => client.delete(ref, 'u'),
    ])
      await assert.rejects(request, /closed/);
    assert.deepEqual(asked, []);
    await client.watch(configMaps, 'default', { timeoutSeconds: 1 });
    assert.equal(asked.length, 1);
  });
});
