import assert from 'node:assert/strict';
import { ResourceStates } from './resource-state.ts';

describe('the states of resources', () => {
  it('tell how often a resource is synced for those only that were synced last', () => {
    const states = new ResourceStates();
    const all = Array.from({ length: 1500 }, (_, index) => states.of({ key: `r${index}`, uid: `u${index}` }));
    const [first, second] = all;
    assert.ok(first && second);
    for (const state of all) {
      states.syncs(state);
      // As often as all others together.
      states.syncs(first);
    }
    assert.ok(first.rate);
    assert.equal(second.rate, undefined);
    assert.equal(all.filter(({ rate }) => rate).length, 1000);
    const { rate } = first;
    states.syncs(first);
    assert.equal(first.rate, rate);
    states.delete('r0');
    states.syncs(second);
    assert.equal(
      all.filter(({ rate: of }) => of).length,
      1001,
      'that of the deleted one is still held by nobody but itself',
    );
  });
});
