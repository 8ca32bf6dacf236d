import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { randomRuns } from '../testing/properties.ts';
import { WorkQueue } from './work-queue.ts';

describe('work queue', () => {
  it('gives out keys in the order in which they were added', async () => {
    const queue = new WorkQueue();
    queue.add('a');
    queue.add('b');
    assert.deepEqual([await queue.take(), await queue.take()], ['a', 'b']);
  });

  it('holds a key that is added twice once', async () => {
    const queue = new WorkQueue();
    queue.add('a');
    queue.add('a');
    assert.equal(queue.length, 1);
    assert.equal(await queue.take(), 'a');
    assert.equal(queue.length, 0);
  });

  it('does not give out a key that is being processed, and gives it out once more when it is done', async () => {
    const queue = new WorkQueue();
    queue.add('a');
    await queue.take();
    queue.add('a');
    queue.add('a');
    assert.equal(queue.length, 0);
    queue.done('a');
    assert.equal(queue.length, 1);
    assert.equal(await queue.take(), 'a');
    queue.done('a');
    assert.equal(queue.length, 0);
  });

  it('serves those who wait, in the order in which they came', async () => {
    const queue = new WorkQueue();
    const taken: string[] = [];
    const first = queue.take().then((key) => taken.push(`first ${key}`));
    const second = queue.take().then((key) => taken.push(`second ${key}`));
    queue.add('a');
    queue.add('b');
    await Promise.all([first, second]);
    assert.deepEqual(taken, ['first a', 'second b']);
  });

  it('ends all who wait when it is closed, and takes nothing any more', async () => {
    const queue = new WorkQueue();
    const waiting = queue.take();
    queue.close();
    queue.add('a');
    assert.equal(await waiting, undefined);
    assert.equal(await queue.take(), undefined);
  });

  it('behaves as a model of three sets says, whatever is done to it', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('add' as const), key: fc.constantFrom('a', 'b', 'c') }),
      fc.record({ do: fc.constant('take' as const), key: fc.constant('') }),
      fc.record({ do: fc.constant('done' as const), key: fc.constantFrom('a', 'b', 'c') }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const queue = new WorkQueue();
        const waiting: string[] = [];
        const again = new Set<string>();
        const processing = new Set<string>();
        for (const { do: action, key } of steps) {
          if (action === 'add') {
            queue.add(key);
            if (processing.has(key)) again.add(key);
            else if (!waiting.includes(key)) waiting.push(key);
          } else if (action === 'done') {
            queue.done(key);
            if (processing.delete(key) && again.delete(key)) waiting.push(key);
          } else if (waiting.length > 0) {
            const expected = waiting.shift();
            assert.equal(await queue.take(), expected);
            processing.add(expected ?? '');
          }
          assert.equal(queue.length, waiting.length);
        }
      }),
      randomRuns('runtime/queue/work-queue.test.ts', 1_000, 2_000),
    );
  });
});
