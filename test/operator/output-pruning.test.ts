import assert from 'node:assert/strict';
import { systemClock, type Timer } from '../../runtime/clock.ts';
import { mirror } from './mirror.ts';
import { condition, configMap, final, phase, routes, sum, Testbed } from './testbed.ts';

describe('outputs of several phases and resources', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  const setSpec = (spec: Readonly<Record<string, unknown>>) => testbed.setSpec('a', spec);
  const settled = () => testbed.untilReady('a', 'Only');

  it('that are no longer returned are pruned; a key that is absent leaves things alone; an empty list removes all', async () => {
    const operator = await testbed.run(mirror);
    await testbed.route('a', { outputs: { one: {}, two: {} } });
    await testbed.untilConfigMap('two', () => true);
    await settled();
    await setSpec({ outputs: { two: {} } });
    await settled();
    assert.equal(await testbed.getConfigMap('one'), undefined);
    await setSpec({});
    await settled();
    assert.ok(await testbed.getConfigMap('two'));
    await setSpec({ outputs: {} });
    await settled();
    assert.equal(await testbed.getConfigMap('two'), undefined);
    await testbed.untilIdle(operator);
    const deletes = testbed.operatorWrites().filter((write) => write.startsWith('delete'));
    assert.equal(deletes.length, 2);
  });

  for (const [what, code, message] of [
    ['their kind is away for a moment', 404, 'the server could not find the requested resource'],
    ['somebody keeps them for a while', 409, 'not while it is protected'],
  ] as const) {
    it(`that are no longer returned are pruned in the end where ${what}`, async () => {
      await testbed.run(mirror);
      await testbed.route('a', { outputs: { one: {}, two: {} } });
      await testbed.untilConfigMap('two', () => true);
      await settled();
      const fault = testbed.cluster.faults.answer(code, { verb: 'delete', resource: 'configmaps' }, { message });
      await setSpec({ outputs: { two: {} } });
      await testbed.untilGone({ apiVersion: 'v1', kind: 'ConfigMap', name: 'one' });
      assert.equal(fault.hits, 1);
    });
  }

  describe('whose finalizers keep them', () => {
    const ONE = { apiVersion: 'v1', kind: 'ConfigMap', name: 'one', namespace: 'default' };
    const keep = (finalizers: readonly string[] | null) => testbed.cluster.patch(ONE, { metadata: { finalizers } });

    it('wake nobody when they go', async () => {
      const running = await testbed.run(mirror);
      for (const [name, outputs] of [
        ['a', { one: {} }],
        ['barrier', { seen: {} }],
      ] as const) {
        await testbed.route(name, { outputs });
        await testbed.untilReady(name, 'Only');
      }
      await keep(['example.io/slow']);
      await setSpec({ outputs: {} });
      await settled();
      await testbed.untilIdle(running);
      const before = sum(await running.metrics(), 'autopilot_phase_syncs_total');
      await keep(null);
      await testbed.cluster.delete({ ...ONE, name: 'seen' });
      await testbed.untilConfigMap('seen', () => true);
      await testbed.untilIdle(running);
      const metrics = await running.metrics();
      assert.equal(sum(metrics, 'autopilot_phase_syncs_total') - before, 1);
      assert.equal(sum(metrics, 'autopilot_output_drift_total'), 1);
    });

    it('are made anew once they have gone, where they are returned again, and not after a pause only', async () => {
      // No pause before another try ends.
      const after = (milliseconds: number, callback: () => void): Timer =>
        milliseconds < 1000 ? { cancel: () => undefined } : systemClock.after(milliseconds, callback);
      const running = await testbed.runWith(mirror, { clock: { ...systemClock, after } });
      await testbed.route('a', { outputs: { one: {} } });
      const { metadata } = await testbed.untilConfigMap('one', () => true);
      await settled();
      await keep(['example.io/slow']);
      await setSpec({ outputs: {} });
      await settled();
      await setSpec({ outputs: { one: {} } });
      await testbed.untilRoute('a', (route) => condition(route, 'Ready').reason === 'OutputBusy');
      await testbed.untilIdle(running);
      await keep(null);
      await testbed.untilConfigMap('one', ({ metadata: { uid } }) => uid !== metadata.uid);
      await settled();
      assert.equal(sum(await running.metrics(), 'autopilot_output_drift_total'), 0);
    });
  });

  it('are pruned before the resource goes on, though their kind is away for a moment', async () => {
    await testbed.run(
      routes({
        Making: phase(
          ({ route }) => ({
            phase: route.spec['go'] ? 'Done' : 'Making',
            outputs: { configMaps: route.spec['go'] ? [] : [configMap('out')] },
          }),
          { initial: true, inputs: {} },
        ),
        Done: final,
      }),
    );
    await testbed.route('a');
    await testbed.untilReady('a', 'Making');
    const message = 'the server could not find the requested resource';
    const fault = testbed.cluster.faults.answer(404, { verb: 'delete', resource: 'configmaps' }, { message });
    await setSpec({ go: true });
    await testbed.untilReady('a', 'Done');
    assert.equal(fault.hits, 1);
    assert.equal(await testbed.getConfigMap('out'), undefined);
  });

  it("of one phase are not another's to prune, and not another resource's", async () => {
    const operator = routes({
      One: phase(
        ({ route }) => ({ phase: 'Two', outputs: { configMaps: [configMap(`${route.metadata.name}-one`)] } }),
        { initial: true },
      ),
      Two: phase(({ route }) => ({
        phase: 'Done',
        outputs: { configMaps: [configMap(`${route.metadata.name}-two`)] },
      })),
      Done: final,
    });
    await testbed.run(operator);
    await testbed.route('a');
    await testbed.route('b');
    await testbed.untilReady('a', 'Done');
    await testbed.untilReady('b', 'Done');
    for (const name of ['a-one', 'a-two', 'b-one', 'b-two']) assert.ok(await testbed.getConfigMap(name), name);
  });

  it('are no longer those that others copied with all their marks', async () => {
    const cluster = { watchNamespace: '' };
    const operator = await testbed.runWith(mirror, { config: cluster });
    await testbed.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } });
    await testbed.route('a', { outputs: { one: {} } });
    const { metadata } = await testbed.untilConfigMap('one', () => true);
    await settled();
    const { labels, annotations } = metadata;
    for (const namespace of ['default', 'other'])
      await testbed.cluster.create({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'copy', namespace, labels, annotations },
      });
    // Nor is what becomes of them drift.
    const another = { apiVersion: 'v1', kind: 'ConfigMap', name: 'another', namespace: 'default' };
    const { apiVersion, kind, ...at } = another;
    await testbed.cluster.create({ apiVersion, kind, metadata: { ...at, labels, annotations } });
    await testbed.cluster.delete(another);
    await setSpec({ outputs: { two: {} } });
    await testbed.untilGone({ apiVersion: 'v1', kind: 'ConfigMap', name: 'one' });
    await settled();
    await testbed.untilIdle(operator);
    assert.equal(sum(await operator.metrics(), 'autopilot_output_drift_total'), 0);
    for (const namespace of ['default', 'other'])
      assert.ok(
        await testbed.cluster.find({ apiVersion: 'v1', kind: 'ConfigMap', name: 'copy', namespace }),
        namespace,
      );
    assert.deepEqual(
      testbed.operatorWrites().filter((write) => write.startsWith('delete')),
      ['delete configmaps'],
    );
  });

  it('that two phases return belong to the last', async () => {
    const operator = routes({
      One: phase(() => ({ phase: 'Two', outputs: { configMaps: [configMap('shared', { by: 'one' })] } }), {
        initial: true,
      }),
      Two: phase(({ route }) => ({
        phase: route.spec['stay'] ? 'Two' : 'Done',
        outputs: { configMaps: [configMap('shared', { by: 'two' })] },
      })),
      Done: final,
    });
    await testbed.run(operator);
    await testbed.route('a');
    await testbed.untilReady('a', 'Done');
    const shared = await testbed.getConfigMap('shared');
    assert.deepEqual([shared?.data, shared?.metadata.annotations?.['example.io/phase']], [{ by: 'two' }, 'Two']);
  });

  it('are pruned though the phase that made them had another name then', async () => {
    const named = (name: string, outputs: readonly string[], renamedFrom: readonly string[] = []) =>
      routes({
        [name]: phase(() => ({ phase: name, outputs: { configMaps: outputs.map((each) => configMap(each)) } }), {
          initial: true,
          renamedFrom,
        }),
      });
    await testbed.run(named('Old', ['one', 'two']));
    await testbed.route('a');
    await testbed.untilReady('a', 'Old');
    await testbed.stopOperators();
    await testbed.run(named('New', ['two'], ['Old']));
    await testbed.untilReady('a', 'New');
    assert.equal(await testbed.getConfigMap('one'), undefined);
    assert.equal((await testbed.getConfigMap('two'))?.metadata.annotations?.['example.io/phase'], 'New');
  });
});
