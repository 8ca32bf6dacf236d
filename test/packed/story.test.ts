import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addOnDefinitions } from '../../devcluster/kinds/add-ons.ts';
import { objectAt, stringAt, valueAt } from '../../devcluster/schema/json.ts';
import { AUTOROUTE } from '../../examples/autorouter/show/scaffold.ts';
import { tree } from '../scaffold/workbench.ts';
import { findBuildah } from '../real/images/buildah.ts';
import { ImageStore } from '../real/images/image-store.ts';
import { kubectlFor, type Kubectl } from '../real/kubectl.ts';
import { Kubelet } from '../real/kubernetes/kubelet/kubelet.ts';
import type { Program } from '../real/kubernetes/kubelet/played-pod.ts';
import { buildPrograms, hasGo, programPath } from '../real/kubernetes/programs.ts';
import { RealCluster } from '../real/kubernetes/real-cluster.ts';
import { ApProcess, type Ended } from './story/ap-process.ts';
import { clusterState } from './story/route-state.ts';

const ROOT = join(import.meta.dirname, '../..');
const EXAMPLE = join(ROOT, 'examples/autorouter');
const NAME = 'autoroute-operator';
const image = (version: string): string => `registry.example.com/autoroute:${version}`;

/** What `ap` is asked for, and where it is killed: after it has begun to write, or to show something. */
interface Step {
  readonly words: readonly string[];
  readonly killedAt: RegExp;
  /** Default 0. */
  readonly code?: number;
}

const INIT: Step = {
  words: ['init', '.', '--kind=AutoRoute', '--group=examples.io', `--operator-name=${NAME}`, '--mesh=istio', '--yes'],
  killedAt: /npm install/,
};
/** The phases need other types of kinds than those that were proposed. */
const GENERATE: Step = { words: ['generate'], killedAt: /npm install/ };
/** Files of phases that `ap init` proposes and AutoRoute does not have. */
const NOT_OURS = ['processing', 'finished'].flatMap((phase) => [`src/workers/${phase}`, `test/${phase}.test.ts`]);

/** A Deployment without pods, which the example resource selects. */
const WEB = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default', labels: { app: 'example' } },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: 'example' } },
    template: { metadata: { labels: { app: 'example' } }, spec: { containers: [{ name: 'web', image: 'web' }] } },
  },
};

