import assert from 'node:assert/strict';
import { compareResourceVersions } from './resource-version.ts';

describe('resource versions', () => {
  it('compare as numbers of any size', () => {
    assert.ok(compareResourceVersions('9', '10') < 0);
    assert.ok(compareResourceVersions('9007199254740993', '9007199254740992') > 0);
    assert.equal(compareResourceVersions('7', '7'), 0);
  });
});
