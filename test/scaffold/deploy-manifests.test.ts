import assert from 'node:assert/strict';
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { differences, generate, openFolder, removeFolder, scaffold, tree } from './workbench.ts';

describe('Manifests', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await openFolder();
    await scaffold(folder);
  });
  afterEach(() => removeFolder(folder));

  const read = (path: string) => readFile(join(folder, path), 'utf8');
  const deploy = (options: Readonly<Record<string, unknown>> = {}) =>
    generate(folder, 'deploy-manifests', { options: { yes: true, ...options } });

  it('say what the options say, and keep saying it', async () => {
    const image = 'registry.example.com/team/example:1.2.3';
    await deploy({ image, targetNamespace: 'routing', cpuRequest: '20m', memoryRequest: '64Mi', memoryLimit: '96Mi' });
    const deployment = await read('deploy/base/deployment.yaml');
    for (const words of [image, 'namespace: routing', '20m', '64Mi', '96Mi'])
      assert.ok(deployment.includes(words), words);

    const before = await tree(folder);
    await deploy();
    await generate(folder, 'app');
    assert.deepEqual(differences(before, await tree(folder)), []);
  });

  it('keep what was edited in overlays, in what has to change and in what has not', async () => {
    const edit = async (path: string, from: string, to: string): Promise<void> => {
      const text = await read(path);
      assert.ok(text.includes(from), path);
      await writeFile(join(folder, path), text.replace(from, to));
    };
    const overlays = 'deploy/overlays';
    await edit(`${overlays}/production/deployment_patch.yaml`, '  replicas: 2\n', '  replicas: 4 # of mine\n');
    await edit(`${overlays}/monitoring/prometheus_rule.yaml`, 'for: 20m', 'for: 1h');
    await edit(`${overlays}/monitoring/dashboard.json`, '"refresh": "30s"', '"refresh": "5m"');
    await edit(
      'deploy/kustomization.yaml',
      '  - overlays/cluster\n',
      '  - overlays/cluster\n  - overlays/monitoring # mine\n',
    );
    await deploy({ targetNamespace: 'routing', watch: 'namespaced' });
    const patch = await read(`${overlays}/production/deployment_patch.yaml`);
    for (const words of ['replicas: 4 # of mine', 'namespace: routing']) assert.ok(patch.includes(words), words);
    const rule = await read(`${overlays}/monitoring/prometheus_rule.yaml`);
    for (const words of ['for: 1h', 'namespace: routing']) assert.ok(rule.includes(words), words);
    assert.match(await read(`${overlays}/monitoring/dashboard.json`), /"refresh": "5m"/);
    assert.match(
      await read('deploy/kustomization.yaml'),
      /^resources:\n(?: {2}- overlays\/(?:namespaced|monitoring # mine)\n){2}$/m,
    );
    assert.match(await read(`${overlays}/production/kustomization.yaml`), /\.\.\/namespaced/);
  });

  it('are all written where they are missing', async () => {
    const before = await tree(folder);
    await rm(join(folder, 'deploy'), { recursive: true });
    await deploy();
    assert.deepEqual(differences(before, await tree(folder)), []);
  });

  it('change the operator’s configuration by edits that keep the rest', async () => {
    await appendFile(join(folder, 'autopilot-operator.yaml'), '# mine\n');
    await deploy({ logLevel: 'Debug', workInterval: '1m30s', enableLeaderElection: false, concurrency: 3 });
    const text = await read('autopilot-operator.yaml');
    for (const line of [
      'logLevel: Debug',
      'workInterval: 1m30s',
      'enableLeaderElection: false',
      'concurrency: 3',
      '# mine',
    ]) {
      assert.ok(text.split('\n').includes(line), line);
    }
    const map = await read('deploy/base/configmap.yaml');
    assert.match(map, /logLevel: Debug/);
  });

  it('let the overlay be chosen', async () => {
    await deploy({ watch: 'namespaced' });
    assert.match(await read('deploy/kustomization.yaml'), /overlays\/namespaced/);
  });

  it('have several replicas where they elect one that works', async () => {
    await deploy({ replicas: '3' });
    assert.match(await read('deploy/base/deployment.yaml'), /^ {2}replicas: 3$/m);
    await assert.rejects(deploy({ enableLeaderElection: false }), /3 replicas would all work at once/);
    assert.doesNotMatch(await read('autopilot-operator.yaml'), /^enableLeaderElection/m);
    await deploy({ enableLeaderElection: false, replicas: '1' });
    assert.match(await read('deploy/base/deployment.yaml'), /type: Recreate/);
  });

  it('are asked about with the present settings as defaults', async () => {
    await deploy({ targetNamespace: 'routing' });
    const asked = await generate(folder, 'deploy-manifests', { answers: {} });
    assert.deepEqual(asked, [
      { question: 'image', answer: 'example-operator:0.0.1' },
      { question: 'targetNamespace', answer: 'routing' },
      { question: 'watch', answer: 'cluster' },
      { question: 'replicas', answer: '1' },
      { question: 'cpuRequest', answer: '50m' },
      { question: 'memoryRequest', answer: '128Mi' },
      { question: 'memoryLimit', answer: '256Mi' },
      { question: 'logLevel', answer: 'Info' },
      { question: 'concurrency', answer: '20' },
    ]);
  });

  it('may request more than the default limit, where the limit is asked about, too', async () => {
    await generate(folder, 'deploy-manifests', {
      options: { memoryRequest: '512Mi' },
      answers: { memoryLimit: '1Gi' },
    });
    assert.match(await read('deploy/base/deployment.yaml'), /memory: 512Mi\n[^]*memory: 1Gi\n/);
  });

  it('follow the API: the CRD is made from spec.ts', async () => {
    await writeFile(
      join(folder, 'src/api/examples/v1/spec.ts'),
      `import { z } from 'zod';
       import { limits } from './limits.ts';
       export const spec = z.object({ replicas: z.number().int().max(limits.most) });
       export const status = z.object({});`,
    );
    await writeFile(
      join(folder, 'src/api/examples/v1/limits.ts'),
      'export const limits: { most: number } = { most: 42 };',
    );
    await generate(folder, 'app');
    assert.match(await read('deploy/base/crd.yaml'), /maximum: 42/);
    assert.match(await read('deploy/example_example.yaml'), /replicas: /);
  });

  it('need no installed packages', async () => {
    await rm(join(folder, 'node_modules'));
    await appendFile(join(folder, 'src/api/examples/v1/spec.ts'), '\n');
    await generate(folder, 'app');
    assert.match(await read('deploy/base/crd.yaml'), /message:/);
  });
});
