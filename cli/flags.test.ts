import assert from 'node:assert/strict';
import { normalizeFlags } from './flags.ts';

describe('Flags on the command line', () => {
  const normalize = (...words: readonly string[]) => normalizeFlags(words, new Set(['yes', 'install']));

  it('may have true or false after them, in either way', () => {
    assert.deepEqual(normalize('--yes=true', '--install=false'), ['--yes', '--no-install']);
    assert.deepEqual(normalize('--install', 'false', '--yes', 'true', 'x'), ['--no-install', '--yes', 'x']);
  });

  it('never take the next argument', () => {
    assert.deepEqual(normalize('--yes', 'folder'), ['--yes', 'folder']);
  });

  it('leave options with values alone', () => {
    assert.deepEqual(normalize('--kind=true', '--kind', 'false'), ['--kind=true', '--kind', 'false']);
  });

  it('leave what makes no sense to be refused', () => {
    assert.deepEqual(normalize('--yes=maybe'), ['--yes=maybe']);
  });

  it('end at --', () => {
    assert.deepEqual(normalize('--', '--yes=false'), ['--', '--yes=false']);
  });
});
