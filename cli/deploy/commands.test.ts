import assert from 'node:assert/strict';
import { DEPLOY_FLAGS, longFlags } from './commands.ts';
import { normalizeFlags } from '../flags.ts';

const read = (...words: readonly string[]): readonly string[] =>
  normalizeFlags(longFlags(words), new Set(DEPLOY_FLAGS));

describe('the flags of ap deploy', () => {
  it('are those of the original, with and without a value', () => {
    assert.deepEqual(read('deploy', 'image', '-c=false', '-p=true', '-d', '-n', 'routing'), [
      'deploy',
      'image',
      '--no-cluster-scoped',
      '--push',
      '-d',
      '-n',
      'routing',
    ]);
    assert.deepEqual(read('deploy', '--prune=false', '--rollback=true', '--diff', 'false'), [
      'deploy',
      '--no-prune',
      '--rollback',
      '--no-diff',
    ]);
  });

  it('are those of this command only', () => {
    assert.deepEqual(read('generate', '-c=false'), ['generate', '-c=false']);
    assert.deepEqual(read('deploy', '-z=false'), ['deploy', '-z=false']);
  });
});
