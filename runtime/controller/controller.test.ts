import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { silentLogger } from '../observe/logger.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { Controller } from './controller.ts';
import { BACKOFF, DONE, FAILED, REQUEUE, type ReconcileResult } from './reconciler.ts';

describe('controller', () => {
  let clock: ManualClock;
  let controller: Controller;
  let runs: string[];
  let finished: string[];
  /** All that metrics are told of how runs ended. */
  let observed: string[];
  const stopped: Controller[] = [];

  const start = (
    reconcile: (key: string, signal: AbortSignal) => ReconcileResult | Promise<ReconcileResult>,
    concurrency = 1,
  ): void => {
    controller = new Controller({
      reconciler: {
        reconcile: async ({ key, signal }) => {
          runs.push(`${key} at ${clock.monotonic()}`);
          return reconcile(key, signal);
        },
      },
      concurrency,
      clock,
      logger: silentLogger,
      observer: {
        added: () => undefined,
        taken: () => undefined,
        done: () => undefined,
        dropped: () => undefined,
        started: () => undefined,
        finished: (result) => {
          finished.push(result);
          observed.push(result);
        },
        fault: (fault) => observed.push(fault),
        retried: () => observed.push('retried'),
      },
    });
    controller.start();
    stopped.push(controller);
  };
  /** Lets all that is due now run to its end. */
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn += 1) await setImmediate();
  };
  const pass = async (milliseconds: number): Promise<void> => {
    await settle();
    clock.advance(milliseconds);
    await settle();
  };

  beforeEach(() => {
    clock = new ManualClock();
    runs = [];
    finished = [];
    observed = [];
  });
  afterEach(() => Promise.all(stopped.splice(0).map((each) => each.stop())));

  it('runs a key once it is added, and then leaves it alone', async () => {
    start(() => DONE);
    controller.add('a');
    await pass(10_000_000);
    assert.deepEqual([runs, finished], [['a at 0'], ['success']]);
  });

  it('runs again at once, or later, as the reconciler asks', async () => {
    const answers: ReconcileResult[] = [REQUEUE, { outcome: 'later', after: 100 }, DONE];
    start(() => answers.shift() ?? DONE);
    controller.add('a');
    await pass(99);
    await pass(1);
    assert.deepEqual(runs, ['a at 0', 'a at 0', 'a at 100']);
    assert.deepEqual(finished, ['requeue', 'requeue_after', 'success']);
    assert.deepEqual(observed, ['requeue', 'requeue_after', 'retried', 'success']);
  });

  it('decides anew with each run when to run again', async () => {
    start(() => ({ outcome: 'later', after: 100 }));
    controller.add('a');
    await pass(60);
    controller.add('a');
    await pass(60);
    await pass(40);
    assert.deepEqual(runs, ['a at 0', 'a at 60', 'a at 160']);
  });

  it('backs off where the reconciler throws or asks for it, and begins anew after a success', async () => {
    const answers: (ReconcileResult | Error)[] = [
      new Error('no'),
      BACKOFF,
      new Error('no'),
      DONE,
      new Error('no'),
      DONE,
    ];
    start(() => {
      const answer = answers.shift() ?? DONE;
      if (answer instanceof Error) throw answer;
      return answer;
    });
    controller.add('a');
    for (const wait of [5, 10, 20]) await pass(wait);
    controller.add('a');
    await pass(5);
    assert.deepEqual(runs, ['a at 0', 'a at 5', 'a at 15', 'a at 35', 'a at 35', 'a at 40']);
    assert.deepEqual(finished, ['error', 'error', 'error', 'success', 'error', 'success']);
  });

  it('tells which failures are faults of the program, and which are not tried again', async () => {
    const answers: (() => ReconcileResult)[] = [
      () => {
        throw new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') });
      },
      () => {
        throw new ReferenceError('x is not defined');
      },
      () => FAILED,
    ];
    start(() => (answers.shift() ?? assert.fail('it was tried again'))());
    controller.add('a');
    for (const wait of [5, 10, 10_000_000]) await pass(wait);
    assert.deepEqual(observed, ['error', 'retried', 'panic', 'error', 'retried', 'error', 'terminal']);
  });

  it('never runs a key twice at a time, and others beside it up to its concurrency', async () => {
    const open = new Map<string, () => void>();
    let most = 0;
    start(
      (key) =>
        new Promise((resolve) => {
          assert.ok(!open.has(key));
          open.set(key, () => {
            open.delete(key);
            resolve(DONE);
          });
          most = Math.max(most, open.size);
        }),
      2,
    );
    for (const key of ['a', 'b', 'c', 'a']) controller.add(key);
    await settle();
    controller.add('a');
    assert.deepEqual([...open.keys()], ['a', 'b']);
    for (let turn = 0; turn < 6; turn += 1) {
      for (const end of open.values()) end();
      await settle();
    }
    assert.equal(most, 2);
    assert.deepEqual(
      runs.map((run) => run.slice(0, 1)),
      ['a', 'b', 'c', 'a'],
    );
  });

  it('lets timers and sockets be seen to, though no run waits for anything', async () => {
    const breaths: (() => void)[] = [];
    Object.assign(clock, { breathe: () => new Promise<void>((resolve) => breaths.push(resolve)) });
    clock.advance(100);
    start(() => {
      clock.advance(1);
      return DONE;
    }, 3);
    for (let key = 0; key < 100; key += 1) controller.add(String(key));
    const counts: number[] = [];
    for (await settle(); runs.length < 100; await settle()) {
      counts.push(runs.length);
      assert.equal(breaths.length, counts.length);
      breaths.at(-1)?.();
    }
    assert.ok(counts.length > 5);
    // All workers wait for one breath, each with what it had begun.
    for (const [index, count] of counts.entries()) assert.ok(count - (counts[index - 1] ?? 0) <= 13, String(counts));
  });

  it('keeps nothing for a key that is forgotten', async () => {
    start(() => BACKOFF);
    controller.add('a');
    await settle();
    controller.forget('a');
    await pass(10_000_000);
    assert.deepEqual(runs, ['a at 0']);
  });

  it('aborts what runs when it is stopped, waits for its end, and takes up nothing more', async () => {
    let ended = false;
    start(async (_key, signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      await setImmediate();
      ended = true;
      return REQUEUE;
    });
    controller.add('a');
    controller.add('b');
    await settle();
    await controller.stop();
    assert.ok(ended);
    await pass(1000);
    assert.deepEqual(runs, ['a at 0']);
  });
});
