import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, type Clock } from '../clock.ts';
import { WatchedFile } from './watched-file.ts';

describe('a watched file', () => {
  let folder: string;
  let watched: WatchedFile;
  /** What was told and not yet taken by the test. */
  let told: (string | undefined)[];
  let wake: () => void = () => undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'watched-file-'));
    told = [];
  });
  afterEach(async () => {
    await watched.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const begin = async (path: string, known: string | undefined, clock: Clock = systemClock): Promise<void> => {
    watched = new WatchedFile({
      path,
      known,
      clock,
      changed: (text) => {
        told.push(text);
        wake();
      },
      unreadable: (error) => assert.fail(String(error)),
    });
    await watched.start();
  };
  const next = async (): Promise<string | undefined> => {
    while (told.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return told.shift();
  };
  /** As kubelet does: another folder, to which the link `..data` is turned at once. */
  const project = async (mount: string, version: string, text: string): Promise<void> => {
    await mkdir(join(mount, version));
    await writeFile(join(mount, version, 'file'), text);
    await symlink(version, join(mount, '..data_tmp'));
    await rename(join(mount, '..data_tmp'), join(mount, '..data'));
  };

  it('is told of when Kubernetes turns the link of a mounted ConfigMap, again and again', async () => {
    await project(folder, '..2026_1', 'one');
    await symlink(join('..data', 'file'), join(folder, 'file'));
    await begin(join(folder, 'file'), 'one');
    for (const [version, text] of [
      ['..2026_2', 'two'],
      ['..2026_3', 'three'],
    ] as const) {
      await project(folder, version, text);
      assert.equal(await next(), text);
    }
    await rm(join(folder, '..2026_1'), { recursive: true });
    await project(folder, '..2026_4', 'four');
    assert.equal(await next(), 'four');
    assert.deepEqual(told, []);
  });

  it('is told of when another one takes its place, and when it is written in place', async () => {
    const path = join(folder, 'file');
    await writeFile(path, 'one');
    await begin(path, 'one');
    await writeFile(join(folder, '.file.swp'), 'two');
    await rename(join(folder, '.file.swp'), path);
    assert.equal(await next(), 'two');
    await writeFile(path, 'three');
    assert.equal(await next(), 'three');
  });

  it('is told of when it goes, comes back, and goes with its folder', async () => {
    const mount = join(folder, 'mount');
    const path = join(mount, 'file');
    await mkdir(mount);
    await writeFile(path, 'one');
    // Nothing tells of a folder that comes back: it is looked for again and again.
    const hasty: Clock = { ...systemClock, after: (time, call) => systemClock.after(Math.min(time, 50), call) };
    await begin(path, 'one', hasty);
    await rm(path);
    assert.equal(await next(), undefined);
    await writeFile(path, 'one');
    assert.equal(await next(), 'one');
    await rm(mount, { recursive: true });
    assert.equal(await next(), undefined);
    await mkdir(mount);
    await writeFile(path, 'two');
    assert.equal(await next(), 'two');
    await writeFile(path, 'three');
    assert.equal(await next(), 'three');
  });

  it('is no news where it holds what is known, and what changed before it was watched is', async () => {
    const path = join(folder, 'file');
    await writeFile(path, 'one');
    await begin(path, 'one');
    await writeFile(join(folder, 'beside'), 'noise');
    await writeFile(path, 'one');
    await writeFile(path, 'two');
    assert.equal(await next(), 'two');
    assert.deepEqual(told, []);
    await watched.stop();
    await writeFile(path, 'three');
    await begin(path, 'two');
    assert.equal(await next(), 'three');
  });

  it('is told of though something else happens in its folder all the time', async () => {
    const path = join(folder, 'file');
    await writeFile(path, 'one');
    await begin(path, 'one');
    const noise = new AbortController();
    const noisy = (async () => {
      for (let n = 0; !noise.signal.aborted; n += 1) await writeFile(join(folder, 'noise'), String(n));
    })();
    await writeFile(path, 'two');
    assert.equal(await next(), 'two');
    noise.abort();
    await noisy;
  });

  it('that lies elsewhere, behind a link that nobody touches, is told of too', async () => {
    const elsewhere = join(folder, 'elsewhere');
    const here = join(folder, 'here');
    await Promise.all([mkdir(elsewhere), mkdir(here)]);
    await writeFile(join(elsewhere, 'file'), 'one');
    await symlink(join(elsewhere, 'file'), join(here, 'file'));
    const hasty: Clock = { ...systemClock, after: (time, call) => systemClock.after(Math.min(time, 50), call) };
    await begin(join(here, 'file'), 'one', hasty);
    await writeFile(join(elsewhere, 'file'), 'two');
    assert.equal(await next(), 'two');
  });
});
