import assert from 'node:assert/strict';
import { startCluster } from '../devcluster.ts';
import type { Cluster } from '../devcluster.ts';

const MAPS = { apiVersion: 'v1', kind: 'ConfigMap' };

describe('Objects of an embedded cluster', () => {
  let cluster: Cluster;

  before(async () => {
    cluster = await startCluster({ crds: [] });
    for (const namespace of ['default', 'kube-system']) {
      await cluster.create({ ...MAPS, metadata: { name: 'kept', namespace } });
    }
  });

  after(() => cluster.stop());

  it('never takes all of a kind for one without a name', async () => {
    const nameless = { ...MAPS, name: '' };
    const object = { ...MAPS, metadata: { namespace: 'default' } };
    const refused = { code: 'ERR_AP_CLUSTER_NAME', message: /ConfigMap.*`name`.*`metadata\.name`/ };
    await assert.rejects(cluster.delete(nameless), refused);
    await assert.rejects(cluster.get(nameless), refused);
    await assert.rejects(cluster.find(nameless), refused);
    await assert.rejects(
      cluster.until(nameless, () => true),
      refused,
    );
    await assert.rejects(cluster.patch(nameless, { data: {} }), refused);
    await assert.rejects(cluster.update(object), refused);
    await assert.rejects(cluster.apply(object), refused);
    // As JavaScript may do it.
    const missing = { ...nameless };
    Reflect.deleteProperty(missing, 'name');
    await assert.rejects(cluster.delete(missing), refused);
    assert.ok(await cluster.find({ ...MAPS, name: 'kept' }));
  });

  it('takes an empty namespace for none', async () => {
    const of = async (namespace: string): Promise<readonly unknown[]> => {
      const found = await cluster.list({ ...MAPS, namespace, fieldSelector: 'metadata.name=kept' });
      return found.map(({ metadata }) => metadata.namespace);
    };
    assert.deepEqual(await of(''), ['default', 'kube-system']);
    assert.deepEqual(await of('kube-system'), ['kube-system']);
    assert.equal((await cluster.get({ ...MAPS, name: 'kept', namespace: '' })).metadata.namespace, 'default');
    const one = await cluster.until({ ...MAPS, name: 'kept', namespace: '' }, (seen) => seen);
    assert.equal(one?.metadata.namespace, 'default');
    const many = await cluster.until({ ...MAPS, namespace: '' }, (seen) => seen.length > 1);
    assert.ok(many.length > 1);
  });
});
