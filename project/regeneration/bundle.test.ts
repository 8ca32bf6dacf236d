import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundledFileName, readBundle, staleBundles } from './bundle.ts';

describe('Bundled packages', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'autopilot-bundle-'));
    await mkdir(join(folder, 'vendor'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function bundle(contents: string): Promise<string> {
    const name = bundledFileName('autopilot-runtime', '1.0.0', Buffer.from(contents));
    await writeFile(join(folder, 'vendor', name), contents);
    return `vendor/${name}`;
  }

  it('have names that tell their contents', () => {
    const name = bundledFileName('autopilot-runtime', '1.0.0', Buffer.from('a'));
    assert.match(name, /^autopilot-runtime-1\.0\.0-[0-9a-f]{10}\.tgz$/);
    assert.notEqual(name, bundledFileName('autopilot-runtime', '1.0.0', Buffer.from('b')));
  });

  it('are found where the generator carries them, and none where it does not', async () => {
    const path = await bundle('a');
    const [found] = await readBundle(join(folder, 'vendor'));
    assert.deepEqual([found?.name, found?.path, found?.specifier], ['autopilot-runtime', path, `file:${path}`]);
    assert.deepEqual(await readBundle(join(folder, 'nowhere')), []);
  });

  it('go once package.json asks for others', async () => {
    const [old, now, kept] = [await bundle('old'), await bundle('new'), await bundle('kept')];
    const stale = await staleBundles(folder, [now], `"x": "file:${kept}"`);
    assert.deepEqual(
      stale.map(({ path }) => path),
      [old],
    );
  });

  it('stay where they are not what their name says, or somebody else’s', async () => {
    await writeFile(join(folder, 'vendor/autopilot-runtime-1.0.0-0123456789.tgz'), 'changed by hand');
    await writeFile(join(folder, 'vendor/other-1.0.0.tgz'), '');
    assert.deepEqual(await staleBundles(folder, [], ''), []);
  });
});
