import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ProjectError } from '../../project/errors.ts';
import { findBuilder, push } from './push.ts';

describe('pushing an image', () => {
  let folder: string;
  const program = async (name: string, script: string): Promise<void> => {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  };
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'ap-push-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('is done by the first program that is there, or by the one that is asked for', async () => {
    await program('podman', '');
    await program('nerdctl', '');
    await writeFile(join(folder, 'docker'), 'cannot be run');
    const env = { PATH: `${delimiter}${folder}` };
    assert.equal(findBuilder(env), 'podman');
    assert.equal(findBuilder(env, 'nerdctl'), 'nerdctl');
    assert.throws(
      () => findBuilder(env, 'buildah'),
      (error) => error instanceof ProjectError && error.code === 'ERR_AP_NO_BUILDER',
    );
  });

  it('passes on what the program says, and fails as it does', async () => {
    const { signal } = new AbortController();
    const env = { PATH: [folder, process.env['PATH']].join(delimiter) };
    let said = '';
    await program('docker', `echo "$@" > ${join(folder, 'words')}; echo pushed; echo layers >&2`);
    await push('example.com/a:1', 'docker', env, signal, (text) => void (said += text));
    assert.equal(await readFile(join(folder, 'words'), 'utf8'), 'push example.com/a:1\n');
    assert.match(said, /pushed/);
    assert.match(said, /layers/);
    await program('docker', 'echo denied >&2; exit 3');
    await assert.rejects(
      push('example.com/a:1', 'docker', env, signal, () => undefined),
      /`docker push example\.com\/a:1` failed: exit code 3\. .*log in.*\(ERR_AP_NOT_PUSHED\)/,
    );
  });
});
