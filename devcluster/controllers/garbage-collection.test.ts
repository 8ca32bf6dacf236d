import assert from 'node:assert/strict';
import { startCluster } from '../devcluster.ts';
import type { Cluster } from '../devcluster.ts';

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };

describe('Garbage collection', () => {
  let cluster: Cluster;

  before(async () => {
    cluster = await startCluster({ crds: [] });
  });

  after(() => cluster.stop());

  const create = (name: string, metadata: object = {}) =>
    cluster.create({ ...CONFIG_MAP, metadata: { name, namespace: 'default', ...metadata } });
  const gone = (name: string) =>
    cluster.until({ ...CONFIG_MAP, namespace: 'default', name }, (object) => object === undefined);

  it('leaves alone what names an unknown kind with the uid of an object that goes', async () => {
    const { uid } = (await create('owner')).metadata;
    await create('misnamed', { ownerReferences: [{ apiVersion: 'nope.io/v1', kind: 'Nope', name: 'owner', uid }] });
    await create('owned', { ownerReferences: [{ ...CONFIG_MAP, name: 'owner', uid }] });
    await cluster.delete({ ...CONFIG_MAP, name: 'owner' });
    await gone('owned');
    // Dependents are looked at in the order of their creation: the misnamed one was looked at before.
    assert.ok(await cluster.find({ ...CONFIG_MAP, name: 'misnamed' }));
  });

  it('tells of an owner in another namespace in an event', async () => {
    await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } });
    const { uid } = (await create('foreign', { namespace: 'other' })).metadata;
    await create('stray', { ownerReferences: [{ ...CONFIG_MAP, name: 'foreign', uid }] });
    await gone('stray');
    const events = await cluster.list({ apiVersion: 'v1', kind: 'Event', namespace: 'default' });
    assert.deepEqual(
      events.map(({ type, reason, message }) => [type, reason, message]),
      [
        [
          'Warning',
          'OwnerRefInvalidNamespace',
          `ownerRef [v1/ConfigMap, namespace: default, name: foreign, uid: ${uid}] does not exist in namespace "default"`,
        ],
      ],
    );
  });
});
