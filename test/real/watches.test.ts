import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProxy, type FaultProxy } from 'autopilot-devcluster';
import { start, type RunningOperator } from 'autopilot-runtime';
import { load } from 'js-yaml';
import { configMap, phase, routeCrd, routes } from '../operator/testbed.ts';
import { kubectlFor, type Kubectl } from './kubectl.ts';
import { RealCluster, type Flags } from './kubernetes/real-cluster.ts';

const SERVERS: Readonly<Record<string, Flags>> = {
  'with streaming lists': {},
  'without streaming lists': { 'feature-gates': 'WatchList=false' },
};

/** Copies what it reads: a watch and a write. */
const copying = routes({
  Only: phase(
    ({ route, inputs }) => ({
      phase: 'Only',
      outputs: {
        configMaps: [configMap(`${route.metadata.name}-copy`, inputs['configMaps']?.find('source')?.data ?? {})],
      },
    }),
    { initial: true },
  ),
});

for (const [how, apiserver] of Object.entries(SERVERS)) {
  describe(`watches of an operator on a real Kubernetes ${how}`, () => {
    let cluster: RealCluster;
    let folder: string;
    let kubectl: Kubectl;
    let proxy: FaultProxy;
    let operator: RunningOperator;
    let round = 0;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'watches-'));
      cluster = await RealCluster.start({ controllerManager: false, apiserver });
      kubectl = kubectlFor(cluster.kubeconfig);
      kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(routeCrd));
      kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
      const admin = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };
      const subjects = [{ kind: 'ServiceAccount', name: 'operator', namespace: 'default' }];
      const binding = {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'operator' },
      };
      kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify({ ...binding, roleRef: admin, subjects }));
      await issue();
      const { clusters, contexts, ...rest } = load(await readFile(cluster.kubeconfig, 'utf8')) as Readonly<
        Record<string, unknown>
      >;
      const users = [{ name: 'admin', user: { tokenFile: join(folder, 'token') } }];
      proxy = await startProxy(JSON.stringify({ ...rest, clusters, contexts, users }));
      kubectl(
        ['apply', '--server-side', '-f', '-'],
        JSON.stringify({ ...route, metadata: { name: 'a', namespace: 'default' } }),
      );
      operator = await start(copying, { kubeconfig: proxy.kubeconfig });
      await works();
    });
    after(async () => {
      await operator.stop();
      await proxy.close();
      await cluster.stop();
      await rm(folder, { recursive: true });
    });

    const route = { apiVersion: 'example.io/v1', kind: 'Route', spec: {} };
    /** A token of a new service account of the name; one of before is good no longer. */
    const issue = async (): Promise<void> => {
      kubectl(['delete', 'serviceaccount', 'operator', '-n', 'default', '--ignore-not-found']);
      kubectl(['create', 'serviceaccount', 'operator', '-n', 'default']);
      await writeFile(join(folder, 'token'), kubectl(['create', 'token', 'operator', '-n', 'default']));
    };
    const put = (n: number): void => {
      const metadata = { name: 'source', namespace: 'default' };
      const source = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { n: String(n) } };
      kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(source));
    };
    const copied = (): string =>
      kubectl(['get', 'configmap', 'a-copy', '-n', 'default', '--ignore-not-found', '-o', 'jsonpath={.data.n}']);
    const untilCopied = async (n: number): Promise<void> => {
      for (
        const deadline = performance.now() + 60_000;
        copied() !== String(n) || operator.unready() !== undefined;
        await sleep(100)
      )
        assert.ok(performance.now() < deadline, `${copied()} was copied and not ${n}; ${operator.unready()}`);
    };
    const works = async (): Promise<void> => {
      put((round += 1));
      await untilCopied(round);
    };

    it('live through restarts of kube-apiserver and etcd', async () => {
      await cluster.restart('kube-apiserver');
      await works();
      await cluster.restart('etcd');
      await works();
    });

    it('list anew where the past was compacted while they were away', async () => {
      const silence = proxy.silence(({ path }) => path.includes('watch=true'));
      put((round += 1));
      await cluster.compact();
      silence.remove();
      await untilCopied(round);
    });

    it('go on with another token once theirs is good no longer', async () => {
      await issue();
      proxy.resetAll();
      await works();
    });

    it('follow a server that was restored from a backup', async () => {
      await works();
      const restore = await cluster.backup();
      const then = round;
      for (let times = 0; times < 3; times += 1) await works();
      // The restored server must not have counted past these before the watch is resumed: its controllers write all the time.
      const items = Array.from({ length: 300 }, (_, index) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `passing-${index}`, namespace: 'default' },
      }));
      kubectl(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
      await works();
      await restore();
      await untilCopied(then);
      await works();
    });
  });
}
