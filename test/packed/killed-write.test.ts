import assert from 'node:assert/strict';
import { join } from 'node:path';
import { killAtOperations } from '../scaffold/kills.ts';
import { ROOT } from './installed.ts';

describe('The compiled ap command, killed after each of its file operations', () => {
  it('leaves the old project or the new one to the next', async () => {
    const { kills, operations, old, new: finished } = await killAtOperations(join(ROOT, 'dist/cli/program.js'), [], 1);
    console.log(`      ${kills} kills: ${old} times the old project, ${finished} times the new`);
    assert.equal(kills, operations);
    assert.ok(old > 0 && finished > 0);
  });
});
