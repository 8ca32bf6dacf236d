import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { start, type ResourceType, type RunningOperator } from 'autopilot-runtime';
import { load } from 'js-yaml';
import { configMap, configMaps, phase, routeCrd, routes } from '../operator/testbed.ts';
import { kubectlFor, type Kubectl } from './kubectl.ts';
import { RealCluster } from './kubernetes/real-cluster.ts';

const secrets: ResourceType = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true };
const RESOURCES = 30;
const SETTLED_WITHIN_MS = 90_000;

/** An output beside the resource, one in another namespace, a field of somebody else's object, and a finalizer. */
const busy = routes(
  {
    One: phase(
      ({ route }) => ({
        phase: 'Two',
        outputs: { configMaps: [configMap(`${route.metadata.name}-near`, { n: String(route.spec['n']) })] },
      }),
      { initial: true, inputs: {} },
    ),
    Two: phase(
      ({ route, inputs }) => ({
        phase:
          inputs['configMaps']?.find(`${route.metadata.name}-near`)?.data?.['n'] === route.spec['n'] ? 'Two' : 'One',
        outputs: {
          configMaps: [
            {
              ...configMap(`${route.metadata.name}-far`, { n: String(route.spec['n']) }),
              metadata: { name: `${route.metadata.name}-far`, namespace: 'far' },
            },
          ],
        },
        patches: {
          secrets: [{ metadata: { name: 'theirs', labels: { [route.metadata.name]: String(route.spec['n']) } } }],
        },
      }),
      { outputs: { configMaps: { type: configMaps, namespace: 'any' } }, patches: { secrets: { type: secrets } } },
    ),
  },
  { finalizer: { worker: () => undefined } },
);

describe('an operator under load on a real Kubernetes', () => {
  let cluster: RealCluster;
  let kubectl: Kubectl;
  let folder: string;
  let operator: RunningOperator;
  const told = new Map<string, string>();
  let turn = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'load-'));
    cluster = await RealCluster.start({ controllerManager: false });
    kubectl = kubectlFor(cluster.kubeconfig);
    apply(routeCrd);
    kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    await cluster.startControllerManager({ controllers: 'garbage-collector-controller' });
    kubectl(['create', 'namespace', 'far']);
    kubectl(['create', 'secret', 'generic', 'theirs', '-n', 'default']);
    kubectl([
      'create',
      'clusterrolebinding',
      'operator',
      '--clusterrole=cluster-admin',
      '--serviceaccount=default:operator',
    ]);
    await issue();
    const admin = load(await readFile(cluster.kubeconfig, 'utf8')) as object;
    const users = [{ name: 'admin', user: { tokenFile: join(folder, 'token') } }];
    operator = await start(busy, { kubeconfig: JSON.stringify({ ...admin, users }) });
  });
  after(async () => {
    await operator.stop();
    await cluster.stop();
    await rm(folder, { recursive: true });
  });

  const apply = (...items: readonly object[]): void =>
    void kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  /** A token of a new service account of the name: the one of before is good no longer, as if it had expired. */
  const issue = async (): Promise<void> => {
    kubectl(['delete', 'serviceaccount', 'operator', '-n', 'default', '--ignore-not-found']);
    kubectl(['create', 'serviceaccount', 'operator', '-n', 'default']);
    await writeFile(join(folder, 'token'), kubectl(['create', 'token', 'operator', '-n', 'default']));
  };
  /** Makes or changes all resources but the oldest third, which is deleted. */
  const churn = (): void => {
    turn += 1;
    const oldest = [...told.keys()].slice(0, told.size >= RESOURCES ? RESOURCES / 3 : 0);
    if (oldest.length > 0) kubectl(['delete', 'routes', ...oldest, '-n', 'default', '--wait=false']);
    for (const name of oldest) told.delete(name);
    for (let n = 0; told.size < RESOURCES; n += 1) told.set(`r-${turn}-${n}`, '');
    for (const name of told.keys()) told.set(name, String(turn));
    const items = [...told].map(([name, n]) => ({
      apiVersion: 'example.io/v1',
      kind: 'Route',
      metadata: { name, namespace: 'default' },
      spec: { n },
    }));
    apply(...items);
  };
  interface Seen {
    readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
    readonly data?: Readonly<Record<string, string>>;
  }
  const found = (kind: string, namespace: string): readonly Seen[] => {
    const list = JSON.parse(kubectl(['get', kind, '-n', namespace, '-o', 'json'])) as {
      readonly items: readonly Seen[];
    };
    return list.items;
  };
  /** All that the operator is answerable for, as there is. */
  const state = (): object => {
    const data = (namespace: string): object =>
      Object.fromEntries(
        found('configmaps', namespace)
          .filter(({ metadata }) => metadata.name.startsWith('r-'))
          .map(({ metadata, data: { n = '' } = {} }) => [metadata.name, n]),
      );
    const [secret] = found('secrets', 'default');
    return { near: data('default'), far: data('far'), labels: secret?.metadata.labels ?? {} };
  };
  const wanted = (): object => ({
    near: Object.fromEntries([...told].map(([name, n]) => [`${name}-near`, n])),
    far: Object.fromEntries([...told].map(([name, n]) => [`${name}-far`, n])),
    labels: Object.fromEntries(told),
  });
  const settled = async (): Promise<void> => {
    const deadline = performance.now() + SETTLED_WITHIN_MS;
    const isWanted = (): boolean => {
      try {
        assert.deepEqual(state(), wanted());
        return true;
      } catch {
        return false;
      }
    };
    while (!isWanted() && performance.now() < deadline) await sleep(200);
    assert.deepEqual(state(), wanted());
    assert.equal(operator.unready(), undefined);
  };

  for (const [what, happen] of Object.entries<() => Promise<void>>({
    'kube-apiserver and etcd run': async () => undefined,
    'kube-apiserver is killed': () => cluster.restart('kube-apiserver'),
    'etcd is killed': () => cluster.restart('etcd'),
    'the past is compacted': () => cluster.compact(),
    'its token is good no longer': () => issue(),
  })) {
    it(`has made all that it should, and nothing else, where ${what} in the middle`, async () => {
      churn();
      await happen();
      churn();
      await settled();
    });
  }
});
