import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { digest, staged } from '../journal/journal.ts';
import { Printed } from './dev-project.fixture.test.ts';
import { startDev } from './dev.ts';

describe('The dev loop, after a command that was killed while it wrote', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'autopilot-dev-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('finishes the write before it reads the project', async () => {
    const tx = join(folder, '.autopilot/tx');
    await mkdir(tx, { recursive: true });
    // No process has this number.
    await writeFile(join(tx, 'owner.json'), JSON.stringify({ token: 'a', pid: 2 ** 30, host: hostname() }));
    await writeFile(staged(tx, 'new', 0), 'kind: Thing\n');
    const entries = [{ path: 'autopilot.yaml', before: null, after: digest(Buffer.from('kind: Thing\n')) }];
    await writeFile(join(tx, 'journal.json'), JSON.stringify({ entries, folders: [] }));

    const printed = new Printed();
    // The file that is there now has no apiVersion; before there was none at all.
    await assert.rejects(startDev({ folder, output: printed.output }), /no kind or no apiVersion/);
    assert.equal(await readFile(join(folder, 'autopilot.yaml'), 'utf8'), 'kind: Thing\n');
    assert.deepEqual(printed.texts, [
      'project     a command was interrupted while it wrote: its files are in place now',
    ]);
  });

  it('does not start where that cannot be done', async () => {
    await mkdir(join(folder, '.autopilot/tx'), { recursive: true });
    await writeFile(join(folder, '.autopilot/tx/journal.json'), '{}');
    await writeFile(
      join(folder, '.autopilot/tx/owner.json'),
      JSON.stringify({ token: 'a', pid: 2 ** 30, host: hostname() }),
    );
    await assert.rejects(
      startDev({ folder, output: new Printed().output }),
      /can be neither finished nor undone.*is not a journal/,
    );
  });
});
