import assert from 'node:assert/strict';
import { once } from 'node:events';
import { configMap, final, OPERATOR, phase, routes, Testbed } from './testbed.ts';

describe('an operator that is stopped', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  it('lets the request under way end and sends no other; the next one goes on from there', async () => {
    const operator = routes({
      Only: phase(() => ({ phase: 'Done', outputs: { configMaps: [configMap('one'), configMap('two')] } }), {
        initial: true,
      }),
      Done: final,
    });
    testbed.cluster.faults.delay(200, { userAgent: OPERATOR, verb: 'create' });
    const first = await testbed.run(operator);
    await testbed.route('a');
    await new Promise<void>((resolve) => {
      const stop = testbed.cluster.requests.subscribe(({ userAgent, verb }) => {
        if (!userAgent.startsWith(OPERATOR) || verb !== 'create') return;
        stop();
        resolve();
      });
    });
    await first.stop();
    assert.ok(await testbed.getConfigMap('one'));
    assert.deepEqual(testbed.operatorWrites(), ['create configmaps']);
    await testbed.run(operator);
    await testbed.untilReady('a', 'Done');
    assert.ok(await testbed.getConfigMap('two'));
    // The first output was made already, and no watch had to be waited for to know.
    assert.deepEqual(testbed.operatorWrites(), ['create configmaps', 'create configmaps', 'patch routes/status']);
  });

  it('tells its workers by their signal, and takes that for no failure', async () => {
    const signals: AbortSignal[] = [];
    let begun: () => void = () => undefined;
    const running = new Promise<void>((resolve) => (begun = resolve));
    const waiting = phase(
      async ({ signal }) => {
        signals.push(signal);
        begun();
        await once(signal, 'abort');
        throw new Error('nobody hears this');
      },
      { initial: true },
    );
    const operator = await testbed.run(routes({ Only: waiting }));
    await testbed.route('a');
    await running;
    await operator.stop();
    assert.equal(signals[0]?.aborted, true);
    assert.deepEqual(testbed.operatorWrites(), []);
  });
});
