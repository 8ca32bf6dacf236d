import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCluster, type Cluster } from 'autopilot-devcluster';
import { load } from 'js-yaml';
import { RecordedEnvironment } from '../cluster/cluster-command.fixture.ts';
import { clusterCommand, type Answer } from '../cluster/cluster-command.ts';
import type { ClusterOptions } from '../cluster/options.ts';
import { diff, type DiffOptions } from './diff.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/autorouter', import.meta.url));
const DOCS = fileURLToPath(new URL('../../docs/deploy.md', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** As a user adds a reconciler of his own. */
const MAIN = `
import { defineOperator, run } from 'autopilot-runtime';
import { operator } from './operator.ts';
const configMaps = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true };
const reconciler = {
  async reconcile({ name, client }) {
    await client.apply('configMaps', { metadata: { name: name + '-note' }, data: { seen: 'yes' } });
    return { outcome: 'done' };
  },
};
await run(defineOperator({ ...operator, reconcilers: { notes: { reads: {}, writes: { configMaps }, reconciler } } }));
`;
const STARTING = `
import { start } from 'autopilot-runtime';
import { operator } from './operator.ts';
await start(operator);
`;
const ROUTE = { apiVersion: 'examples.io/v1', kind: 'AutoRoute' };

describe('ap diff', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let kubeconfig: string;
  before(async () => {
    cluster = await startCluster({ crds: ['istio'] });
    kubeconfig = await cluster.writeKubeconfig();
  });
  after(() => cluster.stop());

  const run = async (
    options: Partial<DiffOptions & ClusterOptions> = {},
    cwd = EXAMPLE,
    env: NodeJS.ProcessEnv = {},
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> => {
    const { name, follow = false, ...others } = options;
    const environment = new RecordedEnvironment({ cwd, kubeconfig, env });
    const clusterOptions: ClusterOptions = { output: 'text', ...others };
    const asked = { follow, ...(name !== undefined && { name }) };
    const code = await clusterCommand('diff', clusterOptions, environment, (context) => diff(context, asked));
    return { code, stdout: environment.stdout, stderr: environment.stderr };
  };
  /** The kind, a resource and what it selects, where they are not there yet. */
  const ready = async (): Promise<void> => {
    await cluster.installCrd(load(await readFile(join(EXAMPLE, 'deploy/base/crd.yaml'), 'utf8')) as object);
    const selector = { matchLabels: { app: 'web' } };
    const metadata = { name: 'web', namespace: 'default', labels: selector.matchLabels };
    await cluster.apply({ ...ROUTE, metadata, spec: { deploymentSelector: selector } });
    const spec = { containers: [{ name: 'web', image: 'web', ports: [{ containerPort: 8080 }] }] };
    const template = { metadata: { labels: selector.matchLabels }, spec };
    await cluster.apply({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { selector, template } });
  };
  const answerOf = ({ stdout }: { readonly stdout: string }): Answer => JSON.parse(stdout) as Answer;

  it('says what to do where the cluster does not have the kind', async () => {
    const { code, stdout, stderr } = await run();
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /does not have autoroutes\.examples\.io.*ap deploy.*\(ERR_AP_DIFF_KIND_MISSING\)/);
  });

  it('ends with 0 where nothing would be written', async () => {
    await cluster.installCrd(load(await readFile(join(EXAMPLE, 'deploy/base/crd.yaml'), 'utf8')) as object);
    const { code, stdout } = await run();
    assert.deepEqual([code, stdout], [0, '0 resources looked at; nothing would be written.\n']);
  });

  it('shows unified diffs by resource and phase, and ends with 1', async () => {
    await ready();
    cluster.requests.clear();
    const { code, stdout, stderr } = await run({ follow: true });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /Listing what autoroute-operator reads …\nPlaying it over what https:.* has\. Nothing is written\.\n/,
    );
    const lines = stdout.split('\n');
    assert.deepEqual(
      lines.filter((line) => /^\w/.test(line)),
      [
        'AutoRoute default/web: (no phase) → Syncing',
        'AutoRoute default/web: Syncing → Ready',
        'AutoRoute default/web: Ready',
        '1 resource looked at; writes that were held back: 3 created, 3 changed.',
      ],
    );
    for (const line of [
      '  Service default/web would be created',
      '--- /dev/null',
      '+++ b/v1/Service/default/web',
      '-  phase: Syncing',
      '+  phase: Ready',
    ])
      assert.ok(lines.includes(line), line);
    // What is set by the server or by the runtime for itself.
    assert.doesNotMatch(
      stdout,
      /managedFields|resourceVersion|clusterIP|examples\.io\/(?:owner|phase|applied)|lastTransitionTime|revision/,
    );
    const wrote = cluster.requests.filter(({ method, query }) => method !== 'GET' && query['dryRun'] !== 'All');
    assert.deepEqual(wrote, []);
    assert.equal(
      await cluster.find({ apiVersion: 'v1', kind: 'Service', name: 'web', namespace: 'default' }),
      undefined,
    );
  });

  it('answers in JSON, of one resource, in one context', async () => {
    await ready();
    const ran = await run({ output: 'json', name: 'web', namespace: 'default', context: 'autopilot-devcluster' });
    assert.equal(ran.code, 1);
    const answer = answerOf(ran);
    assert.deepEqual([answer.command, answer.ok, answer.exitCode, answer.errors], ['diff', false, 1, []]);
    assert.equal(answer.context, 'autopilot-devcluster');
    const { syncs } = answer.result as { readonly syncs: readonly Record<string, unknown>[] };
    assert.deepEqual(
      syncs.map(({ resource, from, to, outcome }) => [resource, from, to, outcome]),
      [['default/web', '', 'Syncing', 'continues']],
    );
    assert.match(
      JSON.stringify(syncs[0]?.['changes']),
      /"action":"change".*"diff":"--- a\/examples\.io\/v1\/AutoRoute/,
    );
  });

  it('says which contexts and resources there are not, and who does not answer', async () => {
    const none = await run({ name: 'other' });
    assert.equal(none.code, 2);
    assert.match(none.stderr, /There is no AutoRoute other.*\(ERR_AP_DIFF_NO_RESOURCE\)/);
    const context = await run({ context: 'gone', output: 'json' });
    assert.equal(context.code, 3);
    assert.match(context.stderr, /no context "gone"\. There are: autopilot-devcluster/);
  });

  it('is documented with what it writes', async () => {
    await ready();
    await cluster.patch(
      { ...ROUTE, name: 'web', namespace: 'default' },
      { status: { phase: 'Syncing' } },
      { subresource: 'status' },
    );
    const { stdout, stderr } = await run();
    const documented = /\n\$ ap diff\n([^]*?)\n```\n/.exec(await readFile(DOCS, 'utf8'))?.[1] ?? assert.fail('nothing');
    const written = (stderr + stdout)
      .replace(/127\.0\.0\.1:\d+/, '127.0.0.1:6443')
      .replaceAll(/uid: [-0-9a-f]+/g, 'uid: 2f7f0b8e-0f7c-4a31-8a39-3d5b0f3a6a55');
    assert.ok(written.startsWith(`${documented}\n`), written);
  });

  it("plays what src/main.ts runs, with reconcilers of the project's own, and starts nothing", async () => {
    await ready();
    await mkdir(join(ROOT, '.work'), { recursive: true });
    const folder = await mkdtemp(join(ROOT, '.work/diff-'));
    try {
      await cp(EXAMPLE, folder, { recursive: true });
      await writeFile(join(folder, 'src/main.ts'), MAIN);
      const { code, stdout, stderr } = await run({}, folder);
      assert.equal(code, 1, stderr);
      assert.match(stdout, /^notes default\/web\n {2}ConfigMap default\/web-note would be created$/m);
      assert.match(stdout, /^AutoRoute default\/web: .* → /m);
      // An operator for one namespace has its own by its pod's variable; here it is the one of -n.
      const settings = { 'generator-autopilot': { watch: 'namespaced', targetNamespace: 'routing' } };
      await writeFile(join(folder, '.yo-rc.json'), JSON.stringify(settings));
      cluster.requests.clear();
      assert.match((await run({}, folder)).stdout, /^0 resources looked at/);
      assert.match((await run({ namespace: 'default' }, folder)).stdout, /^2 resources looked at/m);
      assert.deepEqual(
        new Set(
          cluster.requests
            .filter({ resource: 'autoroutes', verb: ['list', 'watch'] })
            .map(({ namespace }) => namespace),
        ),
        new Set(['routing', 'default']),
      );
      await writeFile(join(folder, 'src/main.ts'), 'import { run } from "./nowhere.ts";');
      const broken = await run({}, folder);
      assert.equal(broken.code, 2);
      assert.match(broken.stderr, /src\/main\.ts cannot be loaded: .*nowhere\.ts.*\(ERR_AP_DIFF_LOAD\)/);
      await writeFile(join(folder, 'src/main.ts'), STARTING);
      const started = await run({}, folder);
      assert.equal(started.code, 2);
      assert.match(started.stderr, /\(ERR_AP_PLAYED\)/);
    } finally {
      await rm(folder, { recursive: true });
    }
    assert.equal(
      await cluster.find({ apiVersion: 'v1', kind: 'ConfigMap', name: 'web-note', namespace: 'default' }),
      undefined,
    );
  });

  it('never starts a runtime that cannot hold back what it writes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ap-diff-'));
    const runtime = join(folder, 'node_modules/autopilot-runtime');
    try {
      for (const name of ['autopilot.yaml', 'autopilot-operator.yaml'])
        await writeFile(join(folder, name), await readFile(join(EXAMPLE, name)));
      await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
      const missing = await run({}, folder);
      assert.deepEqual([missing.code, /\(ERR_AP_NOT_INSTALLED\)/.test(missing.stderr)], [2, true]);
      await mkdir(runtime, { recursive: true });
      const exports = { '.': './runtime.js', './package.json': './package.json' };
      await writeFile(
        join(runtime, 'package.json'),
        JSON.stringify({ name: 'autopilot-runtime', type: 'module', exports }),
      );
      await writeFile(join(runtime, 'runtime.js'), 'throw new Error("started")');
      const old = await run({}, folder);
      assert.equal(old.code, 2);
      assert.match(old.stderr, /was not started\..*ap generate.*\(ERR_AP_RUNTIME_TOO_OLD\)/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
