import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isInstallMissing } from './install.ts';

describe('the packages of a project', () => {
  let folder: string;
  before(async () => void (folder = await mkdtemp(join(tmpdir(), 'autopilot-install-'))));
  after(() => rm(folder, { recursive: true }));

  it('are missing until an install has ended, which writes a lock file', async () => {
    assert.ok(isInstallMissing(folder), 'never begun');
    const runtime = join(folder, 'node_modules/autopilot-runtime');
    await mkdir(runtime, { recursive: true });
    await writeFile(join(runtime, 'package.json'), '{}');
    assert.ok(isInstallMissing(folder), 'begun');
    const asked = { dependencies: { 'autopilot-runtime': 'file:vendor/a.tgz' } };
    await writeFile(join(folder, 'package.json'), JSON.stringify(asked));
    await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ packages: { '': asked } }));
    assert.ok(!isInstallMissing(folder));
    const next = { ...asked, devDependencies: { mocha: '*' } };
    await writeFile(join(folder, 'package.json'), JSON.stringify(next));
    assert.ok(isInstallMissing(folder), 'killed before it was begun again');
  });

  it('can be those of a workspace around it', async () => {
    const member = join(folder, 'member');
    await mkdir(member);
    assert.ok(!isInstallMissing(member));
  });
});