describe('AutoRoute, from ap init to ap undeploy on a real Kubernetes', function () {
  // Half a minute for each on an idle machine.
  this.timeout(900_000);
  let store: ImageStore;
  let cluster: RealCluster;
  let kubelet: Kubelet;
  let kubectl: Kubectl;
  let folder: string;
  let ap: ApProcess;
  const programs = new Map<string, Program>();
  /** The cluster after each step that changes it, of the story in which `ap` is killed. */
  const states: Readonly<Record<string, unknown>>[] = [];

  before(async function () {
    const tell = (line: string): void => console.log(line);
    if (!hasGo() && !process.env['CI']) return this.skip();
    await buildPrograms(tell);
    if (!findBuildah(tell)) return this.skip();
    // In CI the tests before this one have packed it.
    if (!process.env['CI']) {
      const { status, stderr } = spawnSync('npm', ['run', 'build'], { cwd: ROOT, encoding: 'utf8' });
      assert.equal(status, 0, stderr);
    }
    store = await ImageStore.create();
    // The garbage collector learns of kinds when it starts: so they are there before it.
    cluster = await RealCluster.start({ controllerManager: false });
    kubectl = kubectlFor(cluster.kubeconfig);
    const crds = { apiVersion: 'v1', kind: 'List', items: addOnDefinitions('istio') };
    kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(crds));
    kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    await cluster.startControllerManager();
    kubelet = await Kubelet.start({ kubeconfig: cluster.kubeconfig, images: (name) => programs.get(name) });
    for (const namespace of ['default', 'kube-node-lease', 'kube-public', 'kube-system'])
      for (const made of ['configmap/kube-root-ca.crt', 'serviceaccount/default'])
        kubectl(['wait', '--for=create', made, '-n', namespace, '--timeout=180s']);
    folder = await mkdtemp(join(tmpdir(), 'story-'));
    ap = new ApProcess(folder, {
      ...userEnv(),
      ...store.env,
      KUBECONFIG: cluster.kubeconfig,
      KUBECTL: programPath('kubectl'),
    });
  });
  after(async () => {
    await kubelet?.stop();
    await cluster?.stop();
    await store?.remove();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  /** Kills it where the step says, and runs it again, which has to go well. What is over so soon that it is not killed has gone well, too. */
  const killAndRepeat = async ({ words, killedAt, code = 0 }: Step): Promise<Ended> => {
    const killed = await ap.runAndKill(words, killedAt);
    assert.match(killed.output, killedAt, `ap ${words.join(' ')}:\n${killed.output}`);
    return ends(words, await ap.run(words), code);
  };
  const ends = (words: readonly string[], ended: Ended, code = 0): Ended => {
    assert.equal(ended.code, code, `ap ${words.join(' ')}:\n${ended.output}`);
    return ended;
  };
  const edit = async (path: string, from: string, to: string): Promise<void> => {
    const text = await readFile(join(folder, path), 'utf8');
    assert.ok(text.includes(from), `${path}: ${text}`);
    await writeFile(join(folder, path), text.replace(from, to));
  };
  /** What a user writes: the phases, and what they do. */
  const writeOwnFiles = async (to: string): Promise<void> => {
    for (const path of NOT_OURS) await rm(join(to, path), { recursive: true, force: true });
    for (const file of ['autopilot.yaml', ...AUTOROUTE.yours]) await cp(join(EXAMPLE, file), join(to, file));
  };
  const build = (version: string): Step => ({
    words: ['build', image(version), '--builder', 'buildah', '--image-build-args', store.buildArgs, '-o', 'json'],
    killedAt: /STEP \d+\/\d+: RUN npm ci/,
  });
  const deploy = (version: string, killedAt: RegExp): Step => ({ words: ['deploy', image(version)], killedAt });
  const undeploy: Step = { words: ['undeploy', '--with-resources'], killedAt: /deleting Deployment/ };
  const useRoute = async (): Promise<void> => {
    // Its garbage collector hears of a new kind up to half a minute later.
    await cluster.restart('kube-controller-manager');
    kubectl(['apply', '-f', '-'], JSON.stringify(WEB));
    kubectl(['apply', '-n', 'default', '-f', join(folder, 'deploy/autoroute_example.yaml')]);
    kubectl(['wait', '--for=condition=Ready', 'autoroute/example', '--timeout=180s']);
    kubectl(['wait', '--for=create', 'service/web', '--timeout=180s']);
  };
  const awaitChange = (): void => {
    kubectl(['wait', '--for=jsonpath={.metadata.labels.route}=example', 'service/web', '--timeout=180s']);
    kubectl(['wait', '--for=condition=Ready', 'autoroute/example', '--timeout=180s']);
  };
  /** What the resource owned goes with it, by the cluster's garbage collector. */
  const awaitCollected = (): void => {
    for (const owned of ['service/web', 'virtualservice/web', 'gateway/example'])
      kubectl(['wait', '--for=delete', owned, '--timeout=180s']);
    kubectl(['delete', 'deployment', 'web']);
  };
  const state = (): Promise<Readonly<Record<string, unknown>>> => clusterState(cluster.kubeconfig);

  it('makes the project', async () => {
    await killAndRepeat(INIT);
    await writeOwnFiles(folder);
    await killAndRepeat(GENERATE);
    const undisturbed = await mkdtemp(join(tmpdir(), 'undisturbed-'));
    const other = new ApProcess(undisturbed, userEnv());
    ends(INIT.words, await other.run([...INIT.words, '--skip-install']));
    await writeOwnFiles(undisturbed);
    ends(GENERATE.words, await other.run([...GENERATE.words, '--skip-install']));
    const { 'package-lock.json': lock, ...made } = Object.fromEntries(await tree(folder));
    assert.deepEqual(made, Object.fromEntries(await tree(undisturbed)));
    assert.ok(lock?.includes('autopilot-runtime'));
    await rm(undisturbed, { recursive: true });
  });

  it('builds an image of it, with what it needs and nothing else', async () => {
    const { stdout } = await killAndRepeat(build('1.0.0'));
    const answer: unknown = JSON.parse(stdout);
    assert.match(stringAt(answer, 'result', 'id'), /^sha256:[0-9a-f]{64}$/);
    const config = await store.config(image('1.0.0'));
    assert.equal(stringAt(config, 'User'), '65532:65532');
    assert.equal(stringAt(config, 'StopSignal'), 'SIGTERM');
    const { 'io.buildah.version': _version, ...labels } = objectAt(config, 'Labels') ?? {};
    assert.deepEqual(labels, {
      'org.opencontainers.image.title': NAME,
      'org.opencontainers.image.description': 'The operator of autoroutes.examples.io',
      'org.opencontainers.image.version': '0.0.1',
    });
    const program = await store.program(image('1.0.0'));
    programs.set(image('1.0.0'), program);
    const app = [...(await tree(join(program.root, 'app'))).keys()];
    for (const file of ['dist/main.mjs', 'dist/packages.mjs']) assert.ok(app.includes(file), app.join(' '));
    assert.ok(
      app.some((file) => file.startsWith('cache/')),
      'it is compiled ahead',
    );
    assert.deepEqual(
      app.filter((file) => !/^(dist\/[\w-]+\.(mjs|mjs\.map|txt)|cache\/.*)$/.test(file)),
      [],
    );
    assert.deepEqual((await tree(join(program.root, 'bin'))).size, 0, 'there is no shell');
  });

  it('deploys it, changes it, and deploys that', async () => {
    states.push(await state());
    await killAndRepeat(deploy('1.0.0', /creating CustomResourceDefinition/));
    await useRoute();
    states.push(await state());
    assert.match(ends(['diff'], await ap.run(['diff'])).stdout, /nothing would be written/);

    await edit(
      'src/workers/syncing/routes.ts',
      'metadata: { name: deployment.metadata.name },\n    spec: {\n      selector',
      "metadata: { name: deployment.metadata.name, labels: { route: 'example' } },\n    spec: {\n      selector",
    );
    // Those that are synced by the former version are synced again.
    await edit(
      'src/workers/syncing/worker.ts',
      'syncedDeployments: names',
      'syncedDeployments: names.map((name) => `${name}/2`)',
    );
    await edit('src/workers/ready/worker.ts', 'synced.has(metadata.name)', 'synced.has(`${metadata.name}/2`)');
    const differs = await killAndRepeat({ words: ['diff', '--follow'], killedAt: /Playing/, code: 1 });
    assert.match(differs.stdout, /\+ +route: example/);
    await killAndRepeat(build('1.1.0'));
    programs.set(image('1.1.0'), await store.program(image('1.1.0')));
    await killAndRepeat(deploy('1.1.0', /changing Deployment/));
    awaitChange();
    states.push(await state());
  });

  it('looks after it', async () => {
    const status = await killAndRepeat({ words: ['status', '-o', 'json'], killedAt: /"command": "status"/ });
    const told: unknown = objectAt(JSON.parse(status.stdout), 'result');
    assert.equal(valueAt(told, 'resources', 'count'), 1);
    assert.equal(valueAt(told, 'resources', 'phases', 'Ready'), 1);
    const route = await killAndRepeat({ words: ['status', 'default/example'], killedAt: /web/ });
    assert.match(route.stdout, /Service/);
    const logs = await killAndRepeat({
      words: ['logs', '-o', 'json', '--phase', 'Syncing'],
      killedAt: /routing 1 Deployments/,
    });
    assert.match(logs.stdout, /"pod":"autoroute-operator-/);
    const diff = await killAndRepeat({ words: ['diff', '-o', 'json'], killedAt: /Listing/ });
    assert.equal(valueAt(JSON.parse(diff.stdout), 'result', 'changes'), false);
  });

  it('undeploys it, and leaves nothing behind', async () => {
    await killAndRepeat(undeploy);
    awaitCollected();
    assert.deepEqual(await state(), states[0]);
  });

  it('ended each time as it does undisturbed', async () => {
    const [, first, second] = states;
    const run = async ({ words }: Step): Promise<Ended> => ends(words, await ap.run(words));
    await run(deploy('1.0.0', /./));
    await useRoute();
    assert.deepEqual(await state(), first);
    await run(deploy('1.1.0', /./));
    awaitChange();
    assert.deepEqual(await state(), second);
    await run(undeploy);
    awaitCollected();
    assert.deepEqual(await state(), states[0]);
  });
});

/** Without what npm and the test runner give to what they start. */
function userEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_(?!config_registry)|NODE_OPTIONS|CI$)/i.test(name)),
  );
}
