import assert from 'node:assert/strict';
import type { PhaseDefinition } from 'autopilot-runtime';
import { systemClock, type Clock } from '../../runtime/clock.ts';
import { condition, configMap, final, isObserved, isTrue, phase, routes, sum, Testbed } from './testbed.ts';

const OUT = { apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' };

describe('phases', () => {
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
  const ref = { apiVersion: 'example.io/v1', kind: 'Route', name: 'a', namespace: 'default' };

  const stays = (name: string, more: Partial<PhaseDefinition> = {}): PhaseDefinition =>
    phase(() => ({ phase: name }), more);
  const goes = (next: string, more: Partial<PhaseDefinition> = {}): PhaseDefinition =>
    phase(() => ({ phase: next }), more);

  it('begin with the initial one, which nothing is written for', async () => {
    await testbed.run(routes({ Later: stays('Later'), First: goes('Later', { initial: true }) }));
    await testbed.route('a');
    await testbed.untilReady('a', 'Later');
    assert.deepEqual(testbed.operatorWrites(), ['patch routes/status', 'patch routes/status']);
  });

  it('make a resource Ready where it rests, Reconciling on the way, with the generation that was seen', async () => {
    const seen: string[] = [];
    const operator = routes({
      First: goes('Work', { initial: true }),
      Work: phase(({ route }) => {
        seen.push(`${isTrue(route, 'Ready')} ${isTrue(route, 'Reconciling')}`);
        return { phase: 'Done' };
      }),
      Done: final,
    });
    await testbed.run(operator);
    await testbed.route('a');
    const done = await testbed.untilReady('a', 'Done');
    assert.deepEqual(seen, ['false true']);
    assert.equal(isTrue(done, 'Reconciling'), false);
    assert.equal(done.status?.observedGeneration, 1);
  });

  it('that are final answer a change of the spec with one status write', async () => {
    const operator = await testbed.run(routes({ First: goes('Done', { initial: true }), Done: final }));
    await testbed.route('a');
    await testbed.untilReady('a', 'Done');
    testbed.cluster.requests.clear();
    await setSpec({ changed: true });
    const after = await testbed.untilReady('a', 'Done');
    assert.equal(condition(after, 'Ready').reason, 'SpecChangeIgnored');
    await testbed.untilIdle(operator);
    assert.deepEqual(testbed.operatorWrites(), ['patch routes/status']);
  });

  it('that are final put conditions right that are not theirs, once, and keep telling of a spec that they ignore', async () => {
    const operator = routes({ First: phase(() => Promise.reject(new Error('no')), { initial: true }), Done: final });
    await testbed.run(operator);
    await testbed.route('a');
    await testbed.untilRoute('a', (route) => route.status !== undefined);
    await setStatus({ phase: 'Done' });
    const done = await testbed.untilReady('a', 'Done');
    assert.deepEqual(
      ['Ready', 'Reconciling', 'Stalled'].map((type) => condition(done, type).reason),
      ['Final', 'Final', 'Final'],
    );
    await setSpec({ changed: true });
    await testbed.untilRoute('a', (route) => isTrue(route, 'Ready') && isObserved(route));
    await testbed.stopOperators();
    testbed.cluster.requests.clear();
    await testbed.untilIdle(await testbed.run(operator));
    assert.deepEqual(testbed.operatorWrites(), []);
    await testbed.stopOperators();
    await setStatus({ conditions: [] });
    await testbed.run(operator);
    await testbed.untilReady('a', 'Done');
  });

  it('that are final go to `onSpecChange` where there is one', async () => {
    let runs = 0;
    const first = phase(
      () => {
        runs += 1;
        return { phase: 'Done' };
      },
      { initial: true },
    );
    await testbed.run(routes({ First: first, Done: final }, { onSpecChange: 'First' }));
    await testbed.route('a');
    await testbed.untilReady('a', 'Done');
    await setSpec({ changed: true });
    await testbed.untilRoute(
      'a',
      (route) => route.status?.phase === 'Done' && route.metadata.generation === 2 && isObserved(route),
    );
    assert.equal(runs, 2);
  });

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

  it('that are unknown stop the resource, and never start it over', async () => {
    let runs = 0;
    const first = phase(
      () => {
        runs += 1;
        return { phase: 'Done' };
      },
      { initial: true },
    );
    await testbed.route('a');
    await setStatus({ phase: 'Vanished' });
    const operator = await testbed.run(routes({ First: first, Done: final }));
    const stopped = await testbed.untilRoute('a', (route) => isTrue(route, 'Stalled'));
    assert.equal(condition(stopped, 'Stalled').reason, 'UnknownPhase');
    assert.match(condition(stopped, 'Stalled').message, /"Vanished"/);
    assert.equal(stopped.status?.phase, 'Vanished');
    await testbed.untilIdle(operator);
    assert.equal(runs, 0);
    await testbed.untilEvent(({ reason }) => reason === 'UnknownPhase');
    // Looked at again, it is no news.
    const syncs = sum(await operator.metrics(), 'controller_runtime_reconcile_total');
    await testbed.cluster.patch(ref, { metadata: { labels: { touched: 'x' } } });
    await testbed.untilMetrics(
      operator,
      (metrics) => sum(metrics, 'controller_runtime_reconcile_total') > syncs && sum(metrics, 'workqueue_depth') === 0,
    );
    await testbed.untilIdle(operator);
    await setStatus({ phase: 'First' });
    await testbed.untilReady('a', 'Done');
    // Events are sent in their own time, and before the operator has stopped.
    await testbed.stopOperators();
    assert.deepEqual(
      testbed.operatorWrites().filter((write) => write !== 'patch routes/status'),
      ['create events'],
    );
  });

  it('go on under a new name', async () => {
    await testbed.route('a');
    await setStatus({ phase: 'Old', observedGeneration: 1 });
    await testbed.run(
      routes({
        First: goes('New', { initial: true }),
        New: phase(() => ({ phase: 'New', status: { ran: true } }), { renamedFrom: ['Older', 'Old'] }),
      }),
    );
    await testbed.untilRoute('a', ({ status }) => status?.phase === 'New' && status['ran'] === true);
  });

  it('of 2019, without our fields in status, are taken up where they stand', async () => {
    await testbed.route('a');
    await setStatus({ phase: 'Second', observedGeneration: 1, syncedDeployments: ['x'] });
    await testbed.run(
      routes({
        First: goes('Second', { initial: true }),
        Second: phase(({ route }) => ({
          phase: 'Second',
          status: {
            syncedDeployments: [...((route.status?.['syncedDeployments'] ?? []) as string[]), 'y'].slice(0, 2),
          },
        })),
      }),
    );
    const after = await testbed.untilReady('a', 'Second');
    assert.deepEqual([after.status?.revision, after.status?.['syncedDeployments']], [1, ['x', 'y']]);
  });

  it('can rest without being ready', async () => {
    await testbed.run(routes({ First: stays('First', { initial: true, ready: false }) }));
    await testbed.route('a');
    const rests = await testbed.untilRoute('a', ({ status }) => status !== undefined);
    assert.equal(condition(rests, 'Ready').reason, 'NotReady');
    assert.equal(isTrue(rests, 'Reconciling'), false);
  });

  for (const [what, more, result, config] of [
    ['their interval', { interval: '20ms' }, {}, {}],
    ['requeueAfter', {}, { requeueAfter: '20ms' }, {}],
    ['workInterval of the configuration', {}, {}, { workInterval: 20 }],
  ] as const) {
    it(`run again after ${what}, without a write where nothing changed`, async () => {
      let runs = 0;
      let enough: () => void = () => undefined;
      const often = new Promise<void>((resolve) => (enough = resolve));
      const worker = phase(
        () => {
          runs += 1;
          if (runs === 4) enough();
          return { phase: 'Only', ...result };
        },
        { initial: true, ...more },
      );
      await testbed.run(routes({ Only: worker }), { config });
      await testbed.route('a');
      await often;
      assert.deepEqual(testbed.operatorWrites(), ['patch routes/status']);
    });
  }

  it('run again after workInterval with jitter, so that not all come at once; final ones never', async () => {
    const waits: number[] = [];
    const clock: Clock = {
      ...systemClock,
      after: (milliseconds, callback) => {
        waits.push(milliseconds);
        return systemClock.after(milliseconds, callback);
      },
    };
    const operator = routes({
      First: phase(({ route }) => ({ phase: String(route.spec['next']) }), { initial: true, timeout: '5s' }),
      Done: final,
    });
    const config = { workInterval: 100_000 };
    const running = await testbed.runWith(operator, { clock, random: () => 0.5, config });
    const timers = (): readonly number[] => waits.filter((wait) => wait >= 100_000 && wait < 120_000);
    await testbed.route('a', { next: 'First' });
    await testbed.untilReady('a', 'First');
    await testbed.untilIdle(running);
    assert.deepEqual(timers(), [105_000]);
    await testbed.route('b', { next: 'Done' });
    await testbed.untilReady('b', 'Done');
    await testbed.untilIdle(running);
    assert.deepEqual(timers(), [105_000]);
  });

  it('run for as many resources at once as the configuration says', async () => {
    let busy = 0;
    let most = 0;
    let begun = 0;
    const ends: (() => void)[] = [];
    const operator = await testbed.run(
      routes({
        First: phase(
          async () => {
            begun += 1;
            busy += 1;
            most = Math.max(most, busy);
            await new Promise<void>((resolve) => ends.push(resolve));
            busy -= 1;
            return { phase: 'Done' };
          },
          { initial: true },
        ),
        Done: final,
      }),
      { config: { concurrency: 2 } },
    );
    for (const name of ['a', 'b', 'c', 'd', 'e']) await testbed.route(name);
    await testbed.untilMetrics(operator, (metrics) => begun === 2 && sum(metrics, 'workqueue_depth') === 3);
    assert.equal(sum(await operator.metrics(), 'controller_runtime_max_concurrent_reconciles'), 2);
    await testbed.untilMetrics(operator, () => {
      for (const end of ends.splice(0)) end();
      return begun === 5 && busy === 0;
    });
    assert.equal(most, 2);
    await testbed.untilReady('e', 'Done');
  });

  it('do not run again because somebody annotates an output or writes to status what is his', async () => {
    const operator = await testbed.run(routes({ Only: stays('Only', { initial: true }) }));
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    await testbed.untilIdle(operator);
    const before = sum(await operator.metrics(), 'controller_runtime_reconcile_total');
    await setStatus({ theirs: 1 });
    await testbed.route('barrier');
    await testbed.untilReady('barrier', 'Only');
    await testbed.untilIdle(operator);
    assert.equal(sum(await operator.metrics(), 'controller_runtime_reconcile_total') - before, 1);
  });

  it('run again when the labels or annotations change, which the worker was given', async () => {
    await testbed.run(
      routes({
        Only: phase(({ route }) => ({ phase: 'Only', status: { color: route.metadata.labels?.['color'] ?? 'none' } }), {
          initial: true,
        }),
      }),
    );
    await testbed.route('a');
    await testbed.untilRoute('a', ({ status }) => status?.['color'] === 'none');
    await testbed.cluster.patch(ref, { metadata: { labels: { color: 'red' } } });
    await testbed.untilRoute('a', ({ status }) => status?.['color'] === 'red');
  });

  it('record the generation that the worker saw, and run again where the spec changed meanwhile', async () => {
    const seen: unknown[] = [];
    const slow = phase(
      async ({ route }) => {
        seen.push(route.spec['n']);
        if (seen.length === 1) await setSpec({ n: 2 });
        return { phase: 'Rest' };
      },
      { initial: true },
    );
    await testbed.run(
      routes({ First: slow, Rest: phase(({ route }) => ({ phase: 'Rest', status: { n: route.spec['n'] } })) }),
    );
    await testbed.route('a', { n: 1 });
    const rests = await testbed.untilReady('a', 'Rest');
    assert.deepEqual([seen, rests.status?.['n'], rests.status?.observedGeneration], [[1], 2, 2]);
  });
});
