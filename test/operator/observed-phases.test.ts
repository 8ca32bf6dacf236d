import assert from 'node:assert/strict';
import { mirror } from './mirror.ts';
import { configMap, final, phase, routes, sum, Testbed } from './testbed.ts';

/** The names of all series, with their labels. */
function seriesOf(metrics: string): readonly string[] {
  return metrics
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.slice(0, line.lastIndexOf(' ')))
    .toSorted();
}

describe('Metrics of phases', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  it('tell how many resources are in each phase, with one series for all names that are none', async () => {
    const operator = await testbed.run(
      routes({
        Work: phase(({ route }) => ({ phase: route.spec['to'] ?? 'Work' }), { initial: true }),
        Rest: phase(() => ({ phase: 'Rest' }), { renamedFrom: ['Former'] }),
        Done: final,
      }),
    );
    for (const [name, to] of Object.entries({ a: 'Work', b: 'Rest', c: 'Done', d: 'Done' }))
      await testbed.route(name, { to });
    for (const name of ['x', 'y', 'z']) {
      await testbed.route(name, { to: 'Done' });
      await testbed.untilReady(name, 'Done');
      await testbed.cluster.patch(
        { apiVersion: 'example.io/v1', kind: 'Route', name },
        { status: { phase: name === 'z' ? 'Former' : `Invented-${name}` } },
        { type: 'merge', subresource: 'status' },
      );
    }
    const counts = { Work: 1, Rest: 2, Done: 2, '(unknown)': 2 };
    await testbed.untilMetrics(operator, (text) =>
      Object.entries(counts).every(([name, count]) => sum(text, 'autopilot_resources', `phase="${name}"`) === count),
    );
    // They say of themselves that their phase is none of the operator's.
    await testbed.untilMetrics(
      operator,
      (text) => sum(text, 'autopilot_stalled_resources', 'phase="(unknown)"') === counts['(unknown)'],
    );
    const text = await operator.metrics();
    assert.equal(sum(text, 'autopilot_resources'), 7);
    assert.equal(sum(text, 'autopilot_stalled_resources'), 2);
    assert.match(text, /^autopilot_stalled_resources\{phase="Work"\} 0$/m);
    assert.doesNotMatch(text, /Invented|Former/);
    // What is not tried again until something changes.
    assert.ok(sum(text, 'controller_runtime_terminal_reconcile_errors_total') >= 2);
  });

  it('have as many series for a thousand resources as for ten', async function () {
    this.timeout(60_000);
    const operator = await testbed.run(
      routes({
        Work: phase(({ route }) => ({ phase: 'Done', outputs: { configMaps: [configMap(route.metadata.name)] } }), {
          initial: true,
        }),
        Done: final,
      }),
      { config: { concurrency: 50 } },
    );
    const make = async (from: number, to: number): Promise<readonly string[]> => {
      for (let index = from; index < to; index += 1) await testbed.route(`r${index}`);
      let series: readonly string[] = [];
      await testbed.cluster.until(
        { apiVersion: 'example.io/v1', kind: 'Route' },
        (all) =>
          all.length === to && all.every(({ status }) => (status as { phase?: string } | undefined)?.phase === 'Done'),
        { timeout: 50_000 },
      );
      await testbed.untilIdle(operator);
      await testbed.untilMetrics(operator, (text) => {
        series = seriesOf(text);
        return sum(text, 'autopilot_resources', 'phase="Done"') === to;
      });
      return series;
    };
    const ten = await make(0, 10);
    assert.deepEqual(await make(10, 1000), ten);
    assert.ok(ten.some((name) => name.startsWith('autopilot_outputs_total{')));
  });

  it('tell what becomes of outputs, and how long syncs and workers take', async () => {
    const operator = await testbed.run(mirror);
    await testbed.route('a', { outputs: { out: { k: 'v' }, other: { k: 'v' } } });
    await testbed.untilReady('a', 'Only');
    await testbed.setSpec('a', { outputs: { out: { k: 'w' } } });
    await testbed.untilConfigMap('out', ({ data }) => data?.['k'] === 'w');
    await testbed.untilReady('a', 'Only');
    await testbed.untilIdle(operator);
    for (let time = 1; time <= 3; time += 1) {
      await testbed.untilConfigMap('out', ({ data }) => data?.['k'] === 'w');
      await testbed.cluster.apply(
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'out', namespace: 'default' },
          data: { k: String(time) },
        },
        { fieldManager: 'autoscaler' },
      );
    }
    await testbed.untilMetrics(operator, (text) => sum(text, 'autopilot_outputs_total', 'contested') === 1);
    await testbed.untilIdle(operator);
    const text = await operator.metrics();
    const outputs = (action: string): number => sum(text, 'autopilot_outputs_total', `action="${action}"`);
    assert.deepEqual([outputs('created'), outputs('pruned'), outputs('withheld')], [2, 1, 1]);
    assert.equal(outputs('applied'), 3);
    const runs = sum(text, 'autopilot_phase_syncs_total', 'phase="Only"');
    assert.equal(sum(text, 'autopilot_phase_sync_duration_seconds_count', 'phase="Only"'), runs);
    assert.equal(sum(text, 'autopilot_worker_duration_seconds_count', 'phase="Only"'), runs);
    assert.ok(
      sum(text, 'autopilot_phase_sync_duration_seconds_sum') > sum(text, 'autopilot_worker_duration_seconds_sum'),
    );
  });

  const ENDS: Readonly<Record<string, readonly [worker: () => unknown, counted: readonly number[]]>> = {
    'a fault of the program': [() => 'x'.repeat(-1), [1, 0]],
    'an error': [() => Promise.reject(new Error('as it may be')), [0, 0]],
    'a deadline': [() => new Promise(() => undefined), [0, 1]],
  };
  for (const [what, [worker, counted]] of Object.entries(ENDS)) {
    it(`tell what a failed run ended with: ${what}`, async () => {
      const operator = await testbed.run(routes({ Work: phase(worker, { initial: true, timeout: '50ms' }) }));
      await testbed.route('a');
      await testbed.untilMetrics(operator, (text) => sum(text, 'controller_runtime_reconcile_errors_total') > 0);
      const text = await operator.metrics();
      const found = ['panics', 'timeouts'].map((kind) => sum(text, `controller_runtime_reconcile_${kind}_total`));
      assert.deepEqual(found.map(Math.sign), counted);
    });
  }
});
