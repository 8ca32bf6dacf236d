import { access, bind, bindCluster, makeClusterRole, makeRole, RBAC, roleRef, settled, user } from '../rbac-steps.ts';
import type { Rule } from '../rbac-steps.ts';
import type { Scenario, Step } from '../scenario.ts';

const ROLES = `${RBAC}/namespaces/{{ns}}/roles`;
const BINDINGS = `${RBAC}/namespaces/{{ns}}/rolebindings`;
const CLUSTER_ROLES = `${RBAC}/clusterroles`;
const CLUSTER_BINDINGS = `${RBAC}/clusterrolebindings`;

const manager: Rule = {
  verbs: ['create', 'update', 'patch', 'get', 'delete'],
  apiGroups: ['rbac.authorization.k8s.io'],
  resources: ['roles', 'rolebindings'],
};
const clusterManager: Rule = { ...manager, resources: ['clusterroles', 'clusterrolebindings'] };
const pods: Rule = { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] };

const post = (name: string, path: string, body: object, as?: string): Step => ({
  name,
  method: 'POST',
  path,
  body,
  ...(as !== undefined && { as }),
});
const role = (name: string, ...rules: readonly object[]): object => ({ metadata: { name }, rules });
const binding = (name: string, ref: object, ...subjects: readonly object[]): object => ({
  metadata: { name },
  roleRef: ref,
  subjects,
});

