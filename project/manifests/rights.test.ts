import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { PolicyRule } from '../model.ts';
import { AUTOROUTE, LABELS, SURVEY, TENANT, project } from './projects.fixture.test.ts';
import { leaseRules, rightsOf } from './rights.ts';

/** `apps/deployments: list watch` */
const lines = (rules: readonly PolicyRule[]): readonly string[] =>
  rules.flatMap(({ apiGroups = [''], resources = [], nonResourceURLs = [], verbs }) =>
    [...resources.map((resource) => `${apiGroups.join()}/${resource}`), ...nonResourceURLs].map(
      (name) => `${name}: ${verbs.join(' ')}`,
    ),
  );

const OUTPUT = 'create delete get list patch watch';

describe('rights', () => {
  it('are what the project describes, and nothing else', () => {
    const expected = [
      'examples.io/autoroutes: get list watch',
      'examples.io/autoroutes/status: patch',
      'events.k8s.io/events: create patch',
      'apps/deployments: list watch',
      `/services: ${OUTPUT}`,
      `networking.istio.io/virtualservices: ${OUTPUT}`,
      `networking.istio.io/gateways: ${OUTPUT}`,
    ];
    const { namespaced, cluster } = rightsOf(project(AUTOROUTE), 'namespaced');
    assert.deepEqual(lines(namespaced), expected);
    assert.deepEqual(cluster, []);
    const everywhere = rightsOf(project(AUTOROUTE), 'cluster');
    assert.deepEqual(lines(everywhere.cluster), expected);
    assert.deepEqual(everywhere.namespaced, []);
  });

  it('include a patch of the resource where there is a finalizer', () => {
    const { namespaced } = rightsOf(project(`${AUTOROUTE}enableFinalizer: true\n`), 'namespaced');
    assert.ok(lines(namespaced).includes('examples.io/autoroutes: get list patch watch'));
  });

  it('include a patch of the resource where outputs bring the finalizer, and those in the whole cluster', () => {
    const text = AUTOROUTE.replace('outputs: [services,', 'outputs: [namespaces, { name: services, namespace: any },');
    const { namespaced, cluster } = rightsOf(project(text), 'namespaced');
    assert.ok(lines(namespaced).includes('examples.io/autoroutes: get list patch watch'));
    assert.ok(!lines(namespaced).some((line) => line.startsWith('/services')));
    assert.deepEqual(lines(cluster), [`/namespaces: ${OUTPUT}`, `/services: ${OUTPUT}`]);
    const tenant = rightsOf(project(TENANT), 'cluster').cluster;
    assert.ok(lines(tenant).includes('tenants.examples.io/tenants: get list watch'));
  });

  it('cover what the finalizer reads and writes', () => {
    const text = `${AUTOROUTE}enableFinalizer: true\nfinalizer: { inputs: [nodes, configmaps], outputs: [jobs] }\n`;
    const { namespaced, cluster } = rightsOf(project(text), 'namespaced');
    assert.deepEqual(lines(cluster), ['/nodes: list watch']);
    for (const line of ['/configmaps: list watch', `batch/jobs: ${OUTPUT}`])
      assert.ok(lines(namespaced).includes(line));
  });

  it('place a rule of the project where the outputs are that it is for', () => {
    const rule = 'rbac: [{ apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [escalate] }]\n';
    const own = rightsOf(project(`${AUTOROUTE.replace('[services,', '[roles,')}${rule}`), 'namespaced');
    assert.ok(lines(own.namespaced).includes('rbac.authorization.k8s.io/roles: escalate'));
    const text = `${AUTOROUTE.replace('[services,', '[{ name: roles, namespace: any },')}${rule}`;
    const any = rightsOf(project(text), 'namespaced');
    assert.ok(lines(any.cluster).includes('rbac.authorization.k8s.io/roles: escalate'));
    assert.ok(!lines(any.namespaced).some((line) => line.includes('escalate')));
  });

  it('let patch what is patched, find it again, and hold a finalizer', () => {
    const { namespaced, cluster } = rightsOf(project(LABELS), 'namespaced');
    assert.deepEqual(lines(cluster), ['/nodes: list patch watch']);
    assert.deepEqual(lines(namespaced), [
      'examples.io/labellings: get list patch watch',
      'examples.io/labellings/status: patch',
      'events.k8s.io/events: create patch',
      '/services: list patch watch',
      'apps/deployments: list patch watch',
    ]);
  });

  it('go beyond the namespace just for what is read there', () => {
    const { namespaced, cluster } = rightsOf(project(SURVEY), 'namespaced');
    assert.deepEqual(lines(cluster), ['/nodes: list watch', '/pods: list watch', '/nodes/proxy: get', '/metrics: get']);
    assert.deepEqual(lines(namespaced), [
      'surveys.examples.io/surveys: get list patch watch',
      'surveys.examples.io/surveys/status: patch',
      'events.k8s.io/events: create patch',
      // List and watch of pods are in the cluster's role.
      '/pods: create delete get patch',
      `/configmaps: ${OUTPUT}`,
      `foo.io/foos: ${OUTPUT}`,
      '/pods/log: get',
    ]);
  });

  it('are the cluster’s for a resource of scope Cluster', () => {
    const { namespaced, cluster } = rightsOf(project(TENANT), 'cluster');
    assert.deepEqual(namespaced, []);
    assert.deepEqual(lines(cluster), [
      'tenants.examples.io/tenants: get list watch',
      'tenants.examples.io/tenants/status: patch',
      'events.k8s.io/events: create patch',
      '/nodes: list watch',
      `/namespaces: ${OUTPUT}`,
      `/resourcequotas: ${OUTPUT}`,
      `rbac.authorization.k8s.io/roles: ${OUTPUT}`,
      'rbac.authorization.k8s.io/roles: escalate',
    ]);
  });

  it('never hold a wildcard of their own', () => {
    for (const text of [AUTOROUTE, SURVEY, TENANT]) {
      const { namespaced, cluster } = rightsOf(project(text), 'cluster');
      assert.doesNotMatch(JSON.stringify([namespaced, cluster]), /\*/);
    }
  });

  it('to a lease are bound to its name', () => {
    assert.deepEqual(leaseRules('x'), [
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
      {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        resourceNames: ['x'],
        verbs: ['list', 'patch', 'watch'],
      },
    ]);
  });
});
