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

function definitionOf(group: string, kind: string): object {
  const singular = kind.toLowerCase();
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${singular}s.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, listKind: `${kind}List`, singular, plural: `${singular}s` },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
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

  it('tells kinds of one name in two groups apart', async () => {
    const gateway = { kind: 'Gateway', metadata: { name: 'web' } };
    const state = await after(async (cluster) => {
      for (const group of ['example.io', 'example.org']) await cluster.installCrd(definitionOf(group, 'Gateway'));
      const owner = await cluster.create({ ...gateway, apiVersion: 'example.io/v1', spec: { n: 1 } });
      const { uid } = owner.metadata;
      await cluster.create({ ...gateway, apiVersion: 'example.org/v1', spec: { n: 2, of: uid } });
    });
    assert.deepEqual([...state.keys()], ['Gateway.example.io default/web', 'Gateway.example.org default/web']);
    const [one, two] = state.values();
    assert.partialDeepStrictEqual(one, { spec: { n: 1 } });
    assert.partialDeepStrictEqual(two, { spec: { n: 2, of: 'uid of Gateway.example.io default/web' } });
  });

  it('leaves out leases and events, and not what others call so', async () => {
    const state = await after(async (cluster) => {
      for (const kind of ['Event', 'Lease']) await cluster.installCrd(definitionOf('example.io', kind));
      for (const kind of ['Event', 'Lease'])
        await cluster.create({ apiVersion: 'example.io/v1', kind, metadata: { name: 'one' } });
      await cluster.create({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'one' } });
      const involvedObject = { ...CONFIG_MAP, namespace: 'default', name: 'one' };
      await cluster.create({ apiVersion: 'v1', kind: 'Event', metadata: { name: 'one' }, involvedObject });
    });
    assert.deepEqual([...state.keys()], ['Event.example.io default/one', 'Lease.example.io default/one']);
  });

  it('has all members whose names are hashes, in an order that does not follow from them', async () => {
    const marked = (marks: Readonly<Record<string, string>>): Promise<State> => {
      const annotations: Record<string, string> = {};
      for (const [digit, value] of Object.entries(marks)) annotations[`applied.example.io/${digit.repeat(40)}`] = value;
      return after((cluster) => cluster.create({ ...CONFIG_MAP, metadata: { name: 'shared', annotations } }));
    };
    const at = 'ConfigMap default/shared: metadata.annotations.applied.example.io/a hash';
    const expected = await marked({ a: 'x', b: 'y', c: 'x' });
    assert.deepEqual(differences(await marked({ d: 'y', e: 'x', f: 'x' }), expected), []);
    assert.deepEqual(differences(await marked({ a: 'x', b: 'y' }), expected), [
      `${at}.1 is "y" instead of "x"`,
      `${at}.2 is absent instead of "y"`,
    ]);
    assert.deepEqual(differences(await marked({ a: 'x' }), expected), [`${at} is "x" instead of ["x","x","y"]`]);
  });

  it('has values of hashes in the same order, however their members are ordered', async () => {
    const listed = (...values: readonly object[]): Promise<State> =>
      after(async (cluster) => {
        await cluster.installCrd(definitionOf('example.io', 'Gateway'));
        const spec = Object.fromEntries(values.map((value, index) => [String(index).repeat(32), value]));
        await cluster.create({ apiVersion: 'example.io/v1', kind: 'Gateway', metadata: { name: 'web' }, spec });
      });
    const expected = await listed({ a: 1, b: 2 }, { a: 2, b: 1 });
    assert.deepEqual(differences(await listed({ a: 2, b: 1 }, { b: 2, a: 1 }), expected), []);
    assert.deepEqual(differences(await listed({ b: 1, a: 2 }, { a: 1, b: 2 }), expected), []);
  });
});
