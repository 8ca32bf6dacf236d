import assert from 'node:assert/strict';
import { appendFile, cp, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundledFileName } from '../../project/regeneration/bundle.ts';
import { describeKills, killGenerator } from '../scaffold/kills.ts';
import { tree } from '../scaffold/workbench.ts';
import { installGenerator, succeed } from './installed.ts';
import type { Installed } from './installed.ts';
import { clusterTests } from './on-a-cluster.ts';
import { terminalTests } from './terminal.ts';

/** The path of a bundled tarball of the runtime, relative to a project. */
const RUNTIME = /vendor\/autopilot-runtime-[^"]+\.tgz/;

/** What a project's production installs at most: packages, and bytes as they lie on the disk. */
const MOST_PACKAGES = 40;
const MOST_BYTES = 30e6;

const TEST_OF_FAULTS = `
import assert from 'node:assert/strict';
import { killAtEveryCall } from 'autopilot-devcluster/testing';
import { start } from 'autopilot-runtime';
import { crdOf } from 'autopilot-runtime/crd';
import { spec, status } from '../src/api/routes/v1/spec.ts';
import { routeResource } from '../src/api/routes/v1/types.ts';
import { operator } from '../src/operator.ts';
import { example } from './example.ts';

it('ends the same wherever it is killed', async () => {
  const phases = Object.keys(operator.phases);
  const { kills } = await killAtEveryCall({
    start: (given) => start(operator, given),
    prepare: (cluster) => cluster.installCrd(crdOf({ ...routeResource, scope: 'Namespaced', phases }, { spec, status })),
    steps: [(cluster) => cluster.create(example)],
  });
  assert.ok(kills > 0);
}).timeout(60_000);
`;

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
    const kills = await killGenerator(join(installed.generator, 'dist/cli/program.js'), 10);
    console.log(describeKills(kills));
    assert.ok(kills.kills > 0 && kills.old > 0 && kills.new > 0);
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

    it('has a kit for tests of what goes wrong', async () => {
      const file = join(project, 'test', 'faults.test.ts');
      await writeFile(file, TEST_OF_FAULTS);
      await succeed(installed.run(project, 'npm', 'run', 'typecheck'));
      const output = await succeed(installed.run(project, 'npm', 'test', '--', 'test/faults.test.ts'));
      assert.match(output, /ends the same wherever it is killed/);
      await rm(file);
    });

    it('is the same when generated again', async () => {
      const before = await tree(project);
      assert.match(await succeed(installed.run(project, 'ap', 'generate')), /All files are up to date/);
      assert.deepEqual(await tree(project), before);
    });

    it('is built into what runs without a package', async () => {
      await succeed(installed.run(project, 'npm', 'run', 'build'));
      const image = await installed.empty('image');
      await cp(join(project, 'dist'), join(image, 'dist'), { recursive: true });
      const { code, output } = await installed.run(image, 'node', 'dist/main.mjs');
      assert.equal(code, 1);
      assert.match(output, /ERR_AP_KUBECONFIG/, 'it starts, and misses nothing but a cluster');
    });

    it('needs few packages and little room where it is installed for production', async () => {
      const production = await installed.empty('production');
      for (const path of ['package.json', 'vendor']) {
        await cp(join(project, path), join(production, path), { recursive: true });
      }
      await succeed(installed.run(production, 'npm', 'install', '--omit=dev'));
      const { packages, bytes } = await weigh(join(production, 'node_modules'));
      console.log(`      ${packages.length} packages, ${(bytes / 1e6).toFixed(1)} MB`);
      for (const tool of [
        'typescript',
        'mocha',
        'rolldown',
        'pino-pretty',
        'autopilot-devcluster',
        'kubernetes-models',
      ])
        assert.ok(!packages.includes(tool), tool);
      assert.ok(packages.includes('autopilot-runtime'));
      assert.ok(packages.length <= MOST_PACKAGES, packages.join(' '));
      assert.ok(bytes <= MOST_BYTES, String(bytes));
    });

    describe('on a cluster', () => clusterTests(() => ({ installed, project })));

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

/** The packages of a `node_modules`, nested ones too, and what all files take on the disk. */
async function weigh(modules: string): Promise<{ readonly packages: readonly string[]; readonly bytes: number }> {
  const packages: string[] = [];
  let bytes = 0;
  for (const entry of await readdir(modules, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    bytes += (await stat(path)).blocks * 512;
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\/package\.json$/.exec(path)?.[1];
    if (name !== undefined) packages.push(name);
  }
  return { packages, bytes };
}

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
