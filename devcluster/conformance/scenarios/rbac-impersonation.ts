import { access, bind, bindCluster, makeClusterRole, makeRole, RBAC, roleRef, settled, user } from '../rbac-steps.ts';
import type { Scenario, Step } from '../scenario.ts';

const PODS = '/api/v1/namespaces/{{ns}}/pods';
const SELF = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const SELF_BODY = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };

/** Who one is, with these headers. */
const who = (name: string, headers: Step['headers'], token?: string): Step => ({
  name,
  method: 'POST',
  path: SELF,
  body: SELF_BODY,
  ...(headers && { headers }),
  ...(token !== undefined && { token }),
});

const actor = '{{actor token:status.token}}';
const stranger = '{{stranger token:status.token}}';
const narrow = '{{narrow token:status.token}}';
const token = (name: string): Step => ({
  name: `${name} token`,
  method: 'POST',
  path: `/api/v1/namespaces/{{ns}}/serviceaccounts/${name}/token`,
  body: {},
  setup: true,
});
const makeAccount = (name: string): Step => ({
  name: `make account ${name}`,
  method: 'POST',
  path: '/api/v1/namespaces/{{ns}}/serviceaccounts',
  body: { metadata: { name } },
  setup: true,
});
const ACCOUNT = (name: string): object => ({ kind: 'ServiceAccount', name, namespace: '{{ns}}' });

