import assert from 'node:assert/strict';
import { ProjectError } from '../../project/errors.ts';
import type { Manifest } from './manifest.ts';
import { inNamespace, withImage } from './placement.ts';

const container = (name: string, image = 'old') => ({ name, image });
const deployment = (...containers: readonly object[]): Manifest & { readonly spec: unknown } => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'op', namespace: 'home' },
  spec: { template: { spec: { containers } } },
});

const refused = (code: string) => (error: unknown) => error instanceof ProjectError && error.code === code;

describe('the image', () => {
  it('is that of the container `operator`, or of the only one', () => {
    assert.deepEqual(withImage([deployment(container('proxy'), container('operator'))], 'op', 'new'), [
      deployment(container('proxy'), container('operator', 'new')),
    ]);
    assert.deepEqual(withImage([deployment(container('main'))], 'op', 'new'), [deployment(container('main', 'new'))]);
  });

  it('is refused where it is not clear whose it is', () => {
    assert.throws(
      () => withImage([deployment(container('a'), container('b'))], 'op', 'new'),
      refused('ERR_AP_NO_CONTAINER'),
    );
    assert.throws(() => withImage([], 'op', 'new'), refused('ERR_AP_NO_DEPLOYMENT'));
  });
});

describe('another namespace', () => {
  it('is what is in the operator’s, and what refers to it; nothing else changes', () => {
    const binding = (name: string, namespace: string, role: string) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'ServiceAccount', name: 'op', namespace }],
    });
    const other = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'home', namespace: 'elsewhere' },
      data: { namespace: 'home', url: 'https://op.home.svc' },
    };
    const monitor = (namespace: string) => ({
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'ServiceMonitor',
      metadata: { name: 'op', namespace },
      spec: {
        namespaceSelector: { matchNames: [namespace, 'kube-system'] },
        serverName: `op.${namespace}.svc`,
        url: `https://op.${namespace}.svc.cluster.local:443/home`,
        labels: { 'kubernetes.io/metadata.name': namespace, app: 'home' },
      },
    });
    const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const moved = inNamespace(
      [
        deployment(),
        namespace('home'),
        binding('op', 'home', 'op'),
        binding('op-home', 'home', 'op-home'),
        other,
        monitor('home'),
      ],
      'op',
      'new',
    );
    assert.deepEqual(moved, [
      { ...deployment(), metadata: { name: 'op', namespace: 'new' } },
      namespace('new'),
      binding('op', 'new', 'op'),
      binding('op-new', 'new', 'op-new'),
      other,
      monitor('new'),
    ]);
  });

  it('is refused where the operator would work without its role, in the one that it leaves', () => {
    const volumes = [{ name: 'config', configMap: { name: 'op' } }];
    const operator = {
      ...deployment(),
      spec: { template: { spec: { containers: [container('operator')], volumes } } },
    };
    const configured = (watched: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'op', namespace: 'home' },
      data: { 'autopilot-operator.yaml': `watchNamespace: ${watched}\n` },
    });
    const role = (namespace: string) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'op', namespace },
    });
    assert.throws(
      () => inNamespace([operator, configured('home'), role('home')], 'op', 'new'),
      refused('ERR_AP_WATCHES_OTHER_NAMESPACE'),
    );
    // By a role of the whole cluster, in a third namespace, in its own.
    for (const [manifests, to] of [
      [[operator, configured('home')], 'new'],
      [[operator, configured('third'), role('third')], 'new'],
      [[operator, configured('home'), role('home')], 'home'],
    ] as const)
      assert.equal(inNamespace(manifests, 'op', to)[0]?.metadata.namespace, to);
  });
});
