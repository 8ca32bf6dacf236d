import assert from 'node:assert/strict';
import { Slots } from './slots.ts';

describe('slots', () => {
  it('let so many go on at a time, the others in their order, and are free again after a failure', async () => {
    const slots = new Slots(2);
    const begun: string[] = [];
    const ends = new Map<string, { readonly end: () => void; readonly fail: () => void }>();
    const take = (name: string): Promise<void> =>
      slots.take(() => {
        begun.push(name);
        return new Promise<void>((resolve, reject) =>
          ends.set(name, { end: resolve, fail: () => reject(new Error(name)) }),
        );
      });
    const [a, b, c, d] = [take('a'), take('b'), take('c'), take('d')];
    assert.deepEqual(begun, ['a', 'b']);
    ends.get('b')?.fail();
    await assert.rejects(b);
    assert.deepEqual(begun, ['a', 'b', 'c']);
    ends.get('a')?.end();
    await a;
    assert.deepEqual(begun, ['a', 'b', 'c', 'd']);
    for (const name of ['c', 'd']) ends.get(name)?.end();
    await Promise.all([c, d]);
    const e = take('e');
    assert.equal(begun.at(-1), 'e');
    ends.get('e')?.end();
    await e;
  });
});
