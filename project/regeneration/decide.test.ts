import assert from 'node:assert/strict';
import { decide, withLinesOf } from './decide.ts';
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

      it('counts as untouched where only the line endings differ', () => {
        assert.equal(decision({ owner, base: 'a\nb\n', disk: 'a\r\nb\r\n', next: 'a\nc\n' }), 'write');
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

  it('asks about an edited file of the tool', () => {
    assert.equal(decision({ base: 'old', disk: 'edited', next: 'new' }), 'ask');
    assert.equal(decision({ base: 'old', disk: 'edited', next: 'old' }), 'ask');
    assert.equal(decision({ owner: 'scaffold', base: 'old', disk: 'edited', next: 'new' }), 'ask');
  });

  it('does not ask about an edited scaffold file for which there is nothing new', () => {
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

describe('Line endings', () => {
  it('stay as they are on disk', () => {
    assert.equal(withLinesOf('a\r\nb\r\n', 'c\nd\n'), 'c\r\nd\r\n');
    assert.equal(withLinesOf('a\nb\n', 'c\nd\n'), 'c\nd\n');
    assert.equal(withLinesOf(undefined, 'c\nd\n'), 'c\nd\n');
  });
});
