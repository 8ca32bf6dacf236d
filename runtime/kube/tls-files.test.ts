import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTls } from './tls-files.ts';

describe('certificates in files', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'tls-files-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are the same object as long as they hold the same, whatever they are linked to', () => {
    for (const version of ['1', '2', '3'])
      writeFileSync(join(folder, `ca-${version}`), version === '3' ? 'new' : 'old');
    // As the kubelet swaps what it mounts.
    const show = (version: string): void => {
      symlinkSync(join(folder, `ca-${version}`), join(folder, 'next'));
      renameSync(join(folder, 'next'), join(folder, 'ca'));
    };
    const files = { ca: join(folder, 'ca') };
    show('1');
    const first = readTls(files, {});
    assert.equal(first.ca?.toString(), 'old');
    show('2');
    assert.equal(readTls(files, first), first);
    show('3');
    assert.equal(readTls(files, first).ca?.toString(), 'new');
  });

  it('stay what they were while one of them cannot be read', () => {
    const files = { cert: join(folder, 'cert'), key: join(folder, 'key') };
    writeFileSync(files.cert, 'cert');
    writeFileSync(files.key, 'key');
    const known = readTls(files, {});
    writeFileSync(files.cert, 'another');
    unlinkSync(files.key);
    assert.equal(readTls(files, known), known);
    writeFileSync(files.key, 'its key');
    assert.deepEqual(
      Object.values(readTls(files, known)).map((content) => content.toString()),
      ['another', 'its key'],
    );
  });
});
