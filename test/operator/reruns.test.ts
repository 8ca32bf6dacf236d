import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { PhaseDefinition } from 'autopilot-runtime';
import { systemClock, type Clock } from '../../runtime/clock.ts';
import { final, phase, routes, sum, Testbed } from './testbed.ts';

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
    const observed: unknown[] = [];
    const slow = phase(
      async ({ route, inputs }) => {
        seen.push(route.spec['n']);
        await setSpec({ n: 2 });
        // The operator knows of it before the status is written.
        while (inputs['routes']?.find('a')?.metadata.generation !== 2) await setImmediate();
        return { phase: 'Rest' };
      },
      { initial: true, inputs: { routes: { type: routes({}).resource } } },
    );
    const rest = phase(({ route }) => {
      observed.push(route.status?.observedGeneration);
      return { phase: 'Rest', status: { n: route.spec['n'] } };
    });
    await testbed.run(routes({ First: slow, Rest: rest }));
    await testbed.route('a', { n: 1 });
    const rests = await testbed.untilReady('a', 'Rest');
    assert.deepEqual([seen, rests.status?.['n'], rests.status?.observedGeneration], [[1], 2, 2]);
    assert.equal(observed[0], 1);
  });
});
