import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { start, type ResourceType, type RunningOperator } from 'autopilot-runtime';
import { phase, routeCrd, routes } from '../operator/testbed.ts';
import { kubectlFor, type Kubectl } from './kubectl.ts';
import { RealCluster } from './kubernetes/real-cluster.ts';

const deployments: ResourceType = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
};
const SECONDS = 20;

/** Applies `spec.patch` to the Deployment `web`. */
const OPERATOR = routes({
  Only: phase(
    ({ route }) => ({
      phase: 'Only',
      patches: { deployments: route.spec['patch'] === undefined ? [] : [route.spec['patch']] },
    }),
    { initial: true, inputs: {}, outputs: {}, patches: { deployments: { type: deployments } } },
  ),
});

describe('patches on a real Kubernetes', () => {
  let cluster: RealCluster;
  let kubectl: Kubectl;
  let operator: RunningOperator | undefined;
  before(async () => {
    cluster = await RealCluster.start({ controllerManager: false });
    kubectl = kubectlFor(cluster.kubeconfig);
    kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(routeCrd));
    kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
  });
  after(() => cluster.stop());
  beforeEach(async () => {
    kubectl(['create', 'deployment', 'web', '--image=nginx', '--replicas=2']);
    await run();
  });
  afterEach(async () => {
    for (const name of ['a', 'b', 'c']) await remove(name);
    await operator?.stop();
    kubectl(['delete', 'deployment', 'web', '--ignore-not-found']);
  });

  const run = async (): Promise<void> => {
    operator = await start(OPERATOR, { kubeconfig: await readFile(cluster.kubeconfig, 'utf8') });
  };
  const route = (name: string, patch?: object) =>
    kubectl(
      ['apply', '-f', '-'],
      JSON.stringify({
        apiVersion: 'example.io/v1',
        kind: 'Route',
        metadata: { name, namespace: 'default' },
        spec: patch ? { patch: { metadata: { name: 'web' }, ...patch } } : {},
      }),
    );
  const see = (path: string, kind = 'deployment', name = 'web') =>
    kubectl(['get', kind, name, '-o', `jsonpath=${path}`, '--ignore-not-found']);
  const until = async (path: string, wanted: string | RegExp, kind = 'deployment', name = 'web'): Promise<void> => {
    const deadline = performance.now() + SECONDS * 1000;
    const is = (seen: string) => (typeof wanted === 'string' ? seen === wanted : wanted.test(seen));
    for (let seen = see(path, kind, name); !is(seen); seen = see(path, kind, name)) {
      assert.ok(performance.now() < deadline, `${path}: ${seen}`);
      await sleep(50);
    }
  };
  /** The operator runs in this process, which kubectl keeps from working: so it is not kubectl that waits. */
  const remove = async (name: string): Promise<void> => {
    kubectl(['delete', 'route', name, '--wait=false', '--ignore-not-found']);
    await until('{.metadata.name}', '', 'route', name);
  };
  const label = (name: string) => ({ metadata: { name: 'web', labels: { [name]: name } } });
  const ready = (name: string) => until('{.status.conditions[?(@.type=="Ready")].reason}', 'Resting', 'route', name);

  it('of several resources in one Deployment are given up one by one', async () => {
    for (const name of ['a', 'b', 'c']) route(name, label(name));
    for (const name of ['a', 'b', 'c']) await until(`{.metadata.labels.${name}}`, name);
    route('b');
    await until('{.metadata.labels.b}', '');
    await remove('a');
    assert.equal(see('{.metadata.labels.a}'), '');
    assert.deepEqual([see('{.metadata.labels.c}'), see('{.metadata.labels.app}')], ['c', 'web']);
    assert.equal(see('{.metadata.ownerReferences}'), '');
  });

  it('of a field that kubectl holds are refused, and say so; a field that nobody holds any more is at its default', async () => {
    route('a', { spec: { replicas: 3 } });
    await until(
      '{.status.conditions[?(@.type=="Ready")].message}',
      /kubectl-create holds \.spec\.replicas/,
      'route',
      'a',
    );
    assert.equal(see('{.spec.replicas}'), '2');
    route('a', { spec: { revisionHistoryLimit: 10, minReadySeconds: 5 } });
    await ready('a');
    assert.equal(see('{.spec.minReadySeconds}'), '5');
    route('a');
    await until('{.spec.minReadySeconds}', '');
  });

  it('are repaired after an edit by nobody who holds the field, and refused to who keeps it', async () => {
    route('a', label('a'));
    await ready('a');
    kubectl(['label', 'deployment', 'web', 'a-']);
    await until('{.metadata.labels.a}', 'a');
    kubectl(['label', 'deployment', 'web', 'a=edited', '--overwrite']);
    await until(
      '{.status.conditions[?(@.type=="Ready")].message}',
      /kubectl-label holds \.metadata\.labels\.a/,
      'route',
      'a',
    );
  });

  it('wait for a Deployment that is not there, and are found again after a restart', async () => {
    kubectl(['delete', 'deployment', 'web']);
    route('a', label('a'));
    await until('{.status.conditions[?(@.type=="Ready")].reason}', 'PatchTargetMissing', 'route', 'a');
    assert.equal(see('{.metadata.name}'), '');
    kubectl(['create', 'deployment', 'web', '--image=nginx']);
    await until('{.metadata.labels.a}', 'a');
    await operator?.stop();
    route('a', label('other'));
    await run();
    await until('{.metadata.labels.other}', 'other');
    await until('{.metadata.labels.a}', '');
  });
}).timeout(60_000);
