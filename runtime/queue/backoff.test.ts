import assert from 'node:assert/strict';
import { Backoff } from './backoff.ts';

describe('backoff', () => {
  it('doubles from 5 ms to 1,000 s for each failure in a row of a key', () => {
    const backoff = new Backoff();
    assert.deepEqual([backoff.next('a'), backoff.next('a'), backoff.next('a'), backoff.next('b')], [5, 10, 20, 5]);
    for (let failure = 0; failure < 2000; failure += 1) backoff.next('a');
    assert.equal(backoff.next('a'), 1_000_000);
  });

  it('begins anew after a success', () => {
    const backoff = new Backoff();
    backoff.next('a');
    backoff.next('a');
    backoff.forget('a');
    assert.equal(backoff.failures('a'), 0);
    assert.equal(backoff.next('a'), 5);
  });
});
