import type { Scenario, Step } from '../scenario.ts';

const DEPLOYMENT = '/apis/apps/v1/namespaces/{{ns}}/deployments/d';
const CONFIGMAP = '/api/v1/namespaces/{{ns}}/configmaps/a';
const SCALE = `${DEPLOYMENT}/scale`;
const SECRET = '/api/v1/namespaces/{{ns}}/secrets/s';
const STRATEGIC = { 'content-type': 'application/strategic-merge-patch+json' };

const patch = (name: string, body: unknown, path = DEPLOYMENT, query: Record<string, string> = {}): Step => ({
  name,
  method: 'PATCH',
  path,
  headers: STRATEGIC,
  body,
  query,
});

const container = (name: string, more: object = {}): object => ({ name, image: `${name}:1`, ...more });

/** PATCH by strategic merge patch, as client-side apply, edit, set and rollout of kubectl send it. */
export const strategicPatches: Scenario = {
  name: 'strategic-patches',
  cleanup: ['/apis/apiextensions.k8s.io/v1/customresourcedefinitions/stones.sp.example.com'],
  steps: [
    {
      name: 'create a deployment',
      method: 'POST',
      path: '/apis/apps/v1/namespaces/{{ns}}/deployments',
      body: {
        metadata: { name: 'd', finalizers: ['example.com/a'] },
        spec: {
          selector: { matchLabels: { a: 'b' } },
          template: {
            metadata: { labels: { a: 'b' } },
            spec: { containers: [container('x', { env: [{ name: 'E', value: '1' }] }), container('y')] },
          },
        },
      },
      setup: true,
    },
    { name: 'create a config map', method: 'POST', path: CONFIGMAP.slice(0, -2), body: { metadata: { name: 'a' } } },
    {
      name: 'create a secret',
      method: 'POST',
      path: SECRET.slice(0, -2),
      body: { metadata: { name: 's' } },
      setup: true,
    },
    patch('one of the containers', { spec: { template: { spec: { containers: [{ name: 'y', image: 'y:2' }] } } } }),
    patch('a new variable', {
      spec: { template: { spec: { containers: [{ name: 'x', env: [{ name: 'F', value: '2' }] }] } } },
    }),
    patch('delete a container', {
      spec: { template: { spec: { containers: [{ name: 'y', $patch: 'delete' }] } } },
    }),
    patch('in order', {
      spec: {
        template: {
          spec: { '$setElementOrder/containers': [{ name: 'z' }, { name: 'x' }], containers: [container('z')] },
        },
      },
    }),
    patch('another strategy', { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } }),
    patch('finalizers are merged', { metadata: { finalizers: ['example.com/b'] } }),
    patch('one finalizer goes', { metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/a'] } }),
    patch('replaced wholly', { metadata: { annotations: { $patch: 'replace', only: 'this' } } }),
    patch('nothing', {}),
    patch('a key is missing', { spec: { template: { spec: { containers: [{ image: 'y:2' }] } } } }),
    patch('an unknown directive', { spec: { $patch: 'frobnicate' } }),
    patch('wrong type', { spec: { replicas: 'many' } }),
    patch('wrong type of a map', { spec: 1 }),
    patch('unknown field', { spec: { color: 'red' } }),
    patch('unknown field strictly', { spec: { color: 'red' } }, DEPLOYMENT, { fieldValidation: 'Strict' }),
    patch('duplicate strictly', '{"spec":{"paused":true,"paused":true}}', DEPLOYMENT, { fieldValidation: 'Strict' }),
    patch('duplicate', '{"spec":{"paused":true,"paused":true}}', DEPLOYMENT, { fieldValidation: 'Warn' }),
    patch('a list', []),
    patch('null', 'null'),
    patch('text', '"x"'),
    patch('broken', '{'),
    patch('invalid', { spec: { selector: { matchLabels: { a: 'c' } } } }),
    patch('another kind', { kind: 'ReplicaSet' }),
    patch('another name', { metadata: { name: 'e' } }),
    patch('an old version', { metadata: { resourceVersion: '1' } }),
    patch('status', { status: { replicas: 2, conditions: [] } }, `${DEPLOYMENT}/status`),
    patch('conditions are merged', { status: { conditions: [{ type: 'A', status: 'True' }] } }, `${DEPLOYMENT}/status`),
    patch('further conditions', { status: { conditions: [{ type: 'B', status: 'True' }] } }, `${DEPLOYMENT}/status`),
    patch('data', { data: { a: 'b' } }, CONFIGMAP),
    patch('data goes', { data: { a: null } }, CONFIGMAP),
    patch('missing', {}, '/api/v1/namespaces/{{ns}}/configmaps/zzz'),
    patch('another type of a map', { metadata: { labels: 'x' } }),
    patch('another type of a list', { metadata: { finalizers: 1 } }),
    patch('a number for a text', { metadata: { labels: { a: 1 } } }),
    patch('a list for a text', { spec: { strategy: { type: [] } } }),
    patch('a fraction', { spec: { replicas: 1.5 } }),
    patch('wrong in a field with a parser of its own', { spec: { strategy: { rollingUpdate: { maxSurge: true } } } }),
    patch('wrong bytes', { data: { a: '?' } }, SECRET),
    patch('no time', { metadata: { deletionTimestamp: 'soon' } }),
    patch('scale', { spec: { replicas: 4 } }, SCALE),
    patch('scale wrongly', { spec: { replicas: 'x' } }, SCALE),
    patch('scale below nothing', { spec: { replicas: -1 } }, SCALE),
    patch('scale of another name', { metadata: { name: 'other' } }, SCALE),
    patch('scale strictly', { spec: { color: 'red' } }, SCALE, { fieldValidation: 'Strict' }),
    patch('scale by a broken patch', '{', SCALE),
    {
      name: 'replace a scale by another kind',
      method: 'PUT',
      path: SCALE,
      body: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } },
    },
    { name: 'replace a scale without a name', method: 'PUT', path: SCALE, body: { spec: { replicas: 1 } } },
    {
      name: 'replace the scale of another object',
      method: 'PUT',
      path: SCALE,
      body: { metadata: { name: 'd', uid: 'other' }, spec: { replicas: 1 } },
    },
    {
      name: 'scale in another format',
      method: 'PATCH',
      path: SCALE,
      headers: { 'content-type': 'text/plain' },
      body: {},
    },
    {
      name: 'what is accepted',
      method: 'PATCH',
      path: CONFIGMAP,
      headers: { 'content-type': 'text/plain' },
      body: {},
    },
    {
      name: 'define',
      method: 'POST',
      path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      setup: true,
      body: {
        metadata: { name: 'stones.sp.example.com' },
        spec: {
          group: 'sp.example.com',
          scope: 'Namespaced',
          names: { kind: 'Stone', plural: 'stones' },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
            },
          ],
        },
      },
    },
    {
      name: 'create a stone',
      method: 'POST',
      path: '/apis/sp.example.com/v1/namespaces/{{ns}}/stones',
      body: { apiVersion: 'sp.example.com/v1', kind: 'Stone', metadata: { name: 's' } },
      untilCode: 201,
      setup: true,
    },
    patch('custom resources have none', {}, '/apis/sp.example.com/v1/namespaces/{{ns}}/stones/s'),
    { ...patch('let go of it', { metadata: { $patch: 'replace', name: 'd' } }), setup: true },
  ],
};
