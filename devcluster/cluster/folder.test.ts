import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpClient } from '../conformance/http-client.ts';
import { startCluster } from '../devcluster.ts';
import type { Cluster, ClusterOptions } from '../devcluster.ts';

const CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.examples.io' },
  spec: {
    group: 'examples.io',
    scope: 'Namespaced',
    names: { kind: 'Thing', plural: 'things' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};
const THING = { apiVersion: 'examples.io/v1', kind: 'Thing' };
const MAP = { apiVersion: 'v1', kind: 'ConfigMap' };

/** Kills itself in the middle of its writes, as a power cut would for all that it knows. */
const WRITER = `
import { startCluster } from 'autopilot-devcluster';
const cluster = await startCluster({ folder: process.argv[1], crds: [] });
for (let count = 1; ; count += 1) {
  await cluster.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' + count } });
  if (count === 40) process.kill(process.pid, 'SIGKILL');
  console.log(count);
}
`;

describe('The folder of an embedded cluster', () => {
  let folder: string;
  let clusters: Cluster[];
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'cluster-folder-')), 'state');
    clusters = [];
  });
  afterEach(async () => {
    for (const cluster of clusters) await cluster.stop();
    await rm(join(folder, '..'), { recursive: true });
  });

  const start = async (options: ClusterOptions = {}): Promise<Cluster> => {
    const cluster = await startCluster({ folder, crds: [], ...options });
    clusters.push(cluster);
    return cluster;
  };

  it('goes on to take the tokens of service accounts, and makes no role twice', async () => {
    const roles = async ({ list }: Cluster): Promise<number> =>
      (await list({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' })).length;
    const first = await start();
    const kubeconfig = await first.addServiceAccount('robot');
    const count = await roles(first);
    await first.stop();
    const second = await start();
    const client = new HttpClient(kubeconfig);
    assert.equal((await client.send('GET', '/apis')).code, 200);
    await client.close();
    assert.equal(await roles(second), count);
  });

  it('keeps every object as it is, to the last version and manager, and what follows from it', async () => {
    const first = await start({ crds: ['istio'] });
    await first.installCrd(CRD);
    const owner = await first.create({ ...THING, metadata: { name: 'a' }, spec: { deep: [1, { x: null }] } });
    const ownerReferences = [{ ...THING, name: 'a', uid: owner.metadata.uid }];
    await first.apply({ ...MAP, metadata: { name: 'owned', ownerReferences }, data: { a: '1' } });
    await first.create({ ...MAP, metadata: { name: 'gone' } });
    await first.delete({ ...MAP, name: 'gone' });
    const kinds = [MAP, THING, { apiVersion: CRD.apiVersion, kind: CRD.kind }, { apiVersion: 'v1', kind: 'Namespace' }];
    const all = (cluster: Cluster) =>
      Promise.all(kinds.map(({ apiVersion, kind }) => cluster.list({ apiVersion, kind, namespace: '' })));
    const before = await all(first);
    await first.stop();

    const second = await start({ crds: ['istio'] });
    assert.deepEqual(await all(second), before);
    assert.ok(before.flat().some(({ metadata }) => metadata.name === 'owned' && metadata.managedFields));
    const next = await second.create({ ...THING, metadata: { name: 'b' } });
    assert.ok(
      before.flat().every(({ metadata }) => Number(metadata.resourceVersion) < Number(next.metadata.resourceVersion)),
    );

    // Who owns what is known again.
    await second.delete({ ...THING, name: 'a' });
    await second.until({ ...MAP, name: 'owned' }, (found) => found === undefined);
  });

  it('keeps a kubeconfig usable: address, certificate and tokens', async () => {
    const first = await start();
    const [admin, carol] = [first.kubeconfig, first.addUser('carol', ['system:masters'])];
    await first.stop();
    const second = await start();
    assert.equal(second.kubeconfig, admin);
    const client = new HttpClient(carol);
    assert.equal((await client.send('GET', '/api/v1/namespaces/default')).code, 200);
    await client.close();
    assert.deepEqual(
      second.requests.all.map(({ user }) => user),
      ['carol'],
    );
  });

  it('does not keep the past: who watched is told to list anew, and misses nothing', async () => {
    const first = await start();
    const { metadata } = await first.create({ ...MAP, metadata: { name: 'a' } });
    await first.create({ ...MAP, metadata: { name: 'b' } });
    await first.stop();
    const second = await start();
    const client = new HttpClient(second.kubeconfig);
    for (const plural of ['configmaps', 'secrets']) {
      const path = `/api/v1/namespaces/default/${plural}?watch=1&resourceVersion=${metadata.resourceVersion}&timeoutSeconds=1`;
      const { value } = await client.send('GET', path);
      assert.match(JSON.stringify(value), /"code":410/, plural);
    }
    await client.close();
  });

  it('takes another port where its own is taken, and that of its option before', async () => {
    const first = await start();
    const { port } = new URL(first.url);
    await first.stop();
    const stranger = createServer().listen(Number(port), '127.0.0.1');
    await once(stranger, 'listening');
    const second = await start();
    assert.notEqual(new URL(second.url).port, port);
    await second.stop();
    stranger.close();
    const third = await start();
    assert.equal(third.url, second.url);
    await third.stop();
    assert.equal((await start({ port: Number(port) })).url, first.url);
  });

  it('has all that was answered before a kill, and no half of what was not', async () => {
    const words = ['--conditions=autopilot-source', '--input-type=module', '--eval', WRITER, folder];
    const child = spawn(process.execPath, words, { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'inherit'] });
    const counted: string[] = [];
    createInterface(child.stdout).on('line', (line) => counted.push(line));
    const closed: unknown[] = await once(child, 'close');
    assert.equal(closed[1], 'SIGKILL');
    assert.equal(counted.length, 39);
    // Its last line, as if the kill had cut it.
    await appendFile(join(folder, 'changes.jsonl'), '{"version":1000,"collection":"/configmaps","object":{"apiV');
    const cluster = await start();
    const names = (await cluster.list({ ...MAP, namespace: 'default' })).map(({ metadata }) => metadata.name);
    assert.equal(names.filter((name) => name.startsWith('m')).length, 40);
  });

  it('takes no change twice where a kill came between a snapshot and the end of the changes before it', async () => {
    const first = await start();
    await first.create({ ...MAP, metadata: { name: 'a' } });
    await first.delete({ ...MAP, name: 'a' });
    await first.create({ ...MAP, metadata: { name: 'b' } });
    const changes = await readFile(join(folder, 'changes.jsonl'));
    await first.stop();
    const second = await start();
    await second.delete({ ...MAP, name: 'b' });
    await second.stop();
    const third = await start();
    await third.stop();
    await writeFile(join(folder, 'changes.jsonl'), changes);
    const fourth = await start();
    assert.equal(await fourth.find({ ...MAP, name: 'b' }), undefined);
  });

  it('is for its owner only', async () => {
    await start();
    for (const name of await readdir(folder)) assert.equal((await stat(join(folder, name))).mode & 0o077, 0, name);
  });

  it('belongs to one cluster at a time', async () => {
    const [first, second] = await Promise.allSettled([start(), start()]);
    const [refused, ...others] = [first, second].filter(({ status }) => status === 'rejected');
    assert.equal(others.length, 0);
    assert.match(String(refused?.status === 'rejected' && refused.reason), /is running/);
    await assert.rejects(startCluster({ folder, port: 0 }), {
      code: 'ERR_AP_CLUSTER_FOLDER',
      message: /https:\/\/127/,
    });
  });

  it('is refused, and left as it is, where it holds something else', async () => {
    const first = await start();
    await first.stop();
    const refusals = [
      ['identity.json', '{}', /identity\.json is not complete/],
      ['snapshot.jsonl', '{"format":99}\n', /its format is 99/],
      ['snapshot.jsonl', '{"format":1,"version":9}\nnot JSON\n', /line 2 of the snapshot is no JSON/],
      ['snapshot.jsonl', '{"format":1,"version":9}\n{"object":{}}\n', /line 2 of the snapshot holds no object/],
      ['changes.jsonl', '{}\n{}\n', /line 1 of the changes has no version/],
    ] as const;
    for (const [name, text, message] of refusals) {
      const good = await readFile(join(folder, name));
      await writeFile(join(folder, name), text);
      await assert.rejects(start(), { code: 'ERR_AP_CLUSTER_FOLDER', message });
      assert.equal(await readFile(join(folder, name), 'utf8'), text);
      await writeFile(join(folder, name), good);
    }
    await start();
  });
});
