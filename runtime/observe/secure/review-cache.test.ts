import assert from 'node:assert/strict';
import { ManualClock } from '../../testing/manual-clock.ts';
import { ReviewCache } from './review-cache.ts';

describe('answers of reviews', () => {
  let clock: ManualClock;
  let cache: ReviewCache<boolean>;
  let asked: number;
  beforeEach(() => {
    clock = new ManualClock();
    cache = new ReviewCache(clock);
    asked = 0;
  });

  const get = (key: string, answer: boolean | Error = true): Promise<boolean> =>
    cache.get(
      key,
      () => {
        asked += 1;
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
      (kept) => (kept ? 1_000 : 100),
    );

  it('hold as long as it is said of each', async () => {
    assert.equal(await get('yes', true), true);
    assert.equal(await get('no', false), false);
    clock.advance(99);
    await Promise.all([get('yes'), get('no')]);
    assert.equal(asked, 2);
    clock.advance(1);
    assert.equal(await get('no', true), true);
    assert.equal(asked, 3);
    clock.advance(900);
    assert.equal(await get('yes', false), false);
    assert.equal(asked, 4);
  });

  it('are asked for once by all who ask at the same time, however long it takes', async () => {
    let answer: (value: boolean) => void = () => undefined;
    const ask = () => new Promise<boolean>((resolve) => (answer = resolve));
    const first = cache.get('a', ask, () => 1_000);
    clock.advance(5_000);
    const second = get('a', false);
    answer(true);
    assert.deepEqual(await Promise.all([first, second]), [true, true]);
    assert.equal(asked, 0);
  });

  it('are not kept where there was none', async () => {
    await assert.rejects(get('a', new Error('no answer')), /no answer/);
    assert.equal(await get('a'), true);
    assert.equal(asked, 2);
  });

  it('are forgotten, the oldest first, before there are too many', async () => {
    for (let index = 0; index <= 1_000; index += 1) await get(`key ${index}`);
    asked = 0;
    await get('key 1');
    await get('key 1000');
    assert.equal(asked, 0);
    await get('key 0');
    assert.equal(asked, 1);
  });
});
