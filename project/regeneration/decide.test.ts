import assert from 'node:assert/strict';
import { decide } from './decide.ts';
import type { Versions } from './decide.ts';

const decision = (versions: Partial<Versions>) =>
  decide({ owner: 'generated', required: false, base: undefined, disk: undefined, next: undefined, ...versions });

describe('What becomes of a file at a regeneration', () => {
  for (const owner of ['generated', 'scaffold', 'yours'] as const) {
    describe(owner, () => {
      it('is written where there was none', () => {
        assert.equal(decision({ owner, next: 'new' }), 'write');
      });

      it('is refreshed while untouched', () => {
        assert.equal(decision({ owner, base: 'old', disk: 'old', next: 'new' }), 'write');
      });

      it('is left alone where the disk has it already, whoever wrote it', () => {
        assert.equal(decision({ owner, base: 'old', disk: 'new', next: 'new' }), 'unchanged');
        assert.equal(decision({ owner, disk: 'new', next: 'new' }), 'unchanged');
      });

      it('counts as untouched where only line endings and a byte order mark differ', () => {
        assert.equal(decision({ owner, base: 'a\nb\n', disk: '\uFEFFa\r\nb\r\n', next: 'a\nc\n' }), 'write');
        assert.equal(decision({ owner, base: 'a\n', disk: 'b\r\n', next: 'b\n' }), 'unchanged');
      });

      it('counts as edited where no base version is known', () => {
        assert.equal(decision({ owner, disk: 'theirs', next: 'new' }), owner === 'yours' ? 'keep' : 'ask');
      });
    });
  }

  it('never overwrites an edited file of the user', () => {
    assert.equal(decision({ owner: 'yours', base: 'old', disk: 'edited', next: 'new' }), 'keep');
    assert.equal(decision({ owner: 'yours', base: 'old', disk: 'edited', next: 'old' }), 'keep');
  });

  it('merges an edited file of the tool with what is new', () => {
    assert.equal(decision({ base: 'old', disk: 'edited', next: 'new' }), 'merge');
    assert.equal(decision({ owner: 'scaffold', base: 'old', disk: 'edited', next: 'new' }), 'merge');
  });

  it('keeps an edited file for which there is nothing new', () => {
    assert.equal(decision({ base: 'old', disk: 'edited', next: 'old' }), 'keep');
    assert.equal(decision({ owner: 'scaffold', base: 'old', disk: 'edited', next: 'old' }), 'keep');
  });

  it('respects a deletion, except of what the project needs to compile', () => {
    assert.equal(decision({ owner: 'yours', base: 'old', next: 'new' }), 'deleted');
    assert.equal(decision({ owner: 'scaffold', base: 'old', next: 'new' }), 'deleted');
    assert.equal(decision({ owner: 'yours', required: true, base: 'old', next: 'new' }), 'write');
    assert.equal(decision({ owner: 'generated', base: 'old', next: 'new' }), 'write');
  });

  it('removes what the tool has no use for any more, but asks where it was edited', () => {
    assert.equal(decision({ base: 'old', disk: 'old' }), 'remove');
    assert.equal(decision({ base: 'old', disk: 'edited' }), 'ask');
    assert.equal(decision({ base: 'old' }), 'unchanged');
  });

  it('keeps a file of the user that nothing uses any more, untouched or not', () => {
    assert.equal(decision({ owner: 'yours', base: 'old', disk: 'old' }), 'orphan');
    assert.equal(decision({ owner: 'yours', base: 'old', disk: 'edited' }), 'orphan');
  });
});
