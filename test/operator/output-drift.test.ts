import assert from 'node:assert/strict';
import type { OperatorDefinition, PhaseDefinition, RunningOperator } from 'autopilot-runtime';
import { condition, configMap, final, isObserved, isTrue, phase, routes, sum, Testbed } from './testbed.ts';

const OUT = { apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' };

describe('outputs of earlier phases that somebody else changed', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  const setSpec = (spec: Readonly<Record<string, unknown>>) => testbed.setSpec('a', spec);
  const setStatus = (status: object, name = 'a') =>
    testbed.cluster.patch(
      { apiVersion: 'example.io/v1', kind: 'Route', name, namespace: 'default' },
      { status },
      { subresource: 'status' },
    );
  const stays = (name: string, more: Partial<PhaseDefinition> = {}): PhaseDefinition =>
    phase(() => ({ phase: name }), more);

  it('repair outputs of earlier phases by going to `onOutputDrift`', async () => {
    const operator = routes(
      {
        Syncing: phase(() => ({ phase: 'Ready', outputs: { configMaps: [configMap('out', { k: 'v' })] } }), {
          initial: true,
        }),
        Ready: stays('Ready'),
      },
      { onOutputDrift: 'Syncing' },
    );
    const running = await testbed.run(operator);
    await testbed.route('a');
    await testbed.untilReady('a', 'Ready');
    const before = await testbed.untilConfigMap('out', () => true);
    await testbed.cluster.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' });
    await testbed.untilConfigMap('out', ({ metadata }) => metadata.uid !== before.metadata.uid);
    await testbed.untilReady('a', 'Ready');
    await testbed.cluster.patch(
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' },
      { data: { k: 'other' } },
    );
    await testbed.untilConfigMap('out', ({ data }) => data?.['k'] === 'v');
    assert.equal(sum(await running.metrics(), 'autopilot_output_drift_total', 'repaired="true"'), 2);
  });

  for (const down of [false, true]) {
    it(`are made again that went while their kind was not served${down ? ', and the operator had been started meanwhile' : ''}`, async () => {
      const { faults } = testbed.cluster;
      const operator = routes(
        {
          Syncing: phase(() => ({ phase: 'Done', outputs: { configMaps: [configMap('out')] } }), { initial: true }),
          Done: final,
        },
        { onOutputDrift: 'Syncing' },
      );
      let running = await testbed.run(operator);
      await testbed.route('a');
      await testbed.untilReady('a', 'Done');
      await testbed.untilIdle(running);
      const before = await testbed.untilConfigMap('out', () => true);
      const removed = faults.removeApi(OUT);
      if (down) {
        await testbed.stopOperators();
        running = await testbed.run(operator);
      }
      await testbed.untilMetrics(running, (text) => sum(text, 'autopilot_missing_kinds') > 0);
      // It is deleted where no watch can tell of it.
      const unseen = faults.answer(503, { resource: 'configmaps' }, { count: Infinity });
      removed.remove();
      await testbed.cluster.delete(OUT);
      unseen.remove();
      await testbed.untilConfigMap('out', ({ metadata }) => metadata.uid !== before.metadata.uid);
      await testbed.untilReady('a', 'Done');
    });
  }

  it('tell of drift that the phase of `onOutputDrift` leaves as it is, and do not start that over at each restart', async () => {
    let repairs = 0;
    const operator = routes(
      {
        First: phase(() => ({ phase: 'Repair', outputs: { configMaps: [configMap('out')] } }), { initial: true }),
        Repair: phase(() => {
          repairs += 1;
          return { phase: 'Done' };
        }),
        Done: final,
      },
      { onOutputDrift: 'Repair' },
    );
    await testbed.run(operator);
    await testbed.route('a');
    await testbed.untilReady('a', 'Done');
    await testbed.cluster.delete(OUT);
    const { note } = await testbed.untilEvent(({ reason }) => reason === 'OutputDrifted');
    assert.match(note ?? '', /Outputs of phase First .* phase Repair, which `onOutputDrift` names, left them so/);
    await testbed.untilReady('a', 'Done');
    assert.equal(repairs, 2);
    await testbed.stopOperators();
    testbed.cluster.requests.clear();
    await testbed.untilIdle(await testbed.run(operator));
    assert.deepEqual([testbed.operatorWrites(), repairs], [[], 2]);
  });

  for (const [what, change] of [
    ['was deleted', (testbed: Testbed) => testbed.cluster.delete(OUT)],
    ['lost a field that was applied', (testbed: Testbed) => testbed.cluster.patch(OUT, { data: { k: 'other' } })],
    [
      'lost our label',
      (testbed: Testbed) => testbed.cluster.patch(OUT, { metadata: { labels: { 'example.io/owner': null } } }),
    ],
  ] as const) {
    it(`notice after a restart that an earlier phase's output ${what} meanwhile`, async () => {
      const operator = routes(
        {
          Syncing: phase(
            ({ route }) => ({
              phase: 'Ready',
              outputs: { configMaps: [configMap('out', { k: String(route.spec['k']) })] },
            }),
            { initial: true },
          ),
          Ready: phase(({ route }) => ({
            phase: route.status?.['k'] === route.spec['k'] ? 'Ready' : 'Syncing',
            status: { k: route.spec['k'] },
          })),
        },
        { onOutputDrift: 'Syncing' },
      );
      await testbed.run(operator);
      await testbed.route('a', { k: 1 });
      await testbed.untilReady('a', 'Ready');
      await setSpec({ k: 2 });
      await testbed.untilConfigMap('out', ({ data }) => data?.['k'] === '2');
      await testbed.untilReady('a', 'Ready');
      await testbed.stopOperators();
      await change(testbed);
      await testbed.run(operator);
      await testbed.untilConfigMap(
        'out',
        ({ data, metadata }) => data?.['k'] === '2' && metadata.labels?.['example.io/owner'] !== undefined,
      );
      const second = await testbed.untilReady('a', 'Ready');
      await testbed.stopOperators();
      testbed.cluster.requests.clear();
      await testbed.untilIdle(await testbed.run(operator));
      assert.deepEqual(testbed.operatorWrites(), [], JSON.stringify(second.status));
    });
  }

  it('do not take for drift what a phase wrote since it has another name', async () => {
    const named = (name: string, renamedFrom: readonly string[] = []) =>
      routes(
        {
          [name]: phase(
            ({ route }) => ({
              phase: 'Done',
              outputs: { configMaps: [configMap('out', { k: String(route.spec['k']) })] },
            }),
            { initial: true, renamedFrom },
          ),
          Done: final,
        },
        { onSpecChange: name },
      );
    await testbed.run(named('Old'));
    await testbed.route('a', { k: 1 });
    await testbed.untilReady('a', 'Done');
    await testbed.stopOperators();
    await testbed.run(named('New', ['Old']));
    await setSpec({ k: 2 });
    await testbed.untilConfigMap('out', ({ data }) => data?.['k'] === '2');
    const done = await testbed.untilRoute('a', (route) => isTrue(route, 'Ready') && isObserved(route));
    assert.deepEqual(Object.keys(done.status?.['observedOutputs'] ?? {}), ['New']);
    await testbed.stopOperators();
    testbed.cluster.requests.clear();
    await testbed.untilIdle(await testbed.run(named('New', ['Old'])));
    assert.deepEqual(testbed.operatorWrites(), []);
  });

  it('do not take it for drift that a later phase took an output over', async () => {
    const operator = routes(
      {
        One: phase(
          () => ({ phase: 'Two', outputs: { configMaps: [configMap('shared', { by: 'one' }), configMap('own')] } }),
          { initial: true },
        ),
        Two: phase(() => ({ phase: 'Two', outputs: { configMaps: [configMap('shared', { by: 'two' })] } })),
      },
      { onOutputDrift: 'One' },
    );
    await testbed.run(operator);
    await testbed.route('a');
    await testbed.untilReady('a', 'Two');
    await testbed.stopOperators();
    testbed.cluster.requests.clear();
    await testbed.untilIdle(await testbed.run(operator));
    assert.deepEqual(testbed.operatorWrites(), []);
  });

  for (const [what, last] of [
    ['a final phase', final],
    ['a phase that rests', phase(() => ({ phase: 'Done' }))],
  ] as const) {
    it(`tell of drift that nothing repairs, in ${what}, until the phase that made it runs again`, async () => {
      const operator = routes(
        {
          Syncing: phase(() => ({ phase: 'Done', outputs: { configMaps: [configMap('out')] } }), { initial: true }),
          Done: last,
        },
        last.final ? { onSpecChange: 'Syncing' } : {},
      );
      const running = await testbed.run(operator);
      await testbed.route('a');
      await testbed.untilReady('a', 'Done');
      await testbed.cluster.delete(OUT);
      const told = await testbed.untilRoute('a', (route) => !isTrue(route, 'Ready'));
      assert.equal(condition(told, 'Ready').reason, 'OutputDrifted');
      assert.match(condition(told, 'Ready').message, /ConfigMap default\/out was deleted, which phase Syncing made/);
      await testbed.untilEvent(({ reason }) => reason === 'OutputDrifted');
      await testbed.untilIdle(running);
      assert.equal(sum(await running.metrics(), 'autopilot_output_drift_total', 'repaired="false"'), 1);
      assert.equal(await testbed.getConfigMap('out'), undefined);
      // It is still so after a restart, and no news.
      await testbed.stopOperators();
      testbed.cluster.requests.clear();
      const restarted = await testbed.run(operator);
      await testbed.untilIdle(restarted);
      assert.equal(sum(await restarted.metrics(), 'autopilot_output_drift_total'), 0);
      assert.deepEqual(testbed.operatorWrites(), []);
      if (last.final) await setSpec({ changed: true });
      else await setStatus({ phase: 'Syncing' });
      await testbed.untilReady('a', 'Done');
      assert.ok(await testbed.getConfigMap('out'));
    });
  }

  /** Waits until an operator has seen all that was done to ConfigMaps: the one that Work made for `barrier` goes last. */
  const untilSeen = async (running: RunningOperator): Promise<void> => {
    await testbed.cluster.delete({ ...OUT, name: 'barrier-out' });
    await testbed.untilMetrics(running, (text) => sum(text, 'autopilot_output_drift_total') > 0);
    await testbed.untilIdle(running);
  };
  const startAll = async (operator: OperatorDefinition, inPhase: string): Promise<RunningOperator> => {
    const running = await testbed.run(operator);
    for (const name of ['a', 'barrier']) {
      await testbed.route(name);
      await testbed.untilReady(name, inPhase);
    }
    return running;
  };
  const A_OUT = { ...OUT, name: 'a-out' };
  const A_BODY = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a-out', namespace: 'default' } };

  it('are told once of one loss, whatever others do to the object later', async () => {
    const running = await startAll(
      routes({
        Work: phase(
          ({ route }) => ({
            phase: 'Done',
            outputs: { configMaps: [configMap(`${route.metadata.name}-out`, { k: 'v', l: 'w' })] },
          }),
          { initial: true },
        ),
        Done: final,
      }),
      'Done',
    );
    const set = (manager: string, fields: object) =>
      testbed.cluster.apply({ ...A_BODY, ...fields }, { fieldManager: manager });
    await set('someone', { data: { k: 'theirs' } });
    const told = await testbed.untilRoute('a', (route) => condition(route, 'Ready').reason === 'OutputDrifted');
    await testbed.untilIdle(running);
    // Each new entry of managedFields puts ours in another place.
    for (const other of ['one', 'two', 'three']) await set(other, { data: { [other]: '' } });
    await testbed.cluster.delete({ ...OUT, name: 'barrier-out' });
    await testbed.untilMetrics(running, (text) => sum(text, 'autopilot_output_drift_total') > 1);
    await testbed.untilIdle(running);
    assert.deepEqual((await testbed.getRoute('a'))?.status, told.status);
    assert.equal(sum(await running.metrics(), 'autopilot_output_drift_total'), 2);
  });

  it("are none where it was the phase's own worker that gave a field up", async () => {
    const running = await startAll(
      routes({
        Work: phase(
          async ({ route, client }) => {
            const name = `${route.metadata.name}-out`;
            await client.ensure('configMaps', configMap(name, { k: 'v', l: 'w' }));
            await client.update('configMaps', name, { data: { k: null } });
            return { phase: 'Done' };
          },
          { initial: true },
        ),
        Done: final,
      }),
      'Done',
    );
    await testbed.cluster.apply({ ...A_BODY, data: { unrelated: '' } }, { fieldManager: 'another' });
    await untilSeen(running);
    assert.equal(condition((await testbed.getRoute('a')) ?? assert.fail(), 'Ready').reason, 'Final');
  });

  for (const onOutputDrift of [undefined, 'Work'] as const) {
    const where = onOutputDrift === undefined ? 'nothing repairs' : 'a phase repairs';
    for (const down of ['never', 'before that', 'meanwhile'] as const) {
      it(`do not take it for drift that what a later phase deleted is let go by its finalizers: ${where}, down ${down}`, async () => {
        let works = 0;
        const operator = routes(
          {
            Work: phase(
              ({ route: { metadata, spec } }) => {
                if (metadata.name === 'a') works += 1;
                return {
                  phase: 'Next',
                  outputs: { configMaps: spec['go'] ? [] : [configMap(`${metadata.name}-out`)] },
                };
              },
              { initial: true },
            ),
            Next: phase(async ({ route: { metadata, spec }, client }) => {
              if (!spec['go']) return { phase: 'Next' };
              await client.delete('configMaps', `${metadata.name}-out`);
              return { phase: 'Done' };
            }),
            Done: final,
          },
          onOutputDrift ? { onOutputDrift } : {},
        );
        let running = await startAll(operator, 'Next');
        const keep = (finalizers: readonly string[] | null) =>
          testbed.cluster.patch(A_OUT, { metadata: { finalizers } });
        await keep(['example.io/slow']);
        await setSpec({ go: true });
        await testbed.untilReady('a', 'Done');
        await testbed.untilIdle(running);
        assert.ok((await testbed.getConfigMap('a-out'))?.metadata.deletionTimestamp);
        if (down !== 'never') await testbed.stopOperators();
        if (down === 'meanwhile') await keep(null);
        if (down !== 'never') running = await testbed.run(operator);
        await testbed.untilIdle(running);
        if (down !== 'meanwhile') await keep(null);
        await untilSeen(running);
        assert.equal(sum(await running.metrics(), 'autopilot_output_drift_total'), 1);
        assert.equal(condition((await testbed.getRoute('a')) ?? assert.fail(), 'Ready').reason, 'Final');
        assert.equal(works, 1);
      });
    }
  }

  it('that are final take no notice of a change of the spec, but still tell of drift', async () => {
    const operator = routes({
      Syncing: phase(() => ({ phase: 'Done', outputs: { configMaps: [configMap('out')] } }), { initial: true }),
      Done: final,
    });
    await testbed.run(operator);
    await testbed.route('a');
    await testbed.untilReady('a', 'Done');
    await testbed.cluster.delete(OUT);
    await testbed.untilRoute('a', (route) => !isTrue(route, 'Ready'));
    await setSpec({ changed: true });
    const after = await testbed.untilRoute('a', (route) => route.metadata.generation === 2 && isObserved(route));
    assert.equal(condition(after, 'Ready').reason, 'OutputDrifted');
  });
});
