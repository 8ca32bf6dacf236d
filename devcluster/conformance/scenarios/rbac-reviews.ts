import {
  access,
  bind,
  bindCluster,
  group,
  makeClusterRole,
  makeRole,
  RBAC,
  REVIEWS,
  roleRef,
  settled,
  user,
} from '../rbac-steps.ts';
import type { Scenario, Step } from '../scenario.ts';

const ask = (name: string, kind: string, spec: unknown, more: Partial<Step> = {}): Step => ({
  name,
  method: 'POST',
  path: `${REVIEWS}/${kind}`,
  body: { spec },
  ...more,
});
const subject = (name: string, spec: unknown, more?: Partial<Step>): Step =>
  ask(name, 'subjectaccessreviews', spec, more);
const self = (name: string, spec: unknown, more?: Partial<Step>): Step =>
  ask(name, 'selfsubjectaccessreviews', spec, more);
const local = (name: string, body: unknown): Step => ({
  name,
  method: 'POST',
  path: `${REVIEWS}/namespaces/{{ns}}/localsubjectaccessreviews`,
  body,
});
const PODS = { verb: 'list', resource: 'pods', namespace: '{{ns}}' };

/** The questions what somebody may do. */
export const rbacReviews: Scenario = {
  name: 'rbac-reviews',
  cleanup: [`${RBAC}/clusterroles/conf-rbac-reviews`, `${RBAC}/clusterrolebindings/conf-rbac-reviews`],
  steps: [
    makeRole(
      'reader',
      { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods', 'pods/log'] },
      { verbs: ['get'], apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['a', 'b'] },
      { verbs: ['*'], apiGroups: ['batch'], resources: ['*'] },
    ),
    bind('reader', roleRef('Role', 'reader'), user('reader'), group('readers'), {
      kind: 'ServiceAccount',
      name: 'robot',
    }),
    makeClusterRole('conf-rbac-reviews', { verbs: ['get'], nonResourceURLs: ['/secret/*'] }),
    bindCluster('conf-rbac-reviews', roleRef('ClusterRole', 'conf-rbac-reviews'), user('reader')),
    settled('reader', access('reader', 'list', 'pods')),
    settled('paths', { user: 'reader', nonResourceAttributes: { verb: 'get', path: '/secret/x' } }),

    subject('allowed', { user: 'reader', resourceAttributes: PODS }),
    subject('not allowed', { user: 'reader', resourceAttributes: { ...PODS, verb: 'delete' } }),
    subject('by a group', { groups: ['readers'], resourceAttributes: PODS }),
    subject('by a group beside a name', { user: 'x', groups: ['readers'], resourceAttributes: PODS }),
    subject('an account', { user: 'system:serviceaccount:{{ns}}:robot', resourceAttributes: PODS }),
    subject('masters', { user: 'x', groups: ['system:masters'], resourceAttributes: PODS }),
    subject('everywhere', { user: 'reader', resourceAttributes: { verb: 'list', resource: 'pods' } }),
    subject('a subresource', { user: 'reader', resourceAttributes: { ...PODS, verb: 'get', subresource: 'log' } }),
    subject('another subresource', {
      user: 'reader',
      resourceAttributes: { ...PODS, verb: 'get', subresource: 'exec' },
    }),
    subject('one by name', {
      user: 'reader',
      resourceAttributes: { ...PODS, group: 'apps', resource: 'deployments', verb: 'get', name: 'a' },
    }),
    subject('another by name', {
      user: 'reader',
      resourceAttributes: { ...PODS, group: 'apps', resource: 'deployments', verb: 'get', name: 'c' },
    }),
    subject('all by name', {
      user: 'reader',
      resourceAttributes: { ...PODS, group: 'apps', resource: 'deployments', verb: 'get' },
    }),
    subject('all of a group', {
      user: 'reader',
      resourceAttributes: { ...PODS, group: 'batch', resource: 'jobs', subresource: 'x', verb: 'fly' },
    }),
    subject('everything', {
      user: 'reader',
      resourceAttributes: { namespace: '{{ns}}', verb: '*', group: '*', resource: '*' },
    }),
    subject('a path', { user: 'reader', nonResourceAttributes: { verb: 'get', path: '/secret/a/b' } }),
    subject('another path', { user: 'reader', nonResourceAttributes: { verb: 'post', path: '/secret/a' } }),
    subject('with a selector', {
      user: 'reader',
      resourceAttributes: {
        ...PODS,
        fieldSelector: { rawSelector: 'a=b' },
        labelSelector: { requirements: [{ key: 'a', operator: 'Exists' }] },
      },
    }),
    subject('with selectors that are none', {
      user: 'reader',
      resourceAttributes: { ...PODS, fieldSelector: { rawSelector: 'a' }, labelSelector: { rawSelector: '=!' } },
    }),
    subject('with empty selectors', {
      user: 'reader',
      resourceAttributes: {
        ...PODS,
        fieldSelector: {},
        labelSelector: { rawSelector: 'a', requirements: [{ key: 'a', operator: 'Exists' }] },
      },
    }),
    subject('nobody', { resourceAttributes: PODS }),
    subject('nothing', { user: 'reader' }),
    subject('both', { user: 'reader', resourceAttributes: PODS, nonResourceAttributes: { path: '/x', verb: 'get' } }),
    subject('no spec', undefined),
    subject('with a name', undefined, {
      body: { metadata: { name: 'n' }, spec: { user: 'reader', resourceAttributes: PODS } },
    }),
    subject(
      'with a field that is none',
      { user: 'reader', resourceAttributes: { ...PODS, nonsense: 1 } },
      { query: { fieldValidation: 'Strict' } },
    ),
    subject('with a wrong type', { user: 1 }),
    subject('without the right', { user: 'reader', resourceAttributes: PODS }, { as: 'reader' }),
    { name: 'not listed', path: `${REVIEWS}/subjectaccessreviews` },
    { name: 'not one', path: `${REVIEWS}/subjectaccessreviews/x` },

    self('self: the admin', { resourceAttributes: PODS }),
    self('self: allowed', { resourceAttributes: PODS }, { as: 'reader' }),
    self('self: not allowed', { resourceAttributes: { ...PODS, verb: 'watch' } }, { as: 'reader' }),
    self('self: a path', { nonResourceAttributes: { path: '/api', verb: 'get' } }, { as: 'reader' }),
    self('self: nothing', {}, { as: 'reader' }),
    self('self: anonymous', { resourceAttributes: PODS }, { token: '' }),

    local('local: allowed', { metadata: { namespace: '{{ns}}' }, spec: { user: 'reader', resourceAttributes: PODS } }),
    local('local: without a namespace', { spec: { user: 'reader', resourceAttributes: PODS } }),
    local('local: another namespace', {
      metadata: { namespace: '{{ns}}' },
      spec: { user: 'reader', resourceAttributes: { ...PODS, namespace: 'default' } },
    }),
    local('local: elsewhere', {
      metadata: { namespace: 'default' },
      spec: { user: 'reader', resourceAttributes: PODS },
    }),
    local('local: a path', {
      metadata: { namespace: '{{ns}}' },
      spec: { user: 'reader', nonResourceAttributes: { path: '/x', verb: 'get' } },
    }),
    local('local: with a name', {
      metadata: { namespace: '{{ns}}', name: 'x' },
      spec: { user: 'reader', resourceAttributes: PODS },
    }),

    // Rules of several bindings come in no order.
    ask(
      'rules: the admin',
      'selfsubjectrulesreviews',
      { namespace: '{{ns}}' },
      { only: ['status.resourceRules'], unordered: ['status.resourceRules'] },
    ),
    ask(
      'rules: nobody',
      'selfsubjectrulesreviews',
      { namespace: '{{ns}}' },
      { as: 'nobody', only: ['metadata', 'spec', 'status.incomplete'] },
    ),
    ask('rules: no namespace', 'selfsubjectrulesreviews', {}, { as: 'reader' }),
    ask('rules: anonymous', 'selfsubjectrulesreviews', { namespace: '{{ns}}' }, { token: '' }),
  ],
};
