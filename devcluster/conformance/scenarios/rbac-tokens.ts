import type { Scenario, Step } from '../scenario.ts';

const ACCOUNTS = '/api/v1/namespaces/{{ns}}/serviceaccounts';
const SECRETS = '/api/v1/namespaces/{{ns}}/secrets';
const PODS = '/api/v1/namespaces/{{ns}}/pods';
const SELF = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const REVIEWS = '/apis/authentication.k8s.io/v1/tokenreviews';

/** What is asked of a token, and what comes: all but the token itself. */
const request = (name: string, body: object, account = 'robot'): Step => ({
  name,
  method: 'POST',
  path: `${ACCOUNTS}/${account}/token`,
  body,
  ignore: ['status.token'],
});
const spec = (members: object): object => ({ spec: members });
const bound = (kind: string, name: string, more: object = {}): object =>
  spec({ boundObjectRef: { apiVersion: 'v1', kind, name, ...more } });
const who = (name: string, token: string): Step => ({
  name,
  method: 'POST',
  path: SELF,
  body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
  token,
});
const review = (name: string, token: string, audiences?: readonly string[]): Step => ({
  name,
  method: 'POST',
  path: REVIEWS,
  body: { spec: { token, ...(audiences && { audiences }) } },
  ignore: ['spec.token'],
});

/** Tokens of service accounts. */
export const rbacTokens: Scenario = {
  name: 'rbac-tokens',
  steps: [
    { name: 'robot', method: 'POST', path: ACCOUNTS, body: { metadata: { name: 'robot' } }, setup: true },
    { name: 'other', method: 'POST', path: ACCOUNTS, body: { metadata: { name: 'other' } }, setup: true },
    { name: 'secret', method: 'POST', path: SECRETS, body: { metadata: { name: 's' } }, setup: true },
    {
      name: 'pod',
      method: 'POST',
      path: PODS,
      body: { metadata: { name: 'p' }, spec: { serviceAccountName: 'robot', containers: [{ name: 'c', image: 'i' }] } },
      setup: true,
    },
    request('plain', {}),
    request('typed', { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: { name: 'robot' } }),
    request('for two hours', spec({ expirationSeconds: 7200 })),
    request('for others', spec({ audiences: ['a', 'b'] })),
    request('too short', spec({ expirationSeconds: 599 })),
    request('too long', spec({ expirationSeconds: 4294967297 })),
    request('of another name', { metadata: { name: 'other' } }),
    request('of another namespace', { metadata: { namespace: 'default' } }),
    request('of another uid', { metadata: { uid: 'x' } }),
    request('of another kind', { apiVersion: 'v1', kind: 'Secret' }),
    request('with attestations', spec({ attestations: { a: ['b'] } })),
    request('with a field that is none', spec({ nonsense: true })),
    request('no object', [] as object),
    request('of no account', {}, 'no-such'),
    request('of no account, too short', spec({ expirationSeconds: 1 }), 'no-such'),
    { name: 'read', path: `${ACCOUNTS}/robot/token` },
    { name: 'put', method: 'PUT', path: `${ACCOUNTS}/robot/token`, body: {} },
    request('bound to a secret', bound('Secret', 's')),
    request('bound to a pod', bound('Pod', 'p')),
    request('bound to another account’s pod', bound('Pod', 'p'), 'other'),
    request('bound to nothing', bound('Secret', 'no-such')),
    request('bound to no pod', bound('Pod', 'no-such')),
    request('bound to no node', bound('Node', 'no-such')),
    request('bound to what cannot be', bound('ConfigMap', 'c')),
    request('bound to what cannot be, of a group', bound('Deployment', 'c', { apiVersion: 'apps/v1' })),
    request('bound to another uid', bound('Secret', 's', { uid: 'x' })),
    request('as nobody', {}, 'robot'),
    { ...request('without the right', {}), as: 'nobody' },

    who('used', '{{plain:status.token}}'),
    { name: 'used for what it may not', path: PODS, token: '{{plain:status.token}}' },
    { name: 'used for a path', path: '/api', token: '{{plain:status.token}}', only: ['kind'] },
    who('used where it is not for', '{{for others:status.token}}'),
    who('changed', '{{plain:status.token}}x'),
    who('bound to a secret, used', '{{bound to a secret:status.token}}'),
    who('bound to a pod, used', '{{bound to a pod:status.token}}'),
    review('reviewed', '{{plain:status.token}}'),
    review('reviewed for others', '{{plain:status.token}}', ['a']),
    review('reviewed for them', '{{for others:status.token}}', ['b', 'c']),
    review('reviewed for the api', '{{for others:status.token}}'),
    review('reviewed, changed', '{{plain:status.token}}x'),
    review('reviewed, nonsense', 'nonsense'),
    review('reviewed, none', ''),
    review('reviewed, bound', '{{bound to a pod:status.token}}'),
    { ...review('reviewed without the right', 'x'), as: 'nobody' },

    { name: 'the secret goes', method: 'DELETE', path: `${SECRETS}/s`, setup: true },
    { ...who('bound to what has gone', '{{bound to a secret:status.token}}'), untilCode: 401 },
    review('reviewed, bound to what has gone', '{{bound to a secret:status.token}}'),
    { name: 'the pod goes', method: 'DELETE', path: `${PODS}/p`, query: { gracePeriodSeconds: '0' }, setup: true },
    { ...who('bound to a pod that has gone', '{{bound to a pod:status.token}}'), untilCode: 401 },

    {
      name: 'a secret for a token',
      method: 'POST',
      path: SECRETS,
      body: {
        metadata: { name: 'legacy', annotations: { 'kubernetes.io/service-account.name': 'robot' } },
        type: 'kubernetes.io/service-account-token',
      },
    },
    {
      name: 'filled',
      path: `${SECRETS}/legacy`,
      untilText: '"token"',
      ignore: ['data.token', 'data.ca.crt', 'data', 'metadata.resourceVersion'],
    },
    { name: 'its namespace', path: `${SECRETS}/legacy`, setup: true },
    {
      name: 'a secret without an account',
      method: 'POST',
      path: SECRETS,
      body: { metadata: { name: 'bad' }, type: 'kubernetes.io/service-account-token' },
    },
    {
      name: 'a secret for nobody',
      method: 'POST',
      path: SECRETS,
      body: {
        metadata: { name: 'lost', annotations: { 'kubernetes.io/service-account.name': 'no-such' } },
        type: 'kubernetes.io/service-account-token',
      },
      setup: true,
    },
    { name: 'which goes', path: `${SECRETS}/lost`, untilCode: 404 },

    { name: 'the account goes', method: 'DELETE', path: `${ACCOUNTS}/robot`, setup: true },
    { ...who('of an account that has gone', '{{plain:status.token}}'), untilCode: 401 },
    review('reviewed, of an account that has gone', '{{plain:status.token}}'),
    { name: 'its secret goes too', path: `${SECRETS}/legacy`, untilCode: 404 },
    { name: 'robot again', method: 'POST', path: ACCOUNTS, body: { metadata: { name: 'robot' } }, setup: true },
    review('reviewed, of its namesake', '{{plain:status.token}}'),
    who('of its namesake', '{{plain:status.token}}'),
  ],
};
