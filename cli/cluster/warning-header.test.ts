import assert from 'node:assert/strict';
import { warningTexts } from './warning-header.ts';

describe('warnings of an API server', () => {
  it('are the texts of the header, of which there may be several', () => {
    assert.deepEqual(warningTexts(undefined), []);
    assert.deepEqual(warningTexts('299 - "policy/v1beta1 is deprecated", 299 - "use \\"v1\\""'), [
      'policy/v1beta1 is deprecated',
      'use "v1"',
    ]);
    assert.deepEqual(warningTexts(['299 - "one"', '299 kube "two, with a comma"']), ['one', 'two, with a comma']);
  });
});
