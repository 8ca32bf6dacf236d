import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type Server, type TLSSocket } from 'node:tls';
import type { RunningOperator } from 'autopilot-runtime';
import { load } from 'js-yaml';
import { createServingCertificate, type ServingCertificate } from '../../devcluster/auth/certificate.ts';
import { stringAt, valueAt, listAt } from '../../devcluster/schema/json.ts';
import { impatientClock } from './impatient-clock.ts';
import { configMap, phase, routes, Testbed } from './testbed.ts';

/** An operator that proves who it is by a certificate, which is in files and is replaced there, before a server that takes one certificate only. */
describe('the client certificate of an operator', () => {
  let testbed: Testbed;
  let folder: string;
  let server: Server;
  let url: string;
  let ca: string;
  /** The fingerprint of the one certificate that is good. */
  let good: string;
  /** The one before it: who was connecting as it was replaced may still show that. */
  let former: string;
  let refused: number;
  const sockets = new Set<TLSSocket>();

  before(async () => {
    testbed = await Testbed.open();
    const { hostname, port } = new URL(testbed.cluster.url);
    const shown = createServingCertificate(new Date());
    ({ ca } = shown);
    // Whose certificate it is, is for the server to say once the connection stands, as with TLS 1.3.
    const options = { cert: shown.cert, key: shown.key, requestCert: true, rejectUnauthorized: false };
    server = createServer(options, (client) => {
      client.on('error', () => client.destroy());
      const { fingerprint256 } = client.getPeerCertificate();
      if (fingerprint256 !== good) {
        if (fingerprint256 !== former) refused += 1;
        client.destroy();
        return;
      }
      const behind = connect({ host: hostname, port: Number(port), ca: testbed.cluster.ca });
      for (const [one, other] of [
        [client, behind],
        [behind, client],
      ] as const) {
        sockets.add(one);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address && typeof address === 'object');
    url = `https://127.0.0.1:${address.port}`;
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
    await testbed.close();
  });
  beforeEach(async () => {
    refused = 0;
    folder = await mkdtemp(join(tmpdir(), 'certificate-'));
    await testbed.route('a');
  });
  afterEach(async () => {
    await testbed.stopOperators();
    await testbed.cluster.delete({ apiVersion: 'example.io/v1', kind: 'Route', name: 'a' });
    // By the impatient clock the next operator would soon have waited too often for it to go.
    await testbed.untilGone({ apiVersion: 'v1', kind: 'ConfigMap', name: 'copy' });
    await rm(folder, { recursive: true });
  });

  const make = (): ServingCertificate => createServingCertificate(new Date());
  const put = async ({ cert, key }: ServingCertificate): Promise<void> => {
    await writeFile(join(folder, 'tls.key'), key);
    await writeFile(join(folder, 'tls.crt'), cert);
  };
  /** From now on the server takes this one, and ends all connections that stand. */
  const take = ({ cert }: ServingCertificate): void => {
    former = good;
    good = new X509Certificate(cert).fingerprint256;
    for (const socket of sockets) socket.destroy();
  };
  const copying = routes({
    Only: phase(
      ({ inputs }) => ({
        phase: 'Only',
        outputs: { configMaps: [configMap('copy', inputs['configMaps']?.find('source')?.data ?? {})] },
      }),
      { initial: true },
    ),
  });
  const begin = async (): Promise<RunningOperator> => {
    const first = make();
    await put(first);
    take(first);
    const own: unknown = load(testbed.cluster.kubeconfig);
    const token = stringAt(valueAt(listAt(own, 'users')[0], 'user'), 'token');
    const kubeconfig = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      clusters: [
        { name: 'c', cluster: { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') } },
      ],
      users: [
        {
          name: 'u',
          // The cluster behind knows no certificates.
          user: { token, 'client-certificate': join(folder, 'tls.crt'), 'client-key': join(folder, 'tls.key') },
        },
      ],
    });
    const operator = await testbed.runWith(copying, { kubeconfig, clock: impatientClock, random: () => 0 });
    await works();
    return operator;
  };
  let round = 0;
  /** Changes what is read, and waits until it was written: a watch and a write. */
  const works = async (): Promise<void> => {
    const n = String((round += 1));
    const metadata = { name: 'source', namespace: 'default' };
    await testbed.cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { n } });
    await testbed.untilConfigMap('copy', ({ data }) => data?.['n'] === n);
  };

  it('is shown as it is in its files now: no connection is refused where it was replaced before it ended', async () => {
    const operator = await begin();
    for (let times = 0; times < 3; times += 1) {
      const next = make();
      await put(next);
      take(next);
      await works();
    }
    assert.equal(refused, 0);
    await testbed.untilMetrics(operator, () => operator.unready() === undefined);
  });

  it('that is good no longer makes it unready, and it goes on once there is another, without a restart', async () => {
    const operator = await begin();
    const next = make();
    take(make());
    take(next);
    await testbed.untilMetrics(
      operator,
      () => refused > 3 && /^the watch of .* is broken: /.test(operator.unready() ?? ''),
    );

    // One after the other: for a moment the certificate is not the key's.
    await put(next);
    await works();
    await testbed.untilMetrics(operator, () => operator.unready() === undefined);
  });
});
