import {
  access,
  account,
  bind,
  bindCluster,
  group,
  makeClusterRole,
  makeRole,
  RBAC,
  roleRef,
  settled,
  user,
} from '../rbac-steps.ts';
import type { Scenario, Step } from '../scenario.ts';

const MAPS = '/api/v1/namespaces/{{ns}}/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/{{ns}}/deployments';
const APPLY = { 'content-type': 'application/apply-patch+yaml' };
const MERGE = { 'content-type': 'application/merge-patch+json' };

const map = (name: string): object => ({ metadata: { name } });
const applied = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: { a: 'b' },
});

/** One request of each verb. */
function each(who: string, verbs: readonly string[]): readonly Step[] {
  const steps: Readonly<Record<string, Omit<Step, 'name'>>> = {
    get: { path: `${MAPS}/there` },
    list: { path: MAPS },
    watch: { path: MAPS, query: { watch: '1', timeoutSeconds: '1' }, only: ['kind', 'message', 'details'] },
    create: { method: 'POST', path: MAPS, body: map('new') },
    update: { method: 'PUT', path: `${MAPS}/there`, body: map('there') },
    patch: { method: 'PATCH', path: `${MAPS}/there`, headers: MERGE, body: { data: { p: '1' } } },
    delete: { method: 'DELETE', path: `${MAPS}/there`, query: { dryRun: 'All' }, only: ['message', 'details'] },
    deletecollection: { method: 'DELETE', path: MAPS, query: { dryRun: 'All' }, only: ['message', 'details'] },
  };
  return verbs.map((verb) => ({ path: '', ...steps[verb], name: `${who}: ${verb}`, as: who, ignore: VOLATILE }));
}

const VOLATILE = ['metadata.managedFields', 'items.*.metadata.managedFields', 'items.*.data'];
const ALL = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];

