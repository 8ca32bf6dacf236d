import assert from 'node:assert/strict';
import { SteppedClock } from './stepped-clock.ts';
import { condition, configMap, configMaps, isTrue, phase, routes, sum, Testbed } from './testbed.ts';

describe('a resource that goes round in circles', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  const round = routes({
    A: phase(({ route }) => ({ phase: route.spec['rest'] ? 'A' : 'B' }), { initial: true, inputs: {}, outputs: {} }),
    B: phase(() => ({ phase: 'A' }), { inputs: {}, outputs: {} }),
  });

  it('is slowed down, and says so, until something changes', async () => {
    const clock = new SteppedClock();
    const operator = await testbed.runWith(round, { clock });
    await testbed.route('a');
    const stalled = await testbed.untilRoute('a', (route) => isTrue(route, 'Stalled'));
    assert.equal(condition(stalled, 'Stalled').reason, 'Cycle');
    assert.match(condition(stalled, 'Stalled').message, /^It went from A to B before, and nothing has changed/);
    await testbed.untilEvent(({ reason }) => reason === 'Cycle');
    const pauses = (): readonly number[] => clock.waits.filter((wait) => [1000, 2000, 4000, 8000].includes(wait));
    for (const [round, pause] of [1000, 2000, 4000].entries()) {
      await testbed.untilRoute('a', ({ status }) => status?.revision === 3 + round);
      await testbed.untilIdle(operator);
      clock.skip(pause);
    }
    await testbed.untilRoute('a', ({ status }) => status?.revision === 6);
    await testbed.untilIdle(operator);
    assert.deepEqual(pauses(), [1000, 2000, 4000, 8000]);
    await testbed.setSpec('a', { rest: true });
    const rests = await testbed.untilReady('a', 'A');
    assert.equal(isTrue(rests, 'Stalled'), false);
  });

  it('is slowed down though it reads what it writes on the way', async () => {
    let runs = 0;
    const kinds = { inputs: { configMaps: { type: configMaps } }, outputs: { configMaps: { type: configMaps } } };
    const operator = routes({
      A: phase(
        ({ inputs }) => {
          runs += 1;
          inputs['configMaps']?.find('out');
          return { phase: 'B', outputs: { configMaps: [configMap('out', { runs: String(runs) })] } };
        },
        { initial: true, ...kinds },
      ),
      B: phase(
        ({ inputs }) => {
          inputs['configMaps']?.find('out');
          return { phase: 'A' };
        },
        { inputs: { configMaps: { type: configMaps } }, outputs: {} },
      ),
    });
    const running = await testbed.run(operator);
    await testbed.route('a');
    await testbed.untilRoute('a', (route) => isTrue(route, 'Stalled'));
    await testbed.untilIdle(running);
    assert.equal(runs, 2);
  });

  it('is none where it comes back to a phase and stays there', async () => {
    const operator = routes({
      Ready: phase(({ route }) => ({ phase: route.status?.['done'] ? 'Ready' : 'Syncing' }), { initial: true }),
      Syncing: phase(() => ({ phase: 'Ready', status: { done: true } })),
    });
    await testbed.run(operator);
    await testbed.route('a');
    await testbed.untilReady('a', 'Ready');
    assert.equal(testbed.operatorWrites().filter((write) => write === 'patch routes/status').length, 3);
  });

  it('is none where time has to pass: a phase that asked to be run again may go the same way', async () => {
    let rounds = 0;
    const operator = routes({
      Waiting: phase(
        ({ route }) => {
          const fresh = route.status?.['waited'] !== rounds;
          return fresh
            ? { phase: 'Waiting', status: { waited: rounds }, requeueAfter: '100ms' }
            : { phase: 'Checking' };
        },
        { initial: true, inputs: {}, outputs: {} },
      ),
      Checking: phase(
        () => {
          rounds += 1;
          return { phase: 'Waiting' };
        },
        { inputs: {}, outputs: {} },
      ),
    });
    const running = await testbed.run(operator);
    await testbed.route('a');
    await testbed.untilMetrics(running, () => rounds === 4);
    await testbed.stopOperators();
    const route = await testbed.getRoute('a');
    assert.equal(route && isTrue(route, 'Stalled'), false);
    assert.ok(!testbed.operatorWrites().includes('create events'));
    // The fourth way back may not have been recorded.
    assert.ok(sum(await running.metrics(), 'autopilot_transitions_total') >= 7);
  });
});
