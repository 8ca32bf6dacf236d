import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { commit } from '../project/regeneration/commit.ts';
import { install, isInstallMissing, markInstall } from './install.ts';

describe('the packages of a project', () => {
  let folder: string;
  let path: string | undefined;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'autopilot-install-'));
    path = process.env['PATH'];
  });
  after(async () => {
    process.env['PATH'] = path;
    await rm(folder, { recursive: true });
  });

  const npmEndsWith = async (code: number): Promise<void> => {
    const programs = join(folder, 'programs');
    await mkdir(programs, { recursive: true });
    await writeFile(join(programs, 'npm'), `#!/bin/sh\nexit ${code}\n`);
    await chmod(join(programs, 'npm'), 0o755);
    process.env['PATH'] = `${programs}${delimiter}${path}`;
  };

  it('are missing from the moment in which package.json is written until an install has ended well', async () => {
    assert.ok(!isInstallMissing(folder), 'nobody asked for any');
    await commit(folder, [
      { path: 'package.json', before: undefined, after: Buffer.from('{}') },
      await markInstall(folder),
    ]);
    assert.ok(isInstallMissing(folder), 'killed before it was begun');
    await npmEndsWith(1);
    assert.equal(await install('npm', folder), 'exit code 1');
    assert.ok(isInstallMissing(folder), 'failed');
    await commit(folder, [await markInstall(folder)]);
    assert.ok(isInstallMissing(folder), 'marked again');
    await npmEndsWith(0);
    assert.equal(await install('npm', folder), undefined);
    assert.ok(!isInstallMissing(folder));
  });
});
