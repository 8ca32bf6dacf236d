import assert from 'node:assert/strict';
import { startCluster, type Cluster } from 'autopilot-devcluster';
import { start, type RunningOperator } from 'autopilot-runtime';
import { at, listAt, textAt } from '../../cli/cluster/fields.ts';
import { operator } from '../../examples/autorouter/src/operator.ts';
import type { KubernetesObject } from '../../runtime/kube/types.ts';
import { findKubectls } from '../kubectl/find-kubectl.ts';
import { Operations } from './operations.fixture.ts';

const NAME = 'autoroute-operator';
const of = (apiVersion: string, kind: string) => ({ apiVersion, kind, name: NAME, namespace: NAME });
const DEPLOYMENT = of('apps/v1', 'Deployment');
const LEASE = of('coordination.k8s.io/v1', 'Lease');
const BUDGET = of('policy/v1', 'PodDisruptionBudget');
const OVERLAY = 'deploy/overlays/production';
/** A leader that ends gives its lease back, which the other one sees: nothing waits for a lease to run out. */
const TIMES = { retryPeriod: '200ms' } as const;
const MAX = 60_000;

for (const kubectl of findKubectls().slice(0, 1))
  describe('ap deploy of the overlay for production', function () {
    this.timeout(MAX);
    let cluster: Cluster;
    let operations: Operations;
    const replicas: RunningOperator[] = [];
    before(async () => {
      cluster = await startCluster({ crds: ['istio'], workloads: { startDelay: 20, stopDelay: 20 } });
      operations = await Operations.create({ kubectl: kubectl.program, kubeconfig: await cluster.writeKubeconfig() });
    });
    after(async () => {
      for (const replica of replicas) await replica.stop();
      await operations.remove();
      await cluster.stop();
    });

    const pods = () => cluster.list<KubernetesObject>({ apiVersion: 'v1', kind: 'Pod', namespace: NAME });

    it('waits for two replicas, of which one may be disrupted at a time', async () => {
      const { code, stderr, answer } = await operations.deploy({ overlay: OVERLAY });
      assert.equal(code, 0, stderr);
      assert.equal(at(answer, 'result', 'replicas'), 2);
      const running = await pods();
      assert.equal(running.length, 2);
      const budget = await cluster.get<KubernetesObject>(BUDGET);
      assert.equal(at(budget, 'spec', 'maxUnavailable'), 1);
      const selected = Object.entries(at(budget, 'spec', 'selector', 'matchLabels') ?? {});
      assert.ok(selected.length > 0);
      for (const { metadata } of running)
        for (const [key, value] of selected) assert.equal(metadata.labels?.[key], value);
    });

    it('lets them elect a leader by the rights that it granted, and another once that one ends', async () => {
      const { spec } = await cluster.get<KubernetesObject & { readonly spec: unknown }>(DEPLOYMENT);
      const account = textAt(spec, 'template', 'spec', 'serviceAccountName');
      // The account is there, and bound: nothing is granted here.
      const kubeconfig = await cluster.addServiceAccount(account, { namespace: NAME });
      const holder = async () => textAt(await cluster.find<KubernetesObject>(LEASE), 'spec', 'holderIdentity');
      const replica = async (): Promise<RunningOperator> => {
        const running = await start(operator, { kubeconfig, leaderElection: TIMES });
        replicas.push(running);
        return running;
      };
      const first = await replica();
      await cluster.until<KubernetesObject>(LEASE, (lease) => textAt(lease, 'spec', 'holderIdentity') !== '');
      const leader = await holder();
      await replica();
      assert.equal(await holder(), leader, 'the other one stands by');
      await first.stop();
      await cluster.until<KubernetesObject>(
        LEASE,
        (lease) => !['', leader].includes(textAt(lease, 'spec', 'holderIdentity')),
      );
      const user = `system:serviceaccount:${NAME}:${account}`;
      const refused = cluster.requests.filter({ user }).filter(({ code }) => code === 403);
      assert.deepEqual(
        refused.map(({ verb, resource }) => `${verb} ${resource}`),
        [],
      );
    });

    it('changes nothing the second time, and goes without a trace', async () => {
      const again = await operations.deploy({ overlay: OVERLAY });
      const changes = listAt(again.answer, 'result', 'objects').map((each) => textAt(each, 'change'));
      assert.deepEqual([again.code, changes.filter((change) => change !== 'unchanged')], [0, []]);
      for (const replica of replicas.splice(0)) await replica.stop();
      const { code, stderr } = await operations.undeploy();
      assert.equal(code, 0, stderr);
      for (const ref of [BUDGET, DEPLOYMENT]) assert.equal(await cluster.find(ref), undefined);
      assert.deepEqual(await pods(), []);
    });
  });
