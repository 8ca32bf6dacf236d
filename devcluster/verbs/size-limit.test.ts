import assert from 'node:assert/strict';
import { startCluster } from '../devcluster.ts';
import type { Cluster } from '../devcluster.ts';

const SCHEMA = { type: 'object', properties: { spec: { type: 'object', properties: { text: { type: 'string' } } } } };
const DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: SCHEMA } }],
  },
};
const WIDGET = { apiVersion: 'example.com/v1', kind: 'Widget' };

describe('An object that etcd would not take', () => {
  let cluster: Cluster;

  before(async () => {
    cluster = await startCluster({ crds: [] });
    await cluster.create(DEFINITION);
  });

  after(() => cluster.stop());

  const create = (name: string, bytes: number) =>
    cluster.create({ ...WIDGET, metadata: { name, namespace: 'default' }, spec: { text: 'x'.repeat(bytes) } });
  const tooLarge = { code: 500, message: 'etcdserver: request is too large' };

  it('is refused when it is created', async () => {
    await create('fits', 1_572_000);
    await assert.rejects(create('large', 1_700_000), tooLarge);
    await assert.rejects(create('larger', 3_100_000), {
      code: 500,
      message:
        /^rpc error: code = ResourceExhausted desc = trying to send message larger than max \(3100\d{3} vs\. 2097152\)$/,
    });
    assert.equal(await cluster.find({ ...WIDGET, name: 'large' }), undefined);
  });

  it('is refused when it has grown, and counted in bytes', async () => {
    const before = await create('grows', 10);
    await assert.rejects(
      cluster.patch({ ...WIDGET, name: 'grows' }, { spec: { text: 'ä'.repeat(800_000) } }),
      tooLarge,
    );
    assert.deepEqual(await cluster.get({ ...WIDGET, name: 'grows' }), before);
  });
});
