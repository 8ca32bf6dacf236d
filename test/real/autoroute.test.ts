import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { addOnDefinitions } from '../../devcluster/kinds/add-ons.ts';
import { OperatorProcess } from '../../examples/autorouter/show/operator-process.ts';
import { scaffold } from '../../examples/autorouter/show/scaffold.ts';
import { play } from '../../examples/autorouter/show/story.ts';
import { kubectlFor, type Kubectl } from './kubectl.ts';
import { RealCluster } from './kubernetes/real-cluster.ts';

const ROOT = join(import.meta.dirname, '..', '..');

describe('AutoRoute on a real Kubernetes', () => {
  let cluster: RealCluster;
  let project: string;
  let kubectl: Kubectl;

  before(async () => {
    await mkdir(join(ROOT, '.work'), { recursive: true });
    project = await mkdtemp(join(ROOT, '.work', 'real-'));
    await scaffold(project, join(ROOT, 'examples', 'autorouter'), () => undefined);
    await mkdir(join(project, '.work'));
    // The garbage collector learns of kinds when it starts: so they are there before it.
    cluster = await RealCluster.start({ controllerManager: false });
    kubectl = kubectlFor(cluster.kubeconfig);
    const crds = { apiVersion: 'v1', kind: 'List', items: addOnDefinitions('istio') };
    kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(crds));
    kubectl(['apply', '--server-side', '--validate=strict', '-f', join(project, 'deploy', 'base', 'crd.yaml')]);
    kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    await cluster.startControllerManager();
  });
  after(async () => {
    await cluster.stop();
    await rm(project, { recursive: true, force: true });
  });

  it('goes through every step of the show', async () => {
    const operator = new OperatorProcess({ folder: project, kubeconfig: cluster.kubeconfig });
    operator.start();
    try {
      const { transitions } = await play({
        kubeconfig: cluster.kubeconfig,
        namespace: 'default',
        say: () => undefined,
      });
      assert.equal(transitions.length, 8);
    } finally {
      await operator.stop();
    }
  });

  it('is waited for with kubectl: Ready, and gone', async () => {
    const operator = new OperatorProcess({ folder: project, kubeconfig: cluster.kubeconfig });
    operator.start();
    try {
      kubectl(['apply', '--server-side', '--validate=strict', '-f', join(project, 'deploy', 'autoroute_example.yaml')]);
      kubectl(['wait', '--for=condition=Ready', 'autoroute', '--all', '--timeout=30s']);
      assert.match(kubectl(['get', 'autoroutes']), /NAME +PHASE +READY +AGE\nexample +Ready +True +/);
      kubectl(['delete', 'autoroute', 'example', '--timeout=30s']);
    } finally {
      await operator.stop();
    }
  });

  for (const overlay of ['namespaced', 'cluster']) {
    it(`has manifests that are taken strictly where pods are restricted, without a warning: ${overlay}`, async () => {
      const rendered = kubectl(['kustomize', join(project, 'deploy', 'overlays', overlay)]);
      const namespace =
        /^kind: Namespace\nmetadata:\n(?: .*\n)*? {2}name: (\S+)$/m.exec(rendered)?.[1] ?? assert.fail(rendered);
      kubectl(['create', 'namespace', namespace]);
      const restricted = ['enforce', 'warn'].map((mode) => `pod-security.kubernetes.io/${mode}=restricted`);
      kubectl(['label', 'namespace', namespace, ...restricted]);
      kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], rendered);
      // Pod Security judges the pod, which the Deployment's controllers make.
      kubectl(['wait', '--for=jsonpath={.status.replicas}=1', 'deployment', '--all', '-n', namespace, '--timeout=60s']);
      // There is no kubelet to end the pod, and to let the namespace go.
      kubectl(['delete', 'deployments', '--all', '-n', namespace, '--cascade=orphan']);
      kubectl(['delete', 'pods', '--all', '-n', namespace, '--grace-period=1', '--wait=false']);
      kubectl(['delete', 'namespace', namespace, '--timeout=60s']);
    });
  }
});
