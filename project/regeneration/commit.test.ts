import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StaleDiskError, commit } from './commit.ts';

describe('The commit', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'autopilot-commit-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const text = (value: string | undefined) => (value === undefined ? undefined : Buffer.from(value));
  const change = (path: string, before: string | undefined, after: string | undefined) => ({
    path,
    before: text(before),
    after: text(after),
  });

  it('creates, replaces and removes files', async () => {
    await commit(folder, [change('new/deep/file', undefined, 'created'), change('old', undefined, 'first')]);
    await commit(folder, [change('old', 'first', 'second'), change('new/deep/file', 'created', undefined)]);

    assert.equal(await readFile(join(folder, 'old'), 'utf8'), 'second');
    assert.deepEqual(await readdir(folder), ['old'], 'folders that became empty go with their last file');
  });

  it('writes nothing where a file changed meanwhile', async () => {
    await writeFile(join(folder, 'edited'), 'by somebody');

    await assert.rejects(
      commit(folder, [change('first', undefined, 'x'), change('edited', 'as read before', 'y')]),
      (error) => error instanceof StaleDiskError && error.paths.join() === 'edited',
    );
    assert.deepEqual(await readdir(folder), ['edited']);
    assert.equal(await readFile(join(folder, 'edited'), 'utf8'), 'by somebody');
  });

  it('writes nothing where a file appeared or went meanwhile', async () => {
    await writeFile(join(folder, 'appeared'), '');

    await assert.rejects(commit(folder, [change('appeared', undefined, 'x')]), StaleDiskError);
    await assert.rejects(commit(folder, [change('gone', 'old', 'x')]), StaleDiskError);
  });
});
