import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import {
  ap,
  check,
  differences,
  generate,
  openFolder,
  removeFolder,
  runTests,
  scaffold,
  tree,
  visible,
} from './workbench.ts';

describe('A new project', function () {
  // Compiler, linter and tests of what was generated.
  this.timeout(60_000);

  let folder: string;
  beforeEach(async () => {
    folder = await openFolder();
  });
  afterEach(() => removeFolder(folder));

  const read = (path: string) => readFile(join(folder, path), 'utf8');

  it('tells editors what its two files may hold, by schemas that are there', async () => {
    await scaffold(folder);
    for (const [file, wrong] of [
      ['autopilot.yaml', 'phases: [{ name: A, rollback: maybe }]'],
      ['autopilot-operator.yaml', 'concurrency: many'],
    ] as const) {
      const text = await read(file);
      const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
      const accepts = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(await read(schema)) as object);
      assert.ok(accepts(parse(text)), JSON.stringify(accepts.errors));
      assert.ok(!accepts({ ...(parse(text) as object), ...(parse(wrong) as object) }), file);
    }
  });

  it('has everything from the API to the manifests', async () => {
    await scaffold(folder);
    assert.deepEqual(visible(await tree(folder)), [
      '.dockerignore',
      '.gitattributes',
      '.gitignore',
      '.mocharc.json',
      '.oxlintrc.json',
      '.prettierignore',
      '.prettierrc.json',
      '.yo-rc.json',
      'Dockerfile',
      'README.md',
      'autopilot-operator.yaml',
      'autopilot.yaml',
      'deploy/base/configmap.yaml',
      'deploy/base/crd.yaml',
      'deploy/base/deployment.yaml',
      'deploy/base/example_admin_role.yaml',
      'deploy/base/example_editor_role.yaml',
      'deploy/base/example_viewer_role.yaml',
      'deploy/base/kustomization.yaml',
      'deploy/base/leader_election_role.yaml',
      'deploy/base/leader_election_rolebinding.yaml',
      'deploy/base/metrics_service.yaml',
      'deploy/base/namespace.yaml',
      'deploy/base/service_account.yaml',
      'deploy/example_example.yaml',
      'deploy/kustomization.yaml',
      'deploy/overlays/cluster/clusterrole.yaml',
      'deploy/overlays/cluster/clusterrolebinding.yaml',
      'deploy/overlays/cluster/kustomization.yaml',
      'deploy/overlays/monitoring/dashboard.json',
      'deploy/overlays/monitoring/kustomization.yaml',
      'deploy/overlays/monitoring/prometheus_rule.yaml',
      'deploy/overlays/monitoring/service_monitor.yaml',
      'deploy/overlays/namespaced/kustomization.yaml',
      'deploy/overlays/namespaced/role.yaml',
      'deploy/overlays/namespaced/rolebinding.yaml',
      'deploy/overlays/namespaced/watch_namespace.yaml',
      'deploy/overlays/network-policy/kustomization.yaml',
      'deploy/overlays/network-policy/network_policy.yaml',
      'deploy/overlays/production/deployment_patch.yaml',
      'deploy/overlays/production/kustomization.yaml',
      'deploy/overlays/production/metrics_auth_role.yaml',
      'deploy/overlays/production/metrics_auth_rolebinding.yaml',
      'deploy/overlays/production/metrics_reader_role.yaml',
      'deploy/overlays/production/metrics_service_patch.yaml',
      'deploy/overlays/production/pod_disruption_budget.yaml',
      'package.json',
      'scripts/build.mjs',
      'scripts/check-node.mjs',
      'src/api/examples/v1/spec.ts',
      'src/api/examples/v1/types.ts',
      'src/kinds.ts',
      'src/main.ts',
      'src/operator.ts',
      'src/workers/initializing/io.ts',
      'src/workers/initializing/worker.ts',
      'src/workers/processing/io.ts',
      'src/workers/processing/worker.ts',
      'test/api/spec.test.ts',
      'test/example.ts',
      'test/harness.ts',
      'test/initializing.test.ts',
      'test/processing.test.ts',
      'tsconfig.json',
    ]);
  });

  it('compiles, has no findings of its linter, is formatted, and passes its own tests', async () => {
    await scaffold(folder, { finalizer: true });
    await check(folder);
    const { code, stdout } = await runTests(folder);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /4 passing/);
  });

  it('has the original’s phases where there is a mesh, and such as work anywhere where there is none', async () => {
    await scaffold(folder, { mesh: 'istio' });
    const text = await read('autopilot.yaml');
    assert.match(text, /virtualservices/);
    assert.match(text, /- metrics/);
    assert.match(await read('src/metrics.ts'), /getIstioSuccessRate/);

    const plain = await openFolder();
    await scaffold(plain);
    const other = await readFile(join(plain, 'autopilot.yaml'), 'utf8');
    await removeFolder(plain);
    assert.match(other, /configmaps/);
    assert.doesNotMatch(other, /- metrics|virtualservices/);
  });

  it('makes routes of the Gateway API where that is the mesh', async () => {
    await scaffold(folder, { mesh: 'gateway-api' });
    assert.match(await read('autopilot.yaml'), /- httproutes/);
    assert.match(await read('package.json'), /"@kubernetes-models\/gateway-api": "\^2/);
    assert.match(await read('src/workers/processing/io.ts'), /IHTTPRoute/);
  });

  for (const mesh of ['istio', 'gateway-api']) {
    it(`with the mesh ${mesh} compiles and passes its tests as well`, async () => {
      await scaffold(folder, { mesh, kind: 'HTTPProbe' });
      await check(folder);
      const { code, stdout } = await runTests(folder);
      assert.equal(code, 0, stdout);
    });
  }

  it('asks in this order, and takes an answer for an answer', async () => {
    const answers = { kind: 'AutoRoute', group: 'routes.example.com', mesh: 'istio', finalizer: true };
    const asked = await generate(folder, 'app', { answers, options: { version: 'v1beta1' } });
    assert.deepEqual(
      asked.map(({ question }) => question),
      ['directory', 'kind', 'group', 'operatorName', 'scope', 'mesh', 'phases', 'finalizer', 'packageManager'],
    );
    const text = await read('autopilot.yaml');
    assert.match(text, /^kind: AutoRoute$/m);
    assert.match(text, /^apiVersion: routes.example.com\/v1beta1$/m);
    assert.match(text, /^operatorName: autoroute-operator$/m);
    assert.match(text, /^enableFinalizer: true$/m);
  });

  it('goes into the folder that is named', async () => {
    await generate(folder, 'app', { args: ['deep/route'], options: { yes: true } });
    assert.match(await read('deep/route/autopilot.yaml'), /kind: Example/);
  });

  it('may wait for its first phase', async () => {
    await scaffold(folder, { phases: 'none' });
    const files = visible(await tree(folder));
    assert.equal(
      files.some((path) => path.startsWith('deploy/') || path === 'src/operator.ts'),
      false,
    );
    assert.match(await read('README.md'), /Nothing yet: `ap phase Initializing --initial` adds the first phase/);
    await check(folder);
    assert.match((await runTests(folder)).stdout, /1 passing/);

    await generate(folder, 'phase', { args: ['Working'], options: { yes: true } });
    assert.match(await read('autopilot.yaml'), /initial: true/);
    assert.match(await read('README.md'), /\[\*\] --> Working/);
    await check(folder);
    assert.match((await runTests(folder)).stdout, /2 passing/);
  });

  it('that waits for its first phase may be asked for again, and is brought up to date', async () => {
    await scaffold(folder, { phases: 'none' });
    const first = await tree(folder);
    await scaffold(folder, { phases: 'none' });
    assert.deepEqual(differences(first, await tree(folder)), []);
    const more = await ap(folder, 'init', '--yes', '--skip-install', '--phases', 'default');
    assert.match(more.stderr, /--phases: There is a project here already, where this is `none`.*ERR_AP_PROJECT_EXISTS/);

    const generated = 'src/api/examples/v1/types.ts';
    await rm(join(folder, generated));
    const checked = await ap(folder, 'generate', '--check');
    assert.equal(checked.code, 1);
    assert.ok(checked.stderr.includes(generated), checked.stderr);
    const { code, stderr } = await ap(folder, 'generate', '--yes', '--skip-install');
    assert.equal(code, 0, stderr);
    assert.deepEqual(differences(first, await tree(folder)), []);
  });

  it('that had phases cannot lose them all: their files would be left behind', async () => {
    await scaffold(folder);
    const yaml = await read('autopilot.yaml');
    await writeFile(join(folder, 'autopilot.yaml'), yaml.replace(/^phases:$[^]*/m, 'phases: []\n'));
    const { code, stderr } = await ap(folder, 'generate', '--yes', '--skip-install');
    assert.equal(code, 1);
    assert.match(stderr, /phases: There is no phase\..*ERR_AP_NO_PHASES/);
  });

  it('remembers in .yo-rc.json only what the YAML files cannot say', async () => {
    await scaffold(folder, { packageManager: 'pnpm', mesh: 'istio', kind: 'Route' });
    assert.deepEqual(JSON.parse(await read('.yo-rc.json')), {
      'generator-autopilot': { packageManager: 'pnpm', mesh: 'istio', runtime: '*', devcluster: '*' },
    });
  });

  it('leaves an autopilot-operator.yaml alone that is there already', async () => {
    await writeFile(join(folder, 'autopilot-operator.yaml'), 'logLevel: Debug # mine\n');
    await scaffold(folder);
    assert.equal(await read('autopilot-operator.yaml'), 'logLevel: Debug # mine\n');
    assert.match(await read('deploy/base/configmap.yaml'), /logLevel: Debug/);
  });
});
