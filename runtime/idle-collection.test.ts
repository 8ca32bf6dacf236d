import assert from 'node:assert/strict';
import { collectWhenIdle, type Heap } from './idle-collection.ts';
import { ManualClock } from './testing/manual-clock.ts';

const MIB = 1024 * 1024;

describe('collection when idle', () => {
  let clock: ManualClock;
  let busy: number;
  let held: number;
  let collections: number;
  /** Of the heap's gaps, what each further collection leaves. */
  let left: number[];
  let stop: () => void;
  beforeEach(() => {
    clock = new ManualClock();
    busy = 0.5;
    held = 200 * MIB;
    collections = 0;
    left = [];
    const heap: Heap = {
      held: () => held,
      busy: () => busy,
      collect: () => {
        collections += 1;
        held = 80 * MIB;
      },
      gaps: () => left[collections - 1] ?? 0,
    };
    stop = collectWhenIdle(clock, heap);
  });
  const pass = (seconds: number): void => {
    for (let second = 0; second < seconds; second += 1) clock.advance(1000);
  };

  it('waits for the work to end, and comes within three seconds then', () => {
    pass(60);
    assert.equal(collections, 0);
    busy = 0.01;
    pass(1);
    assert.equal(collections, 0);
    pass(2);
    assert.equal(collections, 1);
  });

  it('does nothing more until there is something worth collecting, and not often', () => {
    busy = 0;
    pass(300);
    assert.equal(collections, 1);
    held = 89 * MIB;
    pass(3);
    assert.equal(collections, 2);
    held = 200 * MIB;
    pass(20);
    assert.equal(collections, 2);
    pass(20);
    assert.equal(collections, 3);
  });

  it('comes again at the next look where much lies scattered, as long as that helps', () => {
    left = [120, 70, 20, 18].map((mib) => mib * MIB);
    busy = 0;
    pass(3);
    assert.equal(collections, 2);
    busy = 0.5;
    pass(10);
    assert.equal(collections, 2, 'somebody works again');
    busy = 0;
    pass(60);
    assert.equal(collections, 4, 'the last one gave nothing back');
  });

  it('ends when it is told to', () => {
    stop();
    busy = 0;
    pass(300);
    assert.equal(collections, 0);
  });
});