/** Roles and bindings as objects, and that nobody gives away what is not theirs. */
export const rbacRoles: Scenario = {
  name: 'rbac-roles',
  cleanup: [
    ...['clerk', 'plain', 'free', 'picking', 'more'].map((name) => `${CLUSTER_ROLES}/conf-rbac-${name}`),
    ...['clerk', 'granted'].map((name) => `${CLUSTER_BINDINGS}/conf-rbac-${name}`),
  ],
  steps: [
    post('a role', ROLES, role('made', pods, { verbs: ['*'], apiGroups: ['*'], resources: ['*'] })),
    post(
      'rules that are none',
      ROLES,
      role('bad', {}, { verbs: ['get'] }, { verbs: [], apiGroups: [''], resources: ['pods'] }),
    ),
    post('urls in a namespace', ROLES, role('bad', { verbs: ['get'], nonResourceURLs: ['/x'] })),
    post('urls and resources', CLUSTER_ROLES, role('bad', { ...pods, nonResourceURLs: ['/x'] })),
    post('a name with a colon', ROLES, role('a:b', pods)),
    post('a name with a slash', ROLES, role('a/b', pods)),
    post('a binding', BINDINGS, binding('made', roleRef('Role', 'made'), user('u'))),
    post('a binding to nobody', BINDINGS, binding('nobody', roleRef('Role', 'made'))),
    post(
      'subjects that are none',
      BINDINGS,
      binding(
        'bad',
        roleRef('Role', 'made'),
        { kind: 'Robot', name: 'r' },
        { kind: 'User' },
        { kind: 'ServiceAccount', name: 'A' },
      ),
    ),
    post('a role that is none', BINDINGS, binding('bad', { apiGroup: 'x', kind: 'Thing', name: 'n' }, user('u'))),
    post('no role', BINDINGS, { metadata: { name: 'bad' } }),
    post('a role for the cluster', CLUSTER_BINDINGS, binding('bad', roleRef('Role', 'made'), user('u'))),
    post(
      'an account without a namespace',
      CLUSTER_BINDINGS,
      binding('bad', roleRef('ClusterRole', 'view'), { kind: 'ServiceAccount', name: 'a' }),
    ),
    {
      name: 'another role',
      method: 'PUT',
      path: `${BINDINGS}/made`,
      body: binding('made', roleRef('Role', 'other'), user('u')),
    },
    {
      name: 'other subjects',
      method: 'PUT',
      path: `${BINDINGS}/made`,
      body: binding('made', roleRef('Role', 'made'), user('v')),
    },
    { name: 'put a role that is not there', method: 'PUT', path: `${ROLES}/put`, body: role('put', pods) },

    makeRole('clerk', manager, pods),
    bind('clerk', roleRef('Role', 'clerk'), user('clerk')),
    settled('clerk', access('clerk', 'list', 'pods')),
    post('clerk: what it has', ROLES, role('fine', { verbs: ['list'], apiGroups: [''], resources: ['pods'] }), 'clerk'),
    post('clerk: more verbs', ROLES, role('more', { ...pods, verbs: ['get', 'watch', 'delete'] }), 'clerk'),
    post(
      'clerk: several rules',
      ROLES,
      role(
        'more',
        { verbs: ['get', 'list'], apiGroups: ['', 'apps'], resources: ['secrets', 'pods'] },
        { verbs: ['get'], apiGroups: [''], resources: ['pods/log'], resourceNames: ['a', 'b'] },
        { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      ),
      'clerk',
    ),
    post('clerk: one of all', ROLES, role('less', { ...pods, resourceNames: ['a'] }), 'clerk'),
    post('clerk: and wrong too', ROLES, role('more', { verbs: ['get'] }), 'clerk'),
    post('clerk: more and a wrong name', ROLES, role('a/b', { ...pods, verbs: ['watch'] }), 'clerk'),
    {
      name: 'clerk: adds',
      method: 'PUT',
      path: `${ROLES}/fine`,
      body: role('fine', { ...pods, verbs: ['delete'] }),
      as: 'clerk',
    },
    {
      name: 'clerk: patches',
      method: 'PATCH',
      path: `${ROLES}/fine`,
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { rules: [{ ...pods, verbs: ['delete'] }] },
      as: 'clerk',
    },
    {
      name: 'clerk: applies',
      method: 'PATCH',
      path: `${ROLES}/applied`,
      headers: { 'content-type': 'application/apply-patch+yaml' },
      query: { fieldManager: 'm' },
      body: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        ...role('applied', { ...pods, verbs: ['delete'] }),
      },
      as: 'clerk',
    },
    {
      name: 'clerk: labels what is beyond it',
      method: 'PATCH',
      path: `${ROLES}/made`,
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { metadata: { labels: { a: 'b' } } },
      as: 'clerk',
    },
    {
      name: 'clerk: finalizers of what is beyond it',
      method: 'PATCH',
      path: `${ROLES}/made`,
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { metadata: { finalizers: ['example.com/f'] } },
      as: 'clerk',
    },
    {
      name: 'no finalizers',
      method: 'PATCH',
      path: `${ROLES}/made`,
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { metadata: { finalizers: null } },
      setup: true,
    },
    post('clerk: binds what it has', BINDINGS, binding('fine', roleRef('Role', 'fine'), user('x')), 'clerk'),
    post('clerk: binds what it has not', BINDINGS, binding('more', roleRef('Role', 'made'), user('x')), 'clerk'),
    post(
      'clerk: binds a cluster role',
      BINDINGS,
      binding('more', roleRef('ClusterRole', 'system:public-info-viewer'), user('x')),
      'clerk',
    ),
    post('clerk: binds what is not there', BINDINGS, binding('more', roleRef('Role', 'no-such'), user('x')), 'clerk'),
    post(
      'clerk: binds what is no cluster role',
      BINDINGS,
      binding('more', roleRef('ClusterRole', 'no-such'), user('x')),
      'clerk',
    ),
    post('clerk: binds what is no role', BINDINGS, binding('more', roleRef('Thing', 'x'), user('x')), 'clerk'),
    {
      name: 'clerk: changes subjects of what it has not',
      method: 'PUT',
      path: `${BINDINGS}/made`,
      body: binding('made', roleRef('Role', 'made'), user('clerk')),
      as: 'clerk',
    },
    post('clerk: beyond its namespace', CLUSTER_ROLES, role('conf-rbac-plain', pods), 'clerk'),

    makeRole('escalator', { verbs: ['escalate'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'] }),
    makeRole('binder', {
      verbs: ['bind'],
      apiGroups: ['rbac.authorization.k8s.io'],
      resources: ['roles', 'clusterroles'],
      resourceNames: ['made', 'view', 'no-such'],
    }),
    bind('escalator', roleRef('Role', 'escalator'), user('escalator')),
    bind('escalator-too', roleRef('Role', 'clerk'), user('escalator'), user('binder')),
    bind('binder', roleRef('Role', 'binder'), user('binder')),
    settled('binder', access('binder', 'bind', 'roles', { group: 'rbac.authorization.k8s.io', name: 'made' })),
    settled('escalator', access('escalator', 'list', 'pods')),
    post('escalator: more', ROLES, role('escalated', { ...pods, verbs: ['delete'] }), 'escalator'),
    post('escalator: binds it', BINDINGS, binding('escalated', roleRef('Role', 'escalated'), user('x')), 'escalator'),
    post('binder: the one', BINDINGS, binding('bound', roleRef('Role', 'made'), user('x')), 'binder'),
    post('binder: another', BINDINGS, binding('bound-2', roleRef('Role', 'binder'), user('x')), 'binder'),
    post('binder: a cluster role', BINDINGS, binding('bound-3', roleRef('ClusterRole', 'view'), user('x')), 'binder'),
    post('binder: what is not there', BINDINGS, binding('bound-4', roleRef('Role', 'no-such'), user('x')), 'binder'),

    makeClusterRole('conf-rbac-clerk', clusterManager, pods),
    bindCluster('conf-rbac-clerk', roleRef('ClusterRole', 'conf-rbac-clerk'), user('chief')),
    settled('chief', { user: 'chief', resourceAttributes: { verb: 'list', resource: 'pods' } }),
    post('chief: what it has', CLUSTER_ROLES, role('conf-rbac-plain', pods), 'chief'),
    post(
      'chief: urls',
      CLUSTER_ROLES,
      role('conf-rbac-more', { verbs: ['get', 'post'], nonResourceURLs: ['/api', '/x/*'] }),
      'chief',
    ),
    post(
      'chief: aggregation',
      CLUSTER_ROLES,
      {
        ...role('conf-rbac-picking'),
        aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'conf-rbac': 'none' } }] },
      },
      'chief',
    ),
    post(
      'chief: binds',
      CLUSTER_BINDINGS,
      binding('conf-rbac-granted', roleRef('ClusterRole', 'conf-rbac-plain'), user('x')),
      'chief',
    ),
    post(
      'chief: binds the most',
      CLUSTER_BINDINGS,
      binding('conf-rbac-more', roleRef('ClusterRole', 'system:node-bootstrapper'), user('x')),
      'chief',
    ),
    post(
      'chief: binds what is not there',
      CLUSTER_BINDINGS,
      binding('conf-rbac-more', roleRef('ClusterRole', 'conf-no-such'), user('x')),
      'chief',
    ),
    {
      name: 'chief: deletes what is beyond it',
      method: 'DELETE',
      path: `${CLUSTER_ROLES}/conf-rbac-no-such`,
      as: 'chief',
    },
    bind('astray', roleRef('Role', 'gone'), user('clerk')),
    {
      name: 'settled: astray',
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      body: { spec: access('clerk', 'get', 'secrets') },
      untilText: 'gone',
      setup: true,
    },
    post('clerk: more, with a binding astray', ROLES, role('more', { ...pods, verbs: ['delete'] }), 'clerk'),
  ],
};
