import assert from 'node:assert/strict';
import { ManualClock } from '../testing/manual-clock.ts';
import { settledWithin, type Deadline } from './deadline.ts';
import { Ending } from './ending.ts';

describe('work with a deadline', () => {
  let clock: ManualClock;
  let over: Ending;
  let deadline: Deadline;

  beforeEach(() => {
    clock = new ManualClock();
    over = new Ending();
    deadline = {
      clock,
      timeout: 1000,
      given: new Ending(),
      late: () => new Error('late'),
      aborted: () => new Error('given up'),
    };
  });

  it('has its result at once where it returns no promise, and is over by then', async () => {
    const result = settledWithin(deadline, over, () => ({ phase: 'Ready' }));
    assert.equal(over.isOver, true);
    assert.deepEqual(await result, { phase: 'Ready' });
  });

  it('is waited for where it returns a promise', async () => {
    let answer: (value: string) => void = () => undefined;
    const result = settledWithin(deadline, over, () => new Promise((resolve) => (answer = resolve)));
    await Promise.resolve();
    assert.equal(over.isOver, false);
    answer('done');
    assert.equal(await result, 'done');
    assert.equal(over.isOver, true);
  });

  it('fails with what it throws, at once or later', async () => {
    const thrown = new Error('no');
    const atOnce = settledWithin(deadline, over, () => {
      throw thrown;
    });
    assert.equal(over.isOver, true);
    await assert.rejects(atOnce, thrown);
    await assert.rejects(
      settledWithin(deadline, new Ending(), () => Promise.reject(thrown)),
      thrown,
    );
  });

  it('fails at its deadline, and when it is given up, whatever becomes of it', async () => {
    const never = (): Promise<void> => new Promise(() => undefined);
    const late = settledWithin(deadline, over, never);
    clock.advance(1000);
    assert.equal(over.isOver, true);
    await assert.rejects(late, /^Error: late$/);
    const next = new Ending();
    const given = settledWithin(deadline, next, never);
    deadline.given.end();
    assert.equal(next.isOver, true);
    await assert.rejects(given, /^Error: given up$/);
    await assert.rejects(
      settledWithin(deadline, new Ending(), () => assert.fail('it begins')),
      /^Error: given up$/,
    );
  });
});
