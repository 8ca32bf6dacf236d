import assert from 'node:assert/strict';
import { ManualClock } from '../testing/manual-clock.ts';
import { DelayedAdder } from './delayed-adder.ts';

describe('delayed adder', () => {
  let clock: ManualClock;
  let added: string[];
  let delayed: DelayedAdder;

  beforeEach(() => {
    clock = new ManualClock();
    added = [];
    delayed = new DelayedAdder(clock, (key) => added.push(`${key} at ${clock.monotonic()}`));
  });

  it('adds at once what has no delay', () => {
    delayed.addAfter('a', 0);
    assert.deepEqual(added, ['a at 0']);
  });

  it('adds each key at its time', () => {
    delayed.addAfter('late', 200);
    delayed.addAfter('soon', 100);
    clock.advance(99);
    assert.deepEqual(added, []);
    clock.advance(500);
    assert.deepEqual(added, ['soon at 100', 'late at 200']);
    assert.equal(delayed.size, 0);
  });

  it('keeps the earliest of several delays of a key', () => {
    delayed.addAfter('a', 200);
    delayed.addAfter('a', 100);
    delayed.addAfter('a', 300);
    clock.advance(1000);
    assert.deepEqual(added, ['a at 100']);
  });

  it('forgets a key that is cancelled, and all when it is closed', () => {
    delayed.addAfter('a', 100);
    delayed.addAfter('b', 100);
    delayed.cancel('a');
    delayed.close();
    delayed.addAfter('c', 0);
    clock.advance(1000);
    assert.deepEqual(added, []);
  });
});
