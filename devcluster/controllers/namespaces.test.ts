import assert from 'node:assert/strict';
import { deploymentOf, WorkloadBed } from './workloads/workload-bed.fixture.test.ts';
import { startCluster } from '../devcluster.ts';
import { listAt, stringAt } from '../schema/json.ts';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' };

describe('A namespace that is deleted', () => {
  it('and held by a finalizer of its own says that nothing is left in it', async () => {
    await using cluster = await startCluster({ crds: [] });
    await cluster.create({ ...NAMESPACE, metadata: { name: 'held', finalizers: ['example.com/hold'] } });
    await cluster.delete({ ...NAMESPACE, name: 'held' });
    const emptied = await cluster.until(
      { ...NAMESPACE, name: 'held' },
      (namespace) => namespace !== undefined && listAt(namespace, 'status', 'conditions').length > 0,
    );
    assert.deepEqual(
      listAt(emptied, 'status', 'conditions').map((one) => [stringAt(one, 'type'), stringAt(one, 'status')]),
      [
        'NamespaceDeletionDiscoveryFailure',
        'NamespaceDeletionGroupVersionParsingFailure',
        'NamespaceDeletionContentFailure',
        'NamespaceContentRemaining',
        'NamespaceFinalizersRemaining',
      ].map((type) => [type, 'False']),
    );
  });

  it('loses its pods first: until they have ended, all else stays', async () => {
    const bed = await WorkloadBed.open({ stopDelay: 5000 });
    const { cluster } = bed;
    await cluster.create({ ...NAMESPACE, metadata: { name: 'running' } });
    await bed.pass(1);
    const deployment = deploymentOf({ replicas: 2 });
    await cluster.create({ ...deployment, metadata: { ...deployment.metadata, namespace: 'running' } });
    await cluster.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'needed', namespace: 'running' } });
    await bed.pass(1);
    await cluster.delete({ ...NAMESPACE, name: 'running' });
    await bed.pass(4.9);
    const inIt = (kind: string): number =>
      cluster.select((object) => object.kind === kind && object.metadata.namespace === 'running').length;
    const kinds = ['Pod', 'Deployment', 'ReplicaSet', 'Secret'];
    assert.deepEqual(kinds.map(inIt), [2, 1, 1, 1]);
    await bed.pass(0.2);
    assert.deepEqual(kinds.map(inIt), [0, 0, 0, 0]);
    assert.equal(await cluster.find({ ...NAMESPACE, name: 'running' }), undefined);
    assert.deepEqual(bed.errors, []);
    await cluster.stop();
  });
});
