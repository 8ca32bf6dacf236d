import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { Turns } from './turns.ts';

describe('turns', () => {
  it('come one after the other, whatever becomes of them', async () => {
    const turns = new Turns();
    const seen: string[] = [];
    const step = (name: string) => async (): Promise<string> => {
      seen.push(`${name} begins`);
      await setImmediate();
      seen.push(`${name} ends`);
      if (name === 'b') throw new Error('no');
      return name;
    };
    const taken = ['a', 'b', 'c'].map((name) => turns.take(step(name)));
    assert.deepEqual(
      (await Promise.allSettled(taken)).map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    await turns.idle();
    assert.deepEqual(seen, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });
});