/** Requests in the name of another. */
export const rbacImpersonation: Scenario = {
  name: 'rbac-impersonation',
  cleanup: [
    ...['actor', 'narrow'].map((name) => `${RBAC}/clusterroles/conf-rbac-${name}`),
    ...['actor', 'narrow'].map((name) => `${RBAC}/clusterrolebindings/conf-rbac-${name}`),
  ],
  steps: [
    who('the admin', undefined),
    who('a user', { 'impersonate-user': 'jane' }),
    who('a user of groups', { 'impersonate-user': 'jane', 'impersonate-group': ['a', 'b'] }),
    who('a user with all', {
      'impersonate-user': 'jane',
      'impersonate-uid': 'u-1',
      'impersonate-group': 'a',
      'impersonate-extra-scopes': ['view', 'edit'],
      'impersonate-extra-example.com%2Fkey': 'x',
    }),
    who('one who is authenticated', { 'impersonate-user': 'jane', 'impersonate-group': 'system:authenticated' }),
    who('one who is not', { 'impersonate-user': 'jane', 'impersonate-group': 'system:unauthenticated' }),
    who('nobody', { 'impersonate-user': 'system:anonymous' }),
    who('an account', { 'impersonate-user': 'system:serviceaccount:default:robot' }),
    who('an account of groups', {
      'impersonate-user': 'system:serviceaccount:default:robot',
      'impersonate-group': 'a',
    }),
    who('what is no account', { 'impersonate-user': 'system:serviceaccount:A:b' }),
    who('a node', { 'impersonate-user': 'system:node:n1' }),
    who('a group alone', { 'impersonate-group': ['a', 'b"c'] }),
    who('a uid alone', { 'impersonate-uid': 'u' }),
    who('extra alone', { 'impersonate-extra-a': ['b', 'c'] }),
    who('an empty name', { 'impersonate-user': '' }),
    who('masters', { 'impersonate-user': 'jane', 'impersonate-group': 'system:masters' }),

    { name: 'without the right', path: PODS, token: '', headers: { 'impersonate-user': 'jane' } },
    { name: 'without a token to a path', path: '/version', token: '', headers: { 'impersonate-user': 'jane' } },

    // One who never was another: what is refused depends on how one was another before.
    makeAccount('stranger'),
    token('stranger'),
    who('stranger: no right', { 'impersonate-user': 'jane' }, stranger),
    who('stranger: no right to an account', { 'impersonate-user': 'system:serviceaccount:default:r' }, stranger),
    who('stranger: no right to a node', { 'impersonate-user': 'system:node:n1' }, stranger),
    makeAccount('actor'),
    token('actor'),
    makeClusterRole(
      'conf-rbac-actor',
      { verbs: ['impersonate'], apiGroups: [''], resources: ['users'], resourceNames: ['jane', 'system:anonymous'] },
      { verbs: ['impersonate'], apiGroups: [''], resources: ['groups'], resourceNames: ['a'] },
      {
        verbs: ['impersonate'],
        apiGroups: ['authentication.k8s.io'],
        resources: ['userextras/scopes'],
        resourceNames: ['view'],
      },
      { verbs: ['impersonate'], apiGroups: ['authentication.k8s.io'], resources: ['uids'], resourceNames: ['u-1'] },
    ),
    bindCluster('conf-rbac-actor', roleRef('ClusterRole', 'conf-rbac-actor'), ACCOUNT('actor')),
    settled('actor', {
      user: 'system:serviceaccount:{{ns}}:actor',
      resourceAttributes: { verb: 'impersonate', resource: 'users', name: 'jane' },
    }),
    who('actor: the one', { 'impersonate-user': 'jane' }, actor),
    who('actor: another, after it was the one', { 'impersonate-user': 'joe' }, actor),
    who('actor: of a group', { 'impersonate-user': 'jane', 'impersonate-group': 'a' }, actor),
    who('actor: of two groups', { 'impersonate-user': 'jane', 'impersonate-group': ['a', 'b'] }, actor),
    who('actor: extra', { 'impersonate-user': 'jane', 'impersonate-extra-scopes': 'view' }, actor),
    {
      ...who('actor: more extra', { 'impersonate-user': 'jane', 'impersonate-extra-scopes': ['view', 'edit'] }, actor),
    },
    who('actor: other extra', { 'impersonate-user': 'jane', 'impersonate-extra-reason': 'x' }, actor),
    who('actor: a uid', { 'impersonate-user': 'jane', 'impersonate-uid': 'u-1' }, actor),
    who('actor: another uid', { 'impersonate-user': 'jane', 'impersonate-uid': 'u-2' }, actor),
    who('actor: anonymous', { 'impersonate-user': 'system:anonymous' }, actor),
    who('actor: an account', { 'impersonate-user': 'system:serviceaccount:{{ns}}:actor' }, actor),
    { name: 'actor: what the one may', path: PODS, token: actor, headers: { 'impersonate-user': 'jane' } },
    makeRole('reader', { verbs: ['list'], apiGroups: [''], resources: ['pods'] }),
    bind('reader', roleRef('Role', 'reader'), user('jane')),
    settled('jane', access('jane', 'list', 'pods')),
    {
      name: 'actor: what the one may by now',
      path: PODS,
      token: actor,
      headers: { 'impersonate-user': 'jane' },
    },
    makeRole('keeper', { verbs: ['impersonate'], apiGroups: [''], resources: ['serviceaccounts'] }),
    bind('keeper', roleRef('Role', 'keeper'), ACCOUNT('actor')),
    settled('keeper', access('system:serviceaccount:{{ns}}:actor', 'impersonate', 'serviceaccounts', { name: 'x' })),
    who('actor: an account of its namespace', { 'impersonate-user': 'system:serviceaccount:{{ns}}:x' }, actor),
    who('actor: an account elsewhere', { 'impersonate-user': 'system:serviceaccount:default:x' }, actor),

    makeAccount('narrow'),
    token('narrow'),
    makeClusterRole(
      'conf-rbac-narrow',
      { verbs: ['impersonate:user-info'], apiGroups: ['authentication.k8s.io'], resources: ['users', 'groups'] },
      {
        verbs: ['impersonate:user-info'],
        apiGroups: ['authentication.k8s.io'],
        resources: ['userextras/example.com/a'],
      },
      { verbs: ['impersonate:serviceaccount'], apiGroups: ['authentication.k8s.io'], resources: ['serviceaccounts'] },
      { verbs: ['impersonate:arbitrary-node'], apiGroups: ['authentication.k8s.io'], resources: ['nodes'] },
      { verbs: ['impersonate-on:user-info:list'], apiGroups: [''], resources: ['pods'] },
      {
        verbs: [
          'impersonate-on:user-info:create',
          'impersonate-on:serviceaccount:create',
          'impersonate-on:arbitrary-node:create',
        ],
        apiGroups: ['authentication.k8s.io'],
        resources: ['selfsubjectreviews'],
      },
    ),
    bindCluster('conf-rbac-narrow', roleRef('ClusterRole', 'conf-rbac-narrow'), ACCOUNT('narrow')),
    settled('narrow', {
      user: 'system:serviceaccount:{{ns}}:narrow',
      resourceAttributes: { verb: 'impersonate-on:user-info:list', resource: 'pods' },
    }),
    who('narrow: a user', { 'impersonate-user': 'jane' }, narrow),
    who('narrow: of groups', { 'impersonate-user': 'jane', 'impersonate-group': ['a', 'b', 'c', 'd'] }, narrow),
    who('narrow: of masters', { 'impersonate-user': 'jane', 'impersonate-group': 'system:masters' }, narrow),
    who('narrow: extra', { 'impersonate-user': 'jane', 'impersonate-extra-example.com%2Fa': 'x' }, narrow),
    who('narrow: other extra', { 'impersonate-user': 'jane', 'impersonate-extra-example.com%2Fb': 'x' }, narrow),
    who('narrow: a uid', { 'impersonate-user': 'jane', 'impersonate-uid': 'x' }, narrow),
    { name: 'narrow: on what it may', path: PODS, token: narrow, headers: { 'impersonate-user': 'jane' } },
    { name: 'narrow: on what it may not', path: `${PODS}/p`, token: narrow, headers: { 'impersonate-user': 'jane' } },
    who('narrow: an account', { 'impersonate-user': 'system:serviceaccount:default:x' }, narrow),
    who('narrow: a node', { 'impersonate-user': 'system:node:n1' }, narrow),
  ],
};
