import assert from 'node:assert/strict';
import { spec } from '../../src/api/flows/v1/spec.ts';
import { example } from '../example.ts';

describe('The API of Flow', () => {
  it('takes the example', () => {
    // What the API shall refuse is worth a test, too: assert.throws(() => spec.parse({ … })).
    assert.doesNotThrow(() => spec.parse(example.spec));
  });
});
