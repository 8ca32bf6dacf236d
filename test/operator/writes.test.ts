import assert from 'node:assert/strict';
import type { HeldEvents } from 'autopilot-devcluster';
import type { OperatorDefinition } from 'autopilot-runtime';
import { SteppedClock } from './stepped-clock.ts';
import { configMap, final, OPERATOR, phase, routes, sum, Testbed, type TestWorker } from './testbed.ts';

const SIX = [
  'create configmaps',
  'patch routes/status',
  'create configmaps',
  'patch routes/status',
  'create configmaps',
  'patch routes/status',
];

/** Three phases with one output each, then final. */
const threePhases = (): OperatorDefinition => {
  const step =
    (name: string, next: string): TestWorker =>
    ({ route }) => ({
      phase: next,
      outputs: { configMaps: [configMap(`${route.metadata.name}-${name}`, { step: name })] },
    });
  return routes({
    One: phase(step('one', 'Two'), { initial: true }),
    Two: phase(step('two', 'Three')),
    Three: phase(step('three', 'Done')),
    Done: final,
  });
};

describe('writes of an operator', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  it('are six for three phases with one output each, without a read or a conflict', async () => {
    const operator = await testbed.run(threePhases());
    await testbed.route('a');
    await testbed.untilReady('a', 'Done');
    await testbed.untilIdle(operator);
    assert.deepEqual(testbed.operatorWrites(), SIX);
    assert.deepEqual(
      testbed.operatorRequests().filter(({ code }) => (code ?? 0) >= 300),
      [],
    );
    assert.equal(sum(await operator.metrics(), 'autopilot_status_conflicts_total'), 0);
  });

  it('are the same six, and soon, while watch events are held back', async () => {
    const clock = new SteppedClock();
    // The resource itself is let through, or nothing would begin; of what the operator writes no event comes before it is done.
    const held = new Promise<HeldEvents>((resolve) => {
      const stop = testbed.cluster.requests.subscribe(({ userAgent, verb }) => {
        if (!userAgent.startsWith(OPERATOR) || verb !== 'create') return;
        stop();
        resolve(testbed.cluster.faults.holdEvents({ userAgent: OPERATOR }));
      });
    });
    const operator = await testbed.runWith(threePhases(), { clock });
    await testbed.untilMetrics(operator, () => operator.unready() === undefined);
    const before = clock.waits.length;
    await testbed.route('a');
    await testbed.untilReady('a', 'Done');
    // Nothing but deadlines, of runs and of requests: it waits neither for its watch nor for a while instead.
    assert.deepEqual(
      clock.waits.slice(before).filter((wait) => wait < 10_000),
      [],
    );
    // Of the six, the event of the first may have been on its way already.
    const { held: waiting } = await held;
    assert.ok(waiting >= 5, `${waiting} events are held back`);
    assert.deepEqual(testbed.operatorWrites(), SIX);
    (await held).release();
    await testbed.untilIdle(operator);
    assert.deepEqual(testbed.operatorWrites(), SIX);
    const metrics = await operator.metrics();
    assert.deepEqual(
      [sum(metrics, 'autopilot_phase_syncs_total'), sum(metrics, 'autopilot_status_conflicts_total')],
      [3, 0],
    );
  });

  it('are none when the operator is restarted over what is finished', async () => {
    const first = await testbed.run(threePhases());
    for (const name of ['a', 'b', 'c']) await testbed.route(name);
    for (const name of ['a', 'b', 'c']) await testbed.untilReady(name, 'Done');
    await testbed.untilIdle(first);
    await testbed.stopOperators();
    testbed.cluster.requests.clear();
    const second = await testbed.run(threePhases());
    await testbed.untilIdle(second);
    assert.ok(sum(await second.metrics(), 'controller_runtime_reconcile_total') >= 3);
    assert.deepEqual(testbed.operatorRequests(), []);
  });

  it('are none when the operator is restarted over what rests and is run again', async () => {
    const resting = routes({
      Only: phase(
        ({ route, inputs }) => ({
          phase: 'Only',
          outputs: {
            configMaps: [
              configMap(`${route.metadata.name}-out`, { empty: '', 'a.b_c': 'x', [`${route.metadata.uid}.json`]: 'x' }),
            ],
          },
          status: { seen: inputs['configMaps']?.list().length },
        }),
        { initial: true },
      ),
    });
    const first = await testbed.run(resting);
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    await testbed.untilIdle(first);
    await testbed.stopOperators();
    testbed.cluster.requests.clear();
    const second = await testbed.run(resting);
    await testbed.untilIdle(second);
    assert.equal(sum(await second.metrics(), 'autopilot_phase_syncs_total'), 1);
    assert.deepEqual(testbed.operatorRequests(), []);
  });

  it('ask for metadata only in return, other than of kinds that are read in full', async () => {
    const writeOnly = routes({
      One: {
        initial: true,
        outputs: phase(() => undefined).outputs ?? {},
        worker: () => ({ phase: 'Done', outputs: { configMaps: [configMap('out')] } }),
      },
      Done: final,
    });
    await testbed.run(writeOnly);
    await testbed.route('a');
    await testbed.untilReady('a', 'Done');
    const watches = testbed.cluster.requests
      .filter({ verb: 'watch' })
      .filter(({ userAgent }) => userAgent.startsWith('route-operator'));
    const ofConfigMaps = watches.find(({ resource }) => resource === 'configmaps');
    assert.equal(ofConfigMaps?.query['labelSelector'], 'example.io/owner');
    assert.match(ofConfigMaps?.accept ?? '', /PartialObjectMetadata/);
    assert.match(
      testbed.operatorRequests().find(({ verb }) => verb === 'create')?.accept ?? '',
      /PartialObjectMetadata/,
    );
  });
});
