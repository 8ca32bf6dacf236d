import assert from 'node:assert/strict';
import { killAtEveryCall, randomFaults, replicas, type Subject } from 'autopilot-devcluster/testing';
import { start, type PhaseDefinition } from 'autopilot-runtime';
import { configMap, final, phase, routeCrd, routes, type TestWorker } from '../operator/testbed.ts';

const REF = { apiVersion: 'example.io/v1', kind: 'Route' };

/** An operator of one phase, whose workers are made anew with each process, and a resource for it. */
function subject(worker: () => TestWorker, more: Partial<PhaseDefinition> = {}): Subject {
  return {
    start: (given) => start(routes({ Only: phase(worker(), { initial: true, ...more }), Done: final }), given),
    prepare: (cluster) => cluster.installCrd(routeCrd),
    steps: [
      (cluster) => cluster.create({ ...REF, metadata: { name: 'a', namespace: 'default' }, spec: { n: 1 } }),
      (cluster) => cluster.patch({ ...REF, name: 'a' }, { spec: { n: 2 } }),
    ],
  };
}

/** Remembers in its process only what its resource was before. */
const forgetful = subject(() => {
  const seen = new Set<unknown>();
  return ({ route }) => {
    seen.add(route.spec['n']);
    return { phase: 'Only', outputs: { configMaps: [configMap('out', { seen: [...seen].join(' ') })] } };
  };
});

const good = subject(() => ({ route }) => ({
  phase: 'Only',
  outputs: { configMaps: [configMap('out', { n: String(route.spec['n']) })] },
}));

/** What a promise is rejected with, as text. */
async function failure(failing: Promise<unknown>): Promise<{ readonly code: unknown; readonly message: string }> {
  try {
    await failing;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return { code: error.code, message: error.message };
    throw error;
  }
  return assert.fail('nothing failed');
}

/** Runs with `$AUTOPILOT_SEED` set. */
async function alone<Value>(seed: string, run: () => Promise<Value>): Promise<Value> {
  process.env['AUTOPILOT_SEED'] = seed;
  try {
    return await run();
  } finally {
    delete process.env['AUTOPILOT_SEED'];
  }
}

describe('The kit for tests of faults', () => {
  it('finds what an operator loses that is killed between two writes, and names the call', async () => {
    const { code, message } = await failure(killAtEveryCall(forgetful));
    assert.equal(code, 'ERR_AP_TEST_DIFFERENT');
    assert.match(
      message,
      /^killed just (before|after) call (\d+) \(\w+ \/.*After step 2 of 2:\n {2}ConfigMap default\/out: data.seen is "2" instead of "1 2"/s,
    );
    const [, call = ''] = /To see it alone: only: \[(\d+)\]/.exec(message) ?? [];
    assert.equal((await failure(killAtEveryCall({ ...forgetful, only: [Number(call)] }))).message, message);
  });

  it('finds it by chance, too; the seed does the same again, alone', async () => {
    const run = (): Promise<unknown> => randomFaults({ ...forgetful, runs: 200 });
    const { code, message } = await failure(run());
    assert.equal(code, 'ERR_AP_TEST_DIFFERENT');
    const [, seed = ''] = /AUTOPILOT_SEED=(\d+)/.exec(message) ?? [];
    // But for the moment at which it began.
    const story = (text: string): readonly string[] => text.split('\n').map((line) => line.replace(/^ +[\d.]+ /, ''));
    assert.deepEqual(story((await failure(alone(seed, run))).message), story(message));
  });

  it('finds an operator that does not see that its definition was deleted and came back', async () => {
    const faithful = subject(() => {
      const first = new Map<string, unknown>();
      return ({ route: { metadata } }) => {
        if (!first.has(metadata.name)) first.set(metadata.name, metadata.uid);
        const outputs = first.get(metadata.name) === metadata.uid ? [configMap('out')] : [];
        return { phase: 'Only', outputs: { configMaps: outputs } };
      };
    });
    const { code, message } = await failure(randomFaults({ ...faithful, runs: 100 }));
    assert.equal(code, 'ERR_AP_TEST_DIFFERENT');
    assert.match(message, /ConfigMap default\/out is missing.*a CustomResourceDefinition is deleted and comes back/s);
  });

  it('finds an operator that never comes to rest', async () => {
    let n = 0;
    const restless = subject(
      () => () => ({ phase: 'Only', outputs: { configMaps: [configMap('out', { n: String((n += 1)) })] } }),
      { interval: '60s' },
    );
    const { code, message } = await failure(killAtEveryCall(restless));
    assert.equal(code, 'ERR_AP_TEST_RESTLESS');
    assert.match(message, /still writes after 6 hours .*apply .*configmaps\/out 200/);
  });

  it('finds an operator that tries again without a pause', async () => {
    const stormy = subject(() => async ({ route }) => {
      for (;;) {
        const answer = await Promise.resolve(route.spec['n']);
        if (answer === 2) return { phase: 'Only' };
        await fetchAgain();
      }
    });
    let fetchAgain: () => Promise<unknown> = () => Promise.resolve();
    const { code } = await failure(
      killAtEveryCall({
        ...stormy,
        start: (given) => {
          const headers = { authorization: `Bearer ${/token: "?([^"\s]+)/.exec(given.kubeconfig)?.[1]}` };
          fetchAgain = () => given.transport.send({ method: 'GET', path: '/version', headers });
          return stormy.start(given);
        },
      }),
    );
    assert.equal(code, 'ERR_AP_TEST_STORM');
  });

  it('finds replicas that work without the lease', async () => {
    const { code, message } = await failure(
      // No election: both work.
      replicas({ ...good, change: (cluster, n) => cluster.apply({ ...REF, metadata: { name: 'a' }, spec: { n } }) }),
    );
    assert.equal(code, 'ERR_AP_TEST_LATE');
    assert.match(message, /replica-\d sent POST .*configmaps.* while nobody had the lease/);
  });

  it('finds nothing in an operator that does well', async () => {
    const { calls, kills } = await killAtEveryCall(good);
    assert.equal(kills, 2 * calls);
    assert.equal((await randomFaults({ ...good, runs: 10 })).runs, 10);
  });
}).timeout(60_000);
