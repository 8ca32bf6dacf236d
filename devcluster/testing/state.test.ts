import assert from 'node:assert/strict';
import { startCluster } from '../devcluster.ts';
import { differences } from './differences.ts';
import { stateOf, type State } from './state.ts';
import type { Cluster } from '../devcluster.ts';

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };

/** The state of a cluster of its own after something was done to it. */
async function after(change: (cluster: Cluster) => Promise<unknown>): Promise<State> {
  await using cluster = await startCluster({ crds: [] });
  const others = new Set(cluster.select(() => true).map(({ metadata }) => metadata.uid ?? ''));
  await change(cluster);
  return stateOf(cluster, others);
}

async function owned(cluster: Cluster, data: object, more = ''): Promise<unknown> {
  const owner = await cluster.create({ ...CONFIG_MAP, metadata: { name: 'owner' } });
  const { uid = '' } = owner.metadata;
  return cluster.create({
    ...CONFIG_MAP,
    metadata: {
      name: 'owned',
      labels: { 'example.io/owner': `${uid}${more}` },
      ownerReferences: [{ ...CONFIG_MAP, name: 'owner', uid }],
    },
    data,
  });
}

describe('The state of a cluster', () => {
  it('is the same for the same objects, whatever their uids, versions and times', async () => {
    const at = (time: string): object => ({ at: time, n: '1' });
    const one = await after((cluster) => owned(cluster, at('2030-01-01T00:00:00Z')));
    const two = await after(async (cluster) => {
      await cluster.create({ ...CONFIG_MAP, metadata: { name: 'passing' } });
      await cluster.delete({ ...CONFIG_MAP, name: 'passing' });
      await owned(cluster, at('2031-02-03T04:05:06.789Z'));
    });
    assert.deepEqual([...one.keys()], ['ConfigMap default/owned', 'ConfigMap default/owner']);
    assert.deepEqual(differences(two, one), []);
  });

  it('tells what is missing, what is too much, and what is otherwise', async () => {
    const expected = await after((cluster) => owned(cluster, { n: '1', m: '1' }));
    const state = await after(async (cluster) => {
      await owned(cluster, { n: '2' }, 'x');
      await cluster.create({ ...CONFIG_MAP, metadata: { name: 'surplus' } });
    });
    assert.deepEqual(differences(state, expected), [
      'ConfigMap default/surplus should not be there',
      'ConfigMap default/owned: data.m is absent instead of "1"',
      'ConfigMap default/owned: data.n is "2" instead of "1"',
      'ConfigMap default/owned: metadata.labels.example.io/owner is "uid of ConfigMap default/ownerx" instead of "uid of ConfigMap default/owner"',
    ]);
    assert.deepEqual(differences(new Map([...expected].slice(1)), expected), ['ConfigMap default/owned is missing']);
  });

  it('tells an owner that is gone from one that is there', async () => {
    const expected = await after((cluster) => owned(cluster, {}));
    const state = await after(async (cluster) => {
      await owned(cluster, {});
      const other = '00000000-0000-4000-8000-000000000000';
      await cluster.patch({ ...CONFIG_MAP, name: 'owned' }, { metadata: { labels: { 'example.io/owner': other } } });
    });
    const [told = ''] = differences(state, expected);
    assert.match(told, /labels.* is "uid of what is gone" instead of "uid of ConfigMap default\/owner"/);
  });
});
