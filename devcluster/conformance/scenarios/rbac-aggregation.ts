import { bindCluster, RBAC, roleRef, user } from '../rbac-steps.ts';
import type { Scenario, Step } from '../scenario.ts';

const CLUSTER_ROLES = `${RBAC}/clusterroles`;
const LABEL = 'conf-rbac-gathers';

const part = (name: string, verb: string, label = 'yes'): object => ({
  metadata: { name: `conf-rbac-part-${name}`, labels: { [LABEL]: label } },
  rules: [
    { verbs: [verb], apiGroups: [''], resources: ['pods'] },
    { verbs: ['get'], apiGroups: [''], resources: ['services'] },
  ],
});
/** Steps that wait for the controller ask until the rules say what they should. */
const awaited = (name: string, text: string): Step => ({
  name,
  path: `${CLUSTER_ROLES}/conf-rbac-gathering`,
  untilText: text,
});

/** ClusterRoles that are put together of others, and the ones that a cluster begins with. */
export const rbacAggregation: Scenario = {
  name: 'rbac-aggregation',
  cleanup: [
    ...['gathering', 'part-a', 'part-b', 'part-c'].map((name) => `${CLUSTER_ROLES}/conf-rbac-${name}`),
    `${RBAC}/clusterrolebindings/conf-rbac-gathering`,
  ],
  steps: [
    ...[
      'view',
      'edit',
      'admin',
      'cluster-admin',
      'system:discovery',
      'system:basic-user',
      'system:public-info-viewer',
    ].map((name): Step => ({ name, path: `${CLUSTER_ROLES}/${name}` })),
    ...['cluster-admin', 'system:basic-user', 'system:node'].map((name): Step => ({
      name: `binding ${name}`,
      path: `${RBAC}/clusterrolebindings/${name}`,
    })),
    {
      name: 'a role of kube-system',
      path: `${RBAC}/namespaces/kube-system/roles/extension-apiserver-authentication-reader`,
    },
    {
      name: 'all cluster roles',
      path: CLUSTER_ROLES,
      query: { labelSelector: 'kubernetes.io/bootstrapping=rbac-defaults' },
      only: ['items.*.metadata.name', 'items.*.rules'],
    },
    {
      name: 'all cluster role bindings',
      path: `${RBAC}/clusterrolebindings`,
      query: { labelSelector: 'kubernetes.io/bootstrapping=rbac-defaults' },
      only: ['items.*.metadata.name', 'items.*.roleRef', 'items.*.subjects'],
    },
    { name: 'part a', method: 'POST', path: CLUSTER_ROLES, body: part('a', 'get'), setup: true },
    { name: 'part b', method: 'POST', path: CLUSTER_ROLES, body: part('b', 'list'), setup: true },
    {
      name: 'made',
      method: 'POST',
      path: CLUSTER_ROLES,
      body: {
        metadata: { name: 'conf-rbac-gathering', labels: { [LABEL]: 'yes' } },
        rules: [{ verbs: ['delete'], apiGroups: [''], resources: ['nodes'] }],
        aggregationRule: {
          clusterRoleSelectors: [
            { matchLabels: { [LABEL]: 'yes' } },
            { matchExpressions: [{ key: LABEL, operator: 'In', values: ['also'] }] },
          ],
        },
      },
    },
    awaited('gathered', '"list"'),
    { name: 'part c', method: 'POST', path: CLUSTER_ROLES, body: part('c', 'watch', 'also'), setup: true },
    awaited('gathered one more', '"watch"'),
    bindCluster('conf-rbac-gathering', roleRef('ClusterRole', 'conf-rbac-gathering'), user('gatherer')),
    {
      name: 'in force',
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      body: { spec: { user: 'gatherer', resourceAttributes: { verb: 'watch', resource: 'pods' } } },
      untilValue: ['status.allowed', true],
    },
    {
      name: 'a part without its label',
      method: 'PATCH',
      path: `${CLUSTER_ROLES}/conf-rbac-part-c`,
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { metadata: { labels: { [LABEL]: 'no' } } },
      setup: true,
    },
    {
      name: 'no longer in force',
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      body: { spec: { user: 'gatherer', resourceAttributes: { verb: 'watch', resource: 'pods' } } },
      untilValue: ['status.allowed', false],
    },
    { name: 'a part deleted', method: 'DELETE', path: `${CLUSTER_ROLES}/conf-rbac-part-b`, setup: true },
    {
      name: 'its rules have gone',
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      body: { spec: { user: 'gatherer', resourceAttributes: { verb: 'list', resource: 'pods' } } },
      untilValue: ['status.allowed', false],
    },
    { name: 'what is left', path: `${CLUSTER_ROLES}/conf-rbac-gathering` },
    {
      name: 'rules of its own',
      method: 'PATCH',
      path: `${CLUSTER_ROLES}/conf-rbac-gathering`,
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { rules: [] },
      setup: true,
    },
    awaited('gathered again', '"services"'),
  ],
};
