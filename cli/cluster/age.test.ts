import assert from 'node:assert/strict';
import { age, ageSince } from './age.ts';

const s = 1000;
const m = 60 * s;
const h = 60 * m;
const d = 24 * h;

describe('an age', () => {
  it('is written as kubectl writes it', () => {
    for (const [milliseconds, written] of [
      [-5 * s, '0s'],
      [0, '0s'],
      [119.9 * s, '119s'],
      [2 * m, '2m'],
      [2 * m + 5 * s, '2m5s'],
      [9 * m + 59 * s, '9m59s'],
      [10 * m + 59 * s, '10m'],
      [179 * m, '179m'],
      [3 * h, '3h'],
      [3 * h + 10 * m, '3h10m'],
      [7 * h + 59 * m, '7h59m'],
      [8 * h + 30 * m, '8h'],
      [47 * h, '47h'],
      [2 * d, '2d'],
      [4 * d + 2 * h, '4d2h'],
      [7 * d + 23 * h, '7d23h'],
      [8 * d + 23 * h, '8d'],
      [729 * d, '729d'],
      [730 * d, '2y'],
      [760 * d, '2y30d'],
      [8 * 365 * d + 90 * d, '8y'],
    ] as const)
      assert.equal(age(milliseconds), written);
  });

  it('is none where there is no time', () => {
    assert.equal(ageSince(undefined, 0), '-');
    assert.equal(ageSince('soon', 0), '-');
    assert.equal(ageSince('1970-01-01T00:00:01Z', 6 * s), '5s');
  });
});
