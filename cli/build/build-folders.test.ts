import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderPrefix, removeAbandoned } from './build-folders.ts';

describe('Folders of builds', () => {
  it('of processes that were killed are removed, and no others', async () => {
    const dead = spawnSync(process.execPath, ['--version']).pid;
    const made = async (prefix: string): Promise<string> => mkdtemp(join(tmpdir(), `${prefix}-`));
    const abandoned = await made(folderPrefix(dead));
    const others = [
      await made(folderPrefix(process.pid)),
      // Of a container with the same /tmp, in which that process may well live.
      await made(`ap-build-elsewhere-${dead}`),
      await made(`${folderPrefix(dead)}-mine`),
    ];
    try {
      await writeFile(join(abandoned, 'id'), 'sha256:0123');
      await removeAbandoned();
      assert.deepEqual([abandoned, ...others].map(existsSync), [false, true, true, true]);
    } finally {
      for (const folder of [abandoned, ...others]) await rm(folder, { recursive: true, force: true });
    }
  });
});
