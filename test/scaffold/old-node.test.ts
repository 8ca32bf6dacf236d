import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fits as fitsDevcluster } from '../../devcluster/check-node.ts';
import { fits as fitsGenerator } from '../../generators/check-node.ts';
import { fits as fitsRuntime } from '../../runtime/check-node.ts';
import { AP, ROOT, node, openFolder, removeFolder, scaffold } from './workbench.ts';

/** Makes this Node look like an older one, to those who ask and to those who would stumble over what it lacks. */
const OLD_NODE = `data:text/javascript,${encodeURIComponent(`
  import zlib from 'node:zlib';
  Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });
  Object.defineProperty(zlib, 'createZstdDecompress', { value: undefined });
`)}`;

const REQUIRED = '^22.19.0 || >=24.11.0';

describe('On an older Node', function () {
  this.timeout(60_000);

  let folder: string;
  before(async () => {
    folder = await openFolder();
    await scaffold(folder);
  });
  after(() => removeFolder(folder));

  const run = (...args: readonly string[]) => node(folder, ['--import', OLD_NODE, ...args]);
  const refusal = (name: string) => `${name} needs Node ${REQUIRED}, and this is Node 20.20.2`;

  it('the command ap, and each generator under yo, say in a sentence what is wrong', async () => {
    const generators = ['app', 'phase', 'deploy-manifests'].map((name) => join(ROOT, 'generators', name, 'index.ts'));
    const [flags, program] = [AP.slice(0, -1), AP.slice(-1)];
    for (const words of [[...program, '--help'], ...generators.map((path) => [path])]) {
      const { code, stdout, stderr } = await run(...flags, ...words);
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, new RegExp(`^generator-autopilot needs Node .* and this is Node 20\\.20\\.2\\. .*\\n$`));
    }
  });

  for (const name of ['autopilot-runtime', 'autopilot-devcluster']) {
    it(`the package ${name} says it before it fails over anything else`, async () => {
      const { code, stderr } = await run('--input-type=module', '--eval', `import '${name}';`);
      assert.equal(code, 1);
      assert.ok(stderr.includes(refusal(name)), stderr);
      assert.match(stderr, /ERR_AP_NODE/);
      assert.doesNotMatch(stderr, /TypeError/);
    });
  }

  it('a scaffold’s scripts say it', async () => {
    const { code, stderr } = await run('scripts/check-node.mjs');
    assert.equal(code, 1);
    assert.equal(stderr, `This project needs Node ${REQUIRED}, and this is Node 20.20.2.\n`);
  });

  it('and what they ask for is what each package.json asks for', async () => {
    for (const path of ['', 'runtime', 'devcluster']) {
      const manifest = await readFile(join(ROOT, path, 'package.json'), 'utf8');
      assert.ok(manifest.includes(`"node": "${REQUIRED}"`), path);
    }
    assert.ok((await readFile(join(folder, 'package.json'), 'utf8')).includes(`"node": "${REQUIRED}"`));
    for (const fits of [fitsGenerator, fitsRuntime, fitsDevcluster]) {
      for (const version of ['22.19.0', '22.20.1', '24.11.0', '25.0.0', '26.1.2']) assert.ok(fits(version), version);
      for (const version of ['18.20.0', '20.20.2', '22.18.0', '23.11.0', '24.10.0']) assert.ok(!fits(version), version);
    }
  });
});
