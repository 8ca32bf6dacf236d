import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { systemClock, type Clock } from '../../runtime/clock.ts';
import { phase, routeCrd, routes, sum, Testbed } from '../operator/testbed.ts';
import { kubectlFor, type Kubectl } from './kubectl.ts';
import { RealCluster } from './kubernetes/real-cluster.ts';

/** Pauses before another try pass at once. */
const hasty: Clock = {
  ...systemClock,
  after: (milliseconds, callback) => systemClock.after(milliseconds > 40_000 ? milliseconds : 1, callback),
};

describe('events of an operator on a real Kubernetes', () => {
  let cluster: RealCluster;
  let kubectl: Kubectl;
  let testbed: Testbed;
  before(async () => {
    cluster = await RealCluster.start({ controllerManager: false });
    kubectl = kubectlFor(cluster.kubeconfig);
    kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(routeCrd));
    kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    testbed = await Testbed.open();
  });
  after(async () => {
    await testbed.close();
    await cluster.stop();
  });

  it('that happen again are a series, which the server takes and kubectl shows', async () => {
    const failing = routes({
      Work: phase(() => Promise.reject(new Error('it never works')), { initial: true }),
    });
    const kubeconfig = await readFile(cluster.kubeconfig, 'utf8');
    const operator = await testbed.runWith(failing, { kubeconfig, clock: hasty, random: () => 0 });
    const metadata = { name: 'a', namespace: 'default' };
    const route = { apiVersion: 'example.io/v1', kind: 'Route', metadata, spec: {} };
    kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(route));
    await testbed.untilMetrics(operator, (text) => sum(text, 'autopilot_phase_syncs_total', 'failed') >= 5);
    await operator.stop();
    const { items } = JSON.parse(kubectl(['get', 'events.events.k8s.io', '-n', 'default', '-o', 'json'])) as {
      readonly items: readonly {
        readonly reason: string;
        readonly note: string;
        readonly series?: { readonly count: number };
        readonly regarding: { readonly name: string };
      }[];
    };
    const ours = items.filter(({ regarding }) => regarding.name === 'a');
    assert.deepEqual(
      ours.map(({ reason, note }) => [reason, note]),
      [['WorkerFailed', 'it never works']],
    );
    assert.ok((ours[0]?.series?.count ?? 0) >= 4, JSON.stringify(ours));
    assert.match(kubectl(['get', 'events', '-n', 'default']), /Warning +WorkerFailed +route\/a +it never works/);
    assert.match(
      kubectl(['describe', 'routes', 'a', '-n', 'default']),
      /Warning +WorkerFailed +.*\(x\d+ over .*\) +route-operator.* +it never works/,
    );
  });
});
