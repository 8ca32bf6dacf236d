import assert from 'node:assert/strict';
import { mirror } from './mirror.ts';
import { condition, configMap, phase, routes, Testbed } from './testbed.ts';

describe('outputs whose name is taken', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  const settled = () => testbed.untilReady('a', 'Only');

  it("never touch a stranger's object of the same name: the resource says so, and others go on", async () => {
    const stranger = await testbed.cluster.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'taken', namespace: 'default' },
      data: { precious: 'x' },
    });
    await testbed.run(mirror);
    await testbed.route('a', { outputs: { taken: { k: 'v' } } });
    const refused = await testbed.untilRoute('a', (route) => route.status !== undefined);
    assert.equal(condition(refused, 'Ready').reason, 'OutputRefused');
    assert.match(condition(refused, 'Ready').message, /ConfigMap default\/taken exists and is not this resource's/);
    await testbed.untilEvent(({ reason }) => reason === 'OutputRefused');
    await testbed.route('b', { outputs: { free: {} } });
    await testbed.untilReady('b', 'Only');
    assert.deepEqual(await testbed.getConfigMap('taken'), stranger);
  });

  it('are taken over with `adopt`, unless somebody else controls them', async () => {
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'boss', uid: '', controller: true };
    const boss = await testbed.cluster.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'boss', namespace: 'default' },
    });
    await testbed.cluster.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'orphan', namespace: 'default' },
      data: { theirs: 'x' },
    });
    await testbed.cluster.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'controlled',
        namespace: 'default',
        ownerReferences: [{ ...owner, uid: boss.metadata.uid ?? '' }],
      },
    });
    const adopting = routes({
      Only: phase(
        ({ route }) => ({
          phase: 'Only',
          outputs: { configMaps: [configMap(String(route.spec['output']), { ours: 'y' })] },
        }),
        { initial: true, adopt: true },
      ),
    });
    await testbed.run(adopting);
    const route = await testbed.route('a', { output: 'orphan' });
    const adopted = await testbed.untilConfigMap('orphan', ({ data }) => data?.['ours'] === 'y');
    assert.equal(adopted.data?.['theirs'], 'x');
    assert.equal(adopted.metadata.ownerReferences?.[0]?.uid, route.metadata.uid);
    await testbed.route('b', { output: 'controlled' });
    const refused = await testbed.untilRoute('b', ({ status }) => status !== undefined);
    assert.match(condition(refused, 'Ready').message, /ConfigMap boss controls it/);
  });

  it('that exist from a run that was killed are recognised and completed', async () => {
    const route = await testbed.route('a', { outputs: { out: { k: 'new' } } });
    await testbed.cluster.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'out',
        namespace: 'default',
        ownerReferences: [
          { apiVersion: 'example.io/v1', kind: 'Route', name: 'a', uid: route.metadata.uid ?? '', controller: true },
        ],
      },
      data: { k: 'old' },
    });
    await testbed.run(mirror);
    const out = await testbed.untilConfigMap('out', ({ data }) => data?.['k'] === 'new');
    assert.equal(out.metadata.labels?.['example.io/owner'], route.metadata.uid);
    await settled();
  });

  it('wait for the objects of a predecessor of the same name to be collected', async () => {
    await testbed.run(mirror);
    await testbed.route('a', { outputs: { out: {} } });
    const first = await testbed.untilConfigMap('out', () => true);
    await settled();
    await testbed.cluster.patch(
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' },
      { metadata: { finalizers: ['example.io/slow'] } },
    );
    await testbed.cluster.delete({ apiVersion: 'example.io/v1', kind: 'Route', name: 'a', namespace: 'default' });
    await testbed.untilConfigMap('out', ({ metadata }) => metadata.deletionTimestamp !== undefined);
    const successor = await testbed.route('a', { outputs: { out: { mine: '1' } } });
    await testbed.untilRoute(
      'a',
      (route) => route.metadata.uid === successor.metadata.uid && route.status !== undefined,
    );
    await testbed.cluster.patch(
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' },
      { metadata: { finalizers: null } },
    );
    const second = await testbed.untilConfigMap(
      'out',
      ({ metadata, data }) => metadata.uid !== first.metadata.uid && data?.['mine'] === '1',
    );
    assert.equal(second.metadata.ownerReferences?.[0]?.uid, successor.metadata.uid);
  });

  for (const [what, message, metadata, touch] of [
    [
      'belong to a resource that is gone',
      /it belongs to a resource that is gone, and will be collected/,
      {
        finalizers: ['example.io/slow'],
        ownerReferences: [{ apiVersion: 'example.io/v1', kind: 'Route', name: 'a', uid: 'gone', controller: true }],
      },
      undefined,
    ],
    [
      'are being deleted, though a stranger made them',
      /it is being deleted/,
      { finalizers: ['example.io/slow'] },
      'delete',
    ],
  ] as const) {
    it(`wait for objects in their place that ${what}`, async () => {
      const out = { apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' };
      const { apiVersion, kind, name, namespace } = out;
      await testbed.cluster.create({ apiVersion, kind, metadata: { name, namespace, ...metadata } });
      if (touch === 'delete') await testbed.cluster.delete(out);
      await testbed.run(mirror);
      await testbed.route('a', { outputs: { out: { k: 'v' } } });
      const waits = await testbed.untilRoute('a', ({ status }) => status !== undefined);
      assert.equal(condition(waits, 'Ready').reason, 'OutputBusy');
      assert.match(condition(waits, 'Ready').message, message);
      await testbed.cluster.patch(out, { metadata: { finalizers: null } });
      await testbed.untilConfigMap('out', ({ data }) => data?.['k'] === 'v');
      await settled();
    });
  }

  it('are not taken from what a predecessor orphaned, unless with `adopt`', async () => {
    const out = { apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' };
    const labels = { 'example.io/owner': 'gone' };
    await testbed.cluster.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: out.name, namespace: out.namespace, labels },
    });
    await testbed.run(mirror);
    const route = await testbed.route('a', { outputs: { out: { k: 'v' } } });
    const refused = await testbed.untilRoute('a', ({ status }) => status !== undefined);
    assert.equal(condition(refused, 'Ready').reason, 'OutputRefused');
    assert.match(condition(refused, 'Ready').message, /a resource that is gone left it behind.*`adopt: true`/);
    await testbed.stopOperators();
    const adopting = phase(() => ({ phase: 'Only', outputs: { configMaps: [configMap('out', { k: 'v' })] } }), {
      initial: true,
      adopt: true,
    });
    await testbed.run(routes({ Only: adopting }));
    const { metadata } = await testbed.untilConfigMap('out', ({ data }) => data?.['k'] === 'v');
    assert.equal(metadata.labels?.['example.io/owner'], route.metadata.uid);
    assert.equal(metadata.ownerReferences?.[0]?.uid, route.metadata.uid);
  });
});
