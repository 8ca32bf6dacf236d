import assert from 'node:assert/strict';
import { appendFile, cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundledFileName } from '../../project/regeneration/bundle.ts';
import { describeKills, killGenerator } from '../scaffold/kills.ts';
import { tree } from '../scaffold/workbench.ts';
import { installGenerator, succeed } from './installed.ts';
import type { Installed } from './installed.ts';
import { terminalTests } from './terminal.ts';

/** The path of a bundled tarball of the runtime, relative to a project. */
const RUNTIME = /vendor\/autopilot-runtime-[^"]+\.tgz/;

describe('The packed generator, installed into an empty folder', () => {
  let installed: Installed;
  before(async () => {
    installed = await installGenerator();
  });
  after(() => installed.remove());

  it('writes the same project under yo and under ap', async () => {
    const [under, other] = [await installed.empty('under-yo'), await installed.empty('under-ap')];
    const words = ['--kind', 'Route', '--mesh', 'istio', '--finalizer', '--yes', '--skip-install'];
    await succeed(installed.run(under, 'yo', 'autopilot', ...words));
    await succeed(installed.run(other, 'ap', 'init', '.', ...words));
    assert.deepEqual(await tree(under), await tree(other));

    const phase = ['Checking', '--inputs=pods', '--outputs=services,configmaps', '--yes', '--skip-install'];
    await succeed(installed.run(under, 'yo', 'autopilot:phase', ...phase));
    await succeed(installed.run(other, 'ap', 'phase', ...phase));
    const deploy = ['--image=registry.example.com/route:1', '--target-namespace=routing', '--yes'];
    await succeed(installed.run(under, 'yo', 'autopilot:deploy-manifests', ...deploy));
    await succeed(installed.run(other, 'ap', 'deploy-manifests', ...deploy));
    assert.deepEqual(await tree(under), await tree(other));
  });

  it('leaves the old project or the new one, killed after each of its file operations', async function () {
    this.timeout(900_000);
    const kills = await killGenerator(join(installed.generator, 'dist/cli/program.js'), 1);
    console.log(describeKills(kills));
    assert.equal(kills.kills, kills.operations);
    assert.ok(kills.old > 0 && kills.new > 0);
  });

  it('restores a flag that yo took the folder for', async () => {
    const folder = await installed.empty('flags');
    await succeed(installed.run(folder, 'yo', 'autopilot', '--yes', 'operator', '--finalizer=false', '--skip-install'));
    assert.doesNotMatch(await readFile(join(folder, 'operator/autopilot.yaml'), 'utf8'), /enableFinalizer/);
  });

  it('fails under yo with a plain message', async () => {
    const folder = await installed.empty('refused');
    const { code, output } = await installed.run(folder, 'yo', 'autopilot', '--kind=route', '--yes', '--skip-install');
    assert.equal(code, 1);
    assert.match(output, /--kind: `route` is not a kind's name/);
    assert.doesNotMatch(output, /TypeError|An error occured/);
    assert.deepEqual(await readdir(folder), []);
  });

  describe('in a terminal', () => terminalTests(() => installed));

  describe('and a project of it, installed', () => {
    let project: string;
    before(async () => {
      project = await installed.empty('project');
      const output = await succeed(installed.run(project, 'ap', 'init', '.', '--kind', 'Route', '--yes'));
      assert.match(output, /npm run dev/);
    });

    it('passes its own check', async () => {
      const output = await succeed(installed.run(project, 'npm', 'run', 'check'));
      assert.match(output, /3 passing/);
    });

    it('is the same when generated again', async () => {
      const before = await tree(project);
      assert.match(await succeed(installed.run(project, 'ap', 'generate')), /All files are up to date/);
      assert.deepEqual(await tree(project), before);
    });

    it('runs as compiled JavaScript with production’s packages only', async () => {
      await succeed(installed.run(project, 'npm', 'run', 'build'));
      const production = await installed.empty('production');
      for (const path of ['package.json', 'vendor', 'dist']) {
        await cp(join(project, path), join(production, path), { recursive: true });
      }
      await succeed(installed.run(production, 'npm', 'install', '--omit=dev', '--omit=optional'));
      const packages = await readdir(join(production, 'node_modules'));
      for (const tool of ['typescript', 'mocha', 'prettier', 'autopilot-devcluster', 'kubernetes-models']) {
        assert.ok(!packages.includes(tool), tool);
      }
      const { code, output } = await installed.run(production, 'node', 'dist/main.js');
      assert.equal(code, 1);
      assert.match(output, /ERR_AP_KUBECONFIG/, 'it starts, and misses nothing but a cluster');
    });

    it('gets a changed runtime, and runs it', async () => {
      const old = RUNTIME.exec(await readFile(join(project, 'package.json'), 'utf8'))?.[0] ?? '';
      await changeRuntime(installed, "console.log('the changed runtime');\n");

      await succeed(installed.run(project, 'ap', 'generate'));

      const now = RUNTIME.exec(await readFile(join(project, 'package.json'), 'utf8'))?.[0] ?? '';
      assert.notEqual(now, old);
      const vendor = await readdir(join(project, 'vendor'));
      assert.deepEqual(
        vendor.map((file) => `vendor/${file}`).filter((path) => RUNTIME.test(path)),
        [now],
      );
      const output = await succeed(installed.run(project, 'node', '--eval', "import('autopilot-runtime')"));
      assert.match(output, /the changed runtime/);
    });
  });
});

/** Puts another runtime into the installed generator, as a newer version of it would bring. */
async function changeRuntime({ generator, run }: Installed, code: string): Promise<void> {
  const vendor = join(generator, 'dist/vendor');
  const file = (await readdir(vendor)).find((name) => name.startsWith('autopilot-runtime-')) ?? '';
  const folder = await mkdtemp(join(tmpdir(), 'autopilot-runtime-'));
  await succeed(run(folder, 'tar', '-xzf', join(vendor, file)));
  await appendFile(join(folder, 'package/dist/runtime.js'), code);
  await mkdir(join(folder, 'packed'));
  await succeed(run(join(folder, 'package'), 'npm', 'pack', '--pack-destination', join(folder, 'packed'), '--silent'));
  const [tarball = ''] = await readdir(join(folder, 'packed'));
  const contents = await readFile(join(folder, 'packed', tarball));
  await rm(join(vendor, file));
  await writeFile(join(vendor, bundledFileName('autopilot-runtime', '0.1.0', contents)), contents);
  await rm(folder, { recursive: true });
}
