import type { Scenario } from '../scenario.ts';

const CONFIGMAPS = '/api/v1/namespaces/{{ns}}/configmaps';
const text = { 'content-type': 'text/plain' };

/** POST: names, namespaces, types, and all that is refused. */
export const creates: Scenario = {
  name: 'creates',
  steps: [
    {
      name: 'plain',
      method: 'POST',
      path: CONFIGMAPS,
      body: { metadata: { name: 'a', labels: { l: '1' } }, data: { k: 'v' } },
    },
    {
      name: 'typed',
      method: 'POST',
      path: CONFIGMAPS,
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } },
    },
    { name: 'get', path: `${CONFIGMAPS}/a` },
    { name: 'get missing', path: `${CONFIGMAPS}/zzz` },
    { name: 'exists', method: 'POST', path: CONFIGMAPS, body: { metadata: { name: 'a' } } },
    {
      name: 'exists and invalid',
      method: 'POST',
      path: CONFIGMAPS,
      body: { metadata: { name: 'a' }, data: { '/': 'x' } },
    },
    { name: 'no name', method: 'POST', path: CONFIGMAPS, body: { metadata: {} } },
    { name: 'bad name', method: 'POST', path: CONFIGMAPS, body: { metadata: { name: 'A_b' } } },
    {
      name: 'bad everything',
      method: 'POST',
      path: CONFIGMAPS,
      body: {
        metadata: { name: 'A_b', labels: { '-': '!' }, annotations: { '/': '' }, finalizers: ['x'] },
        data: { '/': 'x' },
      },
    },
    {
      name: 'other namespace',
      method: 'POST',
      path: CONFIGMAPS,
      body: { metadata: { name: 'c', namespace: 'default' } },
    },
    {
      name: 'missing namespace',
      method: 'POST',
      path: '/api/v1/namespaces/no-such/configmaps',
      body: { metadata: { name: 'c' } },
    },
    {
      name: 'missing namespace and invalid',
      method: 'POST',
      path: '/api/v1/namespaces/no-such/configmaps',
      body: { metadata: { name: 'C' } },
    },
    { name: 'no namespace', method: 'POST', path: '/api/v1/configmaps', body: { metadata: { name: 'c' } } },
    {
      name: 'other kind',
      method: 'POST',
      path: CONFIGMAPS,
      body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'c' } },
    },
    {
      name: 'unknown kind',
      method: 'POST',
      path: CONFIGMAPS,
      body: { apiVersion: 'v1', kind: 'Foo', metadata: { name: 'c' } },
    },
    {
      name: 'other version',
      method: 'POST',
      path: CONFIGMAPS,
      body: { apiVersion: 'v2', kind: 'ConfigMap', metadata: { name: 'c' } },
    },
    {
      name: 'other group',
      method: 'POST',
      path: CONFIGMAPS,
      body: { apiVersion: 'apps/v1', kind: 'ConfigMap', metadata: { name: 'c' } },
    },
    {
      name: 'other group and kind',
      method: 'POST',
      path: CONFIGMAPS,
      body: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'c' } },
    },
    { name: 'no json', method: 'POST', path: CONFIGMAPS, body: '{' },
    { name: 'empty', method: 'POST', path: CONFIGMAPS, body: '' },
    { name: 'broken json', method: 'POST', path: CONFIGMAPS, body: '{"metadata":{"name":"x"}, "data": {"a" "b"}}' },
    { name: 'a list', method: 'POST', path: CONFIGMAPS, body: [] },
    { name: 'media type', method: 'POST', path: CONFIGMAPS, body: '{}', headers: text },
    { name: 'wrong type', method: 'POST', path: CONFIGMAPS, body: { metadata: { name: 'c' }, data: { a: 1 } } },
    {
      name: 'wrong type of metadata',
      method: 'POST',
      path: CONFIGMAPS,
      body: { metadata: { name: 'c', labels: { a: 1 } } },
    },
    {
      name: 'what the server sets',
      method: 'POST',
      path: CONFIGMAPS,
      body: {
        metadata: {
          name: 'd',
          uid: 'mine',
          generation: 5,
          creationTimestamp: '2001-01-01T00:00:00Z',
          deletionTimestamp: '2001-01-01T00:00:00Z',
          deletionGracePeriodSeconds: 5,
          selfLink: '/x',
        },
      },
    },
    {
      name: 'a resource version',
      method: 'POST',
      path: CONFIGMAPS,
      body: { metadata: { name: 'e', resourceVersion: '1' } },
    },
    { name: 'to an object', method: 'POST', path: `${CONFIGMAPS}/a`, body: { metadata: { name: 'a' } } },
    {
      name: 'dry run',
      method: 'POST',
      path: CONFIGMAPS,
      query: { dryRun: 'All' },
      body: { metadata: { name: 'dry' } },
      ignore: ['metadata.resourceVersion'],
    },
    { name: 'after dry run', path: `${CONFIGMAPS}/dry` },
    {
      name: 'bad dry run',
      method: 'POST',
      path: CONFIGMAPS,
      query: { dryRun: 'x' },
      body: { metadata: { name: 'dry' } },
    },
    {
      name: 'bad manager',
      method: 'POST',
      path: CONFIGMAPS,
      query: { fieldManager: 'x'.repeat(129) },
      body: { metadata: { name: 'dry' } },
    },
    {
      name: 'manager',
      method: 'POST',
      path: CONFIGMAPS,
      query: { fieldManager: 'me' },
      body: { metadata: { name: 'm' }, data: { a: 'b' } },
    },
    {
      name: 'duplicate owners',
      method: 'POST',
      path: CONFIGMAPS,
      body: {
        metadata: {
          name: 'owned',
          ownerReferences: [
            { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: '{{plain:metadata.uid}}' },
            { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: '{{plain:metadata.uid}}' },
          ],
        },
      },
    },
    { name: 'no such group', path: '/apis/nope.example.com/v1/things' },
    { name: 'no such version', path: '/apis/apps/v9/deployments' },
    { name: 'no such resource', path: '/api/v1/namespaces/{{ns}}/things' },
    { name: 'no such path', path: '/nope' },
    {
      name: 'a deployment',
      method: 'POST',
      path: '/apis/apps/v1/namespaces/{{ns}}/deployments',
      body: deployment('d'),
      only: ['metadata', 'status', 'spec.replicas'],
    },
    {
      name: 'a bad deployment',
      method: 'POST',
      path: '/apis/apps/v1/namespaces/{{ns}}/deployments',
      body: { metadata: { name: 'e' }, spec: {} },
    },
    {
      name: 'generated',
      method: 'POST',
      path: CONFIGMAPS,
      body: { metadata: { generateName: 'gen-' } },
      ignore: ['metadata.name'],
    },
    {
      name: 'a service',
      method: 'POST',
      path: '/api/v1/namespaces/{{ns}}/services',
      body: { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } },
      ignore: ['spec.clusterIP', 'spec.clusterIPs'],
    },
    {
      name: 'a headless service',
      method: 'POST',
      path: '/api/v1/namespaces/{{ns}}/services',
      body: { metadata: { name: 'h' }, spec: { clusterIP: 'None', ports: [{ port: 80 }] } },
    },
    {
      name: 'a node port',
      method: 'POST',
      path: '/api/v1/namespaces/{{ns}}/services',
      body: { metadata: { name: 'n' }, spec: { type: 'NodePort', ports: [{ port: 80 }] } },
      ignore: ['spec.clusterIP', 'spec.clusterIPs', 'spec.ports.0.nodePort'],
    },
    {
      name: 'an external name',
      method: 'POST',
      path: '/api/v1/namespaces/{{ns}}/services',
      body: { metadata: { name: 'x' }, spec: { type: 'ExternalName', externalName: 'example.com' } },
    },
  ],
};

function deployment(name: string): object {
  const labels = { app: name };
  return {
    metadata: { name },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
    },
  };
}
