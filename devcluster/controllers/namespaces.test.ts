import assert from 'node:assert/strict';
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
});
