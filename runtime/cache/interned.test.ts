import assert from 'node:assert/strict';
import { interned, internTexts } from './interned.ts';

/** Two strings of the same text are one where the table gives back the first: nothing in the language tells, but that it is the same text. */
describe('interned texts', () => {
  it('stay the same texts, whatever the table forgets', () => {
    for (let round = 0; round < 3; round += 1)
      for (let index = 0; index < 10_000; index += 1) assert.equal(interned(`text ${index}`), `text ${index}`);
  });

  it('change nothing in a value, frozen parts too', () => {
    const value = { a: 'x', list: ['y', { b: 'z', uid: 'u' }, 1, null], frozen: Object.freeze({ c: 'w' }) };
    const before = structuredClone(value);
    internTexts(value);
    assert.deepEqual(value, before);
  });
});