/** What roles allow, and how what they do not allow is refused. */
export const rbacAccess: Scenario = {
  name: 'rbac-access',
  cleanup: [
    `${RBAC}/clusterroles/conf-rbac-paths`,
    `${RBAC}/clusterrolebindings/conf-rbac-paths`,
    `${RBAC}/clusterrolebindings/conf-rbac-lost`,
  ],
  steps: [
    { name: 'there', method: 'POST', path: MAPS, body: map('there'), setup: true },
    { name: 'other', method: 'POST', path: MAPS, body: map('other'), setup: true },
    ...each('nobody', ALL),
    {
      name: 'of a group',
      path: DEPLOYMENTS,
      as: 'nobody',
    },
    { name: 'of all namespaces', path: '/apis/apps/v1/deployments', as: 'nobody' },
    { name: 'of no namespace', path: '/api/v1/nodes/n', as: 'nobody' },
    { name: 'a subresource', path: `${DEPLOYMENTS}/d/scale`, as: 'nobody' },
    { name: 'a deeper path', path: '/api/v1/namespaces/{{ns}}/pods/p/proxy/some/where', as: 'nobody' },
    { name: 'a namespace', path: '/api/v1/namespaces/{{ns}}', as: 'nobody' },
    { name: 'its status', method: 'PUT', path: '/api/v1/namespaces/{{ns}}/status', body: {}, as: 'nobody' },
    { name: 'all namespaces', path: '/api/v1/namespaces', as: 'nobody' },
    { name: 'an unknown resource', path: '/apis/nowhere.io/v1/things', as: 'nobody' },
    { name: 'the old watch', path: '/api/v1/watch/namespaces/{{ns}}/configmaps', as: 'nobody' },
    { name: 'the old watch of one', path: '/api/v1/watch/namespaces/{{ns}}/configmaps/there', as: 'nobody' },
    { name: 'one by its field', path: MAPS, query: { fieldSelector: 'metadata.name=there' }, as: 'nobody' },
    { name: 'by a field that is none', path: MAPS, query: { fieldSelector: 'nonsense' }, as: 'nobody' },
    { name: 'discovery', path: '/api/v1', as: 'nobody', only: ['kind', 'groupVersion'] },
    { name: 'a path', path: '/metrics', as: 'nobody' },
    { name: 'a path, posted to', method: 'POST', path: '/api', as: 'nobody' },
    { name: 'a path that is nowhere', path: '/no/where', as: 'nobody' },
    { name: 'health', path: '/healthz', as: 'nobody' },
    { name: 'a single check', path: '/readyz/ping', as: 'nobody' },
    { name: 'no token', path: MAPS, token: '' },
    { name: 'no token, discovery', path: '/api', token: '' },
    { name: 'no token, version', path: '/version', token: '', only: ['major'] },
    { name: 'a wrong token', path: MAPS, token: 'wrong' },
    { name: 'a wrong token, version', path: '/version', token: 'wrong' },
    { name: 'another scheme', path: MAPS, headers: { authorization: 'Basic YTpi' } },

    makeRole('reader', { verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['configmaps'] }),
    bind('reader', roleRef('Role', 'reader'), user('reader'), group('readers'), account('robot')),
    settled('reader', access('reader', 'get', 'configmaps')),
    ...each('reader', ALL),
    { name: 'reader: elsewhere', path: '/api/v1/namespaces/default/configmaps', as: 'reader' },
    { name: 'reader: everywhere', path: '/api/v1/configmaps', as: 'reader' },
    {
      name: 'reader: one by its field',
      path: MAPS,
      query: { fieldSelector: 'metadata.name=there' },
      as: 'reader',
      ignore: VOLATILE,
    },
    {
      name: 'one of a group',
      path: `${MAPS}/there`,
      as: 'someone',
      headers: { 'impersonate-group': 'readers' },
      ignore: VOLATILE,
    },
    {
      name: 'an account of the namespace',
      path: `${MAPS}/there`,
      as: 'system:serviceaccount:{{ns}}:robot',
      ignore: VOLATILE,
    },
    { name: 'its namesake', path: `${MAPS}/there`, as: 'system:serviceaccount:default:robot' },

    makeRole('one', { verbs: ALL, apiGroups: [''], resources: ['configmaps'], resourceNames: ['there'] }),
    bind('one', roleRef('Role', 'one'), user('one')),
    settled('one', access('one', 'get', 'configmaps', { name: 'there' })),
    ...each('one', ALL),
    { name: 'one: another', path: `${MAPS}/other`, as: 'one' },
    {
      name: 'one: by its field',
      path: MAPS,
      query: { fieldSelector: 'metadata.name=there' },
      as: 'one',
      ignore: VOLATILE,
    },
    {
      name: 'one: by another field too',
      path: MAPS,
      query: { fieldSelector: 'metadata.name=there,metadata.namespace=x' },
      as: 'one',
    },
    { name: 'one: another by its field', path: MAPS, query: { fieldSelector: 'metadata.name=other' }, as: 'one' },
    { name: 'one: all but it', path: MAPS, query: { fieldSelector: 'metadata.name!=there' }, as: 'one' },
    {
      name: 'one: watched by its field',
      path: MAPS,
      query: { fieldSelector: 'metadata.name=there', watch: '1', timeoutSeconds: '1' },
      as: 'one',
      only: ['kind'],
    },
    {
      name: 'one: all of its name deleted',
      method: 'DELETE',
      path: MAPS,
      query: { fieldSelector: 'metadata.name=there', dryRun: 'All' },
      as: 'one',
    },
    { name: 'one: by a name that is no path', path: MAPS, query: { fieldSelector: 'metadata.name=a/b' }, as: 'one' },

    makeRole(
      'subs',
      { verbs: ['get'], apiGroups: ['apps'], resources: ['deployments/status', '*/scale'] },
      { verbs: ['*'], apiGroups: ['batch'], resources: ['*'] },
    ),
    bind('subs', roleRef('Role', 'subs'), user('subs')),
    settled('subs', access('subs', 'list', 'jobs', { group: 'batch' })),
    { name: 'subs: a scale', path: `${DEPLOYMENTS}/d/scale`, as: 'subs' },
    { name: 'subs: the status', path: `${DEPLOYMENTS}/d/status`, as: 'subs' },
    { name: 'subs: the thing itself', path: `${DEPLOYMENTS}/d`, as: 'subs' },
    { name: 'subs: another status', path: '/apis/apps/v1/namespaces/{{ns}}/statefulsets/s/status', as: 'subs' },
    { name: 'subs: all of a group', path: '/apis/batch/v1/namespaces/{{ns}}/jobs/j/status', as: 'subs' },
    { name: 'subs: not another group', path: '/apis/policy/v1/namespaces/{{ns}}/poddisruptionbudgets', as: 'subs' },

    makeRole('patcher', {
      verbs: ['patch', 'update'],
      apiGroups: ['', 'coordination.k8s.io'],
      resources: ['configmaps', 'leases'],
    }),
    bind('patcher', roleRef('Role', 'patcher'), user('patcher')),
    settled('patcher', access('patcher', 'patch', 'configmaps')),
    {
      name: 'patcher: applies what is there',
      method: 'PATCH',
      path: `${MAPS}/there`,
      headers: APPLY,
      query: { fieldManager: 'm', force: 'true' },
      body: applied('there'),
      as: 'patcher',
      ignore: VOLATILE,
    },
    {
      name: 'patcher: applies what is not',
      method: 'PATCH',
      path: `${MAPS}/missing`,
      headers: APPLY,
      query: { fieldManager: 'm' },
      body: applied('missing'),
      as: 'patcher',
    },
    {
      name: 'patcher: puts what is not',
      method: 'PUT',
      path: '/apis/coordination.k8s.io/v1/namespaces/{{ns}}/leases/l',
      body: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'l' }, spec: {} },
      as: 'patcher',
    },
    {
      name: 'patcher: applies what is not, and is wrong',
      method: 'PATCH',
      path: `${MAPS}/missing`,
      headers: APPLY,
      query: { fieldManager: 'm' },
      body: { ...applied('missing'), data: { '/': 'x' } },
      as: 'patcher',
    },

    makeClusterRole('conf-rbac-paths', { verbs: ['get'], nonResourceURLs: ['/metrics', '/logs/*'] }),
    bindCluster('conf-rbac-paths', roleRef('ClusterRole', 'conf-rbac-paths'), user('paths')),
    settled('paths', { user: 'paths', nonResourceAttributes: { verb: 'get', path: '/logs/x' } }),
    { name: 'paths: below', path: '/logs/nothing/here', as: 'paths', only: ['reason'] },
    { name: 'paths: not above', path: '/logs', as: 'paths' },
    { name: 'paths: not longer', path: '/metrics/x', as: 'paths' },

    bind('lost', roleRef('Role', 'no-such'), user('lost')),
    {
      name: 'settled: lost',
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      body: { spec: access('lost', 'get', 'pods') },
      untilText: 'no-such',
      setup: true,
    },
    { name: 'lost: a role that is not there', path: MAPS, as: 'lost' },
    bindCluster('conf-rbac-lost', roleRef('ClusterRole', 'conf-no-such'), user('lost-too')),
    {
      name: 'settled: lost too',
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      body: { spec: access('lost-too', 'get', 'pods') },
      untilText: 'conf-no-such',
      setup: true,
    },
    { name: 'lost: a cluster role that is not there', path: '/api/v1/nodes', as: 'lost-too' },
  ],
};
