import assert from 'node:assert/strict';
import { Cycles } from './cycles.ts';

describe('cycles', () => {
  let cycles: Cycles;
  let now: number;
  beforeEach(() => {
    cycles = new Cycles();
    now = 1000;
  });
  /** The pause that follows a transition. */
  const take = (from: string, to: string): number => {
    const pause = cycles.took(from, to, now);
    assert.equal(cycles.pause(now), pause);
    return pause;
  };

  it('are none where a phase is come back to and stayed in', () => {
    assert.deepEqual([take('Ready', 'Syncing'), take('Syncing', 'Ready')], [0, 0]);
  });

  it('begin with a transition that was taken before, and pause 1 s, 2 s … 5 min', () => {
    take('A', 'B');
    take('B', 'A');
    assert.ok(cycles.closes('A', 'B'));
    const pauses = Array.from({ length: 11 }, (_, index) => {
      const [from, to] = index % 2 === 0 ? ['A', 'B'] : ['B', 'A'];
      const pause = take(from ?? '', to ?? '');
      now += pause;
      assert.equal(cycles.pause(now), 0);
      return pause / 1000;
    });
    assert.deepEqual(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it('end when something changes', () => {
    for (const from of ['A', 'A', 'A']) take(from, 'B');
    assert.equal(cycles.pause(now), 2000);
    cycles.changed();
    assert.equal(cycles.pause(now), 0);
    assert.equal(take('A', 'B'), 0);
    assert.equal(take('A', 'B'), 1000);
  });

  it('do not begin with a transition of a sync that had begun before something changed', () => {
    cycles.pause(now);
    cycles.changed();
    assert.equal(take('A', 'B'), 0);
    assert.equal(take('B', 'A'), 0);
    assert.equal(take('A', 'B'), 0);
    assert.equal(take('B', 'A'), 1000);
  });

  it('are none where a phase waits for its time', () => {
    take('A', 'B');
    cycles.asksAgainAt(now + 500);
    now += 499;
    assert.ok(cycles.pause(now) === 0 && cycles.closes('A', 'B'));
    now += 1;
    assert.equal(cycles.pause(now), 0);
    assert.ok(!cycles.closes('A', 'B'));
  });
});
