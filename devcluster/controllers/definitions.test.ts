import assert from 'node:assert/strict';
import { HttpClient } from '../conformance/http-client.ts';
import { startCluster } from '../devcluster.ts';
import type { Cluster } from '../devcluster.ts';

const DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  name: 'stones.example.com',
};
const STONES = '/apis/example.com/v1/stones?watch=1';
const STONE = { apiVersion: 'example.com/v1', kind: 'Stone' };

function definition(names: object = {}): object {
  const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    apiVersion: DEFINITION.apiVersion,
    kind: DEFINITION.kind,
    metadata: { name: DEFINITION.name },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { kind: 'Stone', plural: 'stones', ...names },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}

/** As seen on kube-apiserver 1.37.2, which takes a second for it. */
describe('Watches of a custom resource', () => {
  let cluster: Cluster;
  let client: HttpClient;

  beforeEach(async () => {
    cluster = await startCluster({ crds: [] });
    client = new HttpClient(cluster.kubeconfig);
    await cluster.installCrd(definition());
  });

  afterEach(async () => {
    await client.close();
    await cluster.stop();
  });

  it('end when the definition changes', async () => {
    const watch = await client.watch(STONES);
    await cluster.create({ ...STONE, metadata: { name: 'a' } });
    assert.equal(await watch.next(), 'ADDED a');
    await cluster.installCrd(definition({ shortNames: ['st'] }));
    await cluster.create({ ...STONE, metadata: { name: 'b' } });
    assert.equal(await watch.next(), 'end');
  });

  it('go on when only its metadata or status changes', async () => {
    const watch = await client.watch(STONES);
    await cluster.patch(DEFINITION, { metadata: { labels: { a: 'b' } } });
    await cluster.patch(DEFINITION, { status: { storedVersions: ['v1'] } }, { subresource: 'status' });
    await cluster.create({ ...STONE, metadata: { name: 'a' } });
    assert.equal(await watch.next(), 'ADDED a');
  });

  it('tell how the objects go while the definition is deleted, and end with it', async () => {
    await cluster.create({ ...STONE, metadata: { name: 'held', finalizers: ['example.com/a'] } });
    const watch = await client.watch(STONES);
    assert.equal(await watch.next(), 'ADDED held');
    await cluster.delete(DEFINITION);
    assert.equal(await watch.next(), 'MODIFIED held');
    await cluster.patch({ ...STONE, name: 'held' }, { metadata: { finalizers: null } });
    assert.deepEqual([await watch.next(), await watch.next()], ['DELETED held', 'end']);
    await cluster.until(DEFINITION, (crd) => crd === undefined);
  });
});
