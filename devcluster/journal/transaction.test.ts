import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { digest, staged } from './journal.ts';
import { BusyError } from './owner.ts';
import { StaleDiskError, findInterrupted, recover, writeAll } from './transaction.ts';

describe('The journalled write', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'autopilot-journal-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const text = (value: string | undefined) => (value === undefined ? undefined : Buffer.from(value));
  const change = (path: string, before: string | undefined, after: string | undefined) => ({
    path,
    before: text(before),
    after: text(after),
  });
  const read = (path: string) => readFile(join(folder, path), 'utf8');

  it('creates, replaces and removes files', async () => {
    await writeAll(folder, [change('new/deep/file', undefined, 'created'), change('old', undefined, 'first')]);
    await writeAll(folder, [change('old', 'first', 'second'), change('new/deep/file', 'created', undefined)]);

    assert.equal(await read('old'), 'second');
    assert.deepEqual(await readdir(folder), ['old'], 'folders that became empty go with their last file');
  });

  it('makes the folder of a new project', async () => {
    await writeAll(join(folder, 'a/project'), [change('file', undefined, 'x')]);
    assert.deepEqual(await readdir(join(folder, 'a/project')), ['file']);
  });

  it('writes nothing where a file changed, appeared or went meanwhile', async () => {
    await writeFile(join(folder, 'edited'), 'by somebody');

    await assert.rejects(
      writeAll(folder, [
        change('first', undefined, 'x'),
        change('edited', 'as read before', 'y'),
        change('gone', 'old', 'x'),
      ]),
      (error) => error instanceof StaleDiskError && error.paths.join() === 'edited,gone',
    );
    await assert.rejects(writeAll(folder, [change('edited', undefined, 'x')]), StaleDiskError);
    assert.deepEqual(await readdir(folder), ['edited']);
    assert.equal(await read('edited'), 'by somebody');
  });

  it('keeps the mode of a file that it replaces, and a symbolic link', async () => {
    await writeFile(join(folder, 'script'), 'old');
    await chmod(join(folder, 'script'), 0o755);
    await symlink('script', join(folder, 'link'));

    await writeAll(folder, [change('link', 'old', 'new')]);

    assert.equal(await readlink(join(folder, 'link')), 'script');
    assert.equal(await read('script'), 'new');
    assert.equal((await stat(join(folder, 'script'))).mode & 0o777, 0o755);
  });

  it('follows a symbolic link to another disk', async function () {
    const elsewhere = await mkdtemp('/dev/shm/autopilot-journal-').catch(() => this.skip());
    try {
      if ((await stat(elsewhere)).dev === (await stat(folder)).dev) this.skip();
      await writeFile(join(elsewhere, 'file'), 'old');
      await symlink(join(elsewhere, 'file'), join(folder, 'link'));
      await writeAll(folder, [change('link', 'old', 'new')]);
      assert.deepEqual(await readdir(elsewhere), ['file']);
      assert.equal(await readFile(join(elsewhere, 'file'), 'utf8'), 'new');
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });

  it('undoes what it has done where the file system refuses the rest', async () => {
    await writeFile(join(folder, 'kept'), 'old');
    await writeFile(join(folder, 'removed'), 'old');
    const changes = [
      change('kept', 'old', 'new'),
      change('removed', 'old', undefined),
      change('folder/file', undefined, 'x'),
      change('folder/file/below', undefined, 'a file cannot be a folder too'),
    ];

    await assert.rejects(writeAll(folder, changes), /ENOTDIR|EEXIST/);

    assert.deepEqual(await readdir(folder), ['kept', 'removed']);
    assert.equal(await read('kept'), 'old');
    assert.equal(await read('removed'), 'old');
  });

  describe('after an interruption', () => {
    const DEAD = deadProcess();
    const tx = () => join(folder, '.autopilot/tx');
    const claimedBy = async (pid: number, host = hostname()) => {
      await mkdir(tx(), { recursive: true });
      await writeFile(join(tx(), 'owner.json'), JSON.stringify({ token: 'a', pid, host }));
    };
    /** As a process leaves it that is killed right after it wrote its journal. */
    const journalled = async (changes: readonly ReturnType<typeof change>[], folders: readonly string[] = []) => {
      await claimedBy(DEAD);
      for (const [index, { before, after }] of changes.entries()) {
        if (before) await writeFile(staged(tx(), 'old', index), before);
        if (after) await writeFile(staged(tx(), 'new', index), after);
      }
      const entries = changes.map(({ path, before, after }) => ({
        path,
        before: digest(before),
        after: digest(after),
      }));
      await writeFile(join(tx(), 'journal.json'), JSON.stringify({ entries, folders }));
    };

    it('is found from a folder below', async () => {
      assert.equal(await findInterrupted(join(folder, 'a/b')), undefined);
      await claimedBy(DEAD);
      assert.equal(await findInterrupted(join(folder, 'a/b')), folder);
    });

    it('forgets what had not come to a journal', async () => {
      await claimedBy(DEAD);
      await writeFile(join(tx(), 'new-0'), 'half a fi');
      assert.equal(await recover(folder), undefined);
      assert.deepEqual(await readdir(folder), []);
    });

    it('finishes what had', async () => {
      await writeFile(join(folder, 'replaced'), 'old');
      await writeFile(join(folder, 'removed'), 'old');
      await journalled([
        change('replaced', 'old', 'new'),
        change('removed', 'old', undefined),
        change('a/new', undefined, 'new'),
      ]);
      assert.deepEqual(await recover(folder), {
        outcome: 'finished',
        paths: ['replaced', 'removed', 'a/new'],
        kept: [],
      });
      assert.deepEqual(await readdir(folder), ['a', 'replaced']);
      assert.equal(await read('replaced'), 'new');
    });

    it('leaves an edit alone that was made since, and its base version with it', async () => {
      await writeFile(join(folder, 'edited'), 'by somebody');
      await mkdir(join(folder, '.autopilot/base/scaffold'), { recursive: true });
      await writeFile(join(folder, '.autopilot/base/scaffold/edited'), 'old');
      await journalled([
        change('edited', 'old', 'new'),
        change('.autopilot/base/scaffold/edited', 'old', 'new'),
        change('other', undefined, 'new'),
      ]);
      assert.deepEqual((await recover(folder))?.kept, ['edited']);
      assert.equal(await read('edited'), 'by somebody');
      assert.equal(await read('.autopilot/base/scaffold/edited'), 'old');
      assert.equal(await read('other'), 'new');
    });

    it('undoes it where it cannot be finished', async () => {
      await writeFile(join(folder, 'replaced'), 'old');
      await journalled([change('replaced', 'old', 'new'), change('replaced/below', undefined, 'x')], ['made']);
      await mkdir(join(folder, 'made'));
      assert.equal((await recover(folder))?.outcome, 'undone');
      assert.deepEqual(await readdir(folder), ['replaced']);
      assert.equal(await read('replaced'), 'old');
    });

    for (const path of ['../outside', '/etc/outside', 'a/../../outside']) {
      it(`does not follow a journal to ${path}`, async () => {
        await journalled([change(path, undefined, 'x')]);
        await assert.rejects(recover(folder), /is not a journal of this tool/);
      });
    }

    it('waits for a process that still runs, and then gives up', async () => {
      await claimedBy(process.pid);
      await assert.rejects(recover(folder, 0), (error) => error instanceof BusyError && error.pid === process.pid);
      const waiting = recover(folder);
      await rm(tx(), { recursive: true });
      assert.equal(await waiting, undefined);
    });

    it('does not wait for ever for a process that it cannot ask', async () => {
      await claimedBy(1, 'another-machine');
      await assert.rejects(recover(folder, 0), BusyError);
      await utimes(join(tx(), 'owner.json'), 0, 0);
      assert.equal(await recover(folder, 0), undefined);
      assert.deepEqual(await readdir(folder), []);
    });

    it('goes on where a recovery was interrupted itself', async () => {
      await journalled([change('file', undefined, 'new')]);
      await writeFile(join(tx(), 'taken-from-a.json'), JSON.stringify({ token: 'b', pid: DEAD, host: hostname() }));
      assert.equal((await recover(folder, 0))?.outcome, 'finished');
      assert.equal(await read('file'), 'new');
    });

    it('is recovered once, by many at the same time', async () => {
      await journalled([change('file', undefined, 'new')]);
      const all = await Promise.all(Array.from({ length: 5 }, () => recover(folder)));
      assert.equal(all.filter((recovery) => recovery !== undefined).length, 1);
      assert.equal(await read('file'), 'new');
    });
  });
});

/** The number of a process that has ended. */
function deadProcess(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}
