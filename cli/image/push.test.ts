import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ImagePrograms } from './image-programs.fixture.ts';
import { push } from './push.ts';

describe('pushing an image', () => {
  let programs: ImagePrograms;
  beforeEach(async () => void (programs = await ImagePrograms.create()));
  afterEach(() => programs.remove());

  it('passes on what the program says, line by line, and fails as it does', async () => {
    const { signal } = new AbortController();
    const { env, folder } = programs;
    const said: string[] = [];
    await programs.write('docker', `echo "$@" > ${join(folder, 'words')}; echo pushed; printf layers >&2`);
    await push('example.com/a:1', 'docker', { env, signal, say: (line) => void said.push(line) });
    assert.equal(await readFile(join(folder, 'words'), 'utf8'), 'push example.com/a:1\n');
    assert.deepEqual(said.toSorted(), ['layers', 'pushed']);
    await programs.write('docker', 'echo denied >&2; exit 3');
    await assert.rejects(
      push('example.com/a:1', 'docker', { env, signal, say: () => undefined }),
      /`docker push example\.com\/a:1` failed: exit code 3\. .*log in.*\(ERR_AP_NOT_PUSHED\)/,
    );
  });
});
