import type { Scenario, Step } from '../scenario.ts';

const CONFIGMAPS = '/api/v1/namespaces/{{ns}}/configmaps';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const create = (name: string, meta: object = {}): Step => ({
  name: `create ${name}`,
  method: 'POST',
  path: CONFIGMAPS,
  body: { metadata: { name, ...meta } },
  setup: true,
});
const remove = (name: string, object: string, body?: unknown): Step => ({
  name,
  method: 'DELETE',
  path: `${CONFIGMAPS}/${object}`,
  ...(body !== undefined && { body }),
});
const finalizers = (name: string, object: string, list: readonly string[] | null): Step => ({
  name,
  method: 'PATCH',
  path: `${CONFIGMAPS}/${object}`,
  headers: MERGE,
  body: { metadata: { finalizers: list } },
});

/** DELETE: preconditions, finalizers, propagation, grace. */
export const deletes: Scenario = {
  name: 'deletes',
  steps: [
    create('a'),
    remove('plain', 'a'),
    remove('again', 'a'),
    create('b'),
    remove('wrong uid', 'b', { preconditions: { uid: 'x' } }),
    remove('wrong version', 'b', { preconditions: { resourceVersion: '1' } }),
    remove('right uid', 'b', {
      preconditions: { uid: '{{create b:metadata.uid}}', resourceVersion: '{{create b:metadata.resourceVersion}}' },
    }),
    create('c'),
    remove('bad policy', 'c', { propagationPolicy: 'Foo' }),
    remove('both policies', 'c', { propagationPolicy: 'Orphan', orphanDependents: true }),
    remove('bad dry run', 'c', { dryRun: ['x'] }),
    remove('dry run', 'c', { dryRun: ['All'] }),
    { name: 'after dry run', path: `${CONFIGMAPS}/c`, only: ['metadata.name', 'metadata.deletionTimestamp'] },
    remove('broken body', 'c', '{'),
    { ...remove('by query', 'c'), query: { propagationPolicy: 'Background', gracePeriodSeconds: '0' } },
    create('d', { finalizers: ['example.com/hold'] }),
    remove('held', 'd'),
    remove('held again', 'd'),
    { name: 'create over held', method: 'POST', path: CONFIGMAPS, body: { metadata: { name: 'd' } } },
    finalizers('add finalizer while deleted', 'd', ['example.com/hold', 'example.com/more']),
    {
      name: 'write while deleted',
      method: 'PATCH',
      path: `${CONFIGMAPS}/d`,
      headers: MERGE,
      body: { data: { a: 'b' } },
    },
    {
      name: 'undelete',
      method: 'PATCH',
      path: `${CONFIGMAPS}/d`,
      headers: MERGE,
      body: { metadata: { deletionTimestamp: null } },
    },
    finalizers('let go', 'd', null),
    { name: 'gone', path: `${CONFIGMAPS}/d` },
    create('e', { finalizers: ['example.com/hold'] }),
    remove('held by old form', 'e', { orphanDependents: false }),
    finalizers('let e go', 'e', []),
    create('f', { finalizers: ['bad'] }),
    {
      name: 'pod',
      method: 'POST',
      path: '/api/v1/namespaces/{{ns}}/pods',
      body: {
        metadata: { name: 'p' },
        spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }] },
      },
      ignore: ['metadata.managedFields'],
    },
    {
      name: 'delete pod',
      method: 'DELETE',
      path: '/api/v1/namespaces/{{ns}}/pods/p',
      only: ['kind', 'metadata.deletionTimestamp', 'metadata.deletionGracePeriodSeconds', 'metadata.generation'],
    },
    { name: 'pod gone', path: '/api/v1/namespaces/{{ns}}/pods/p' },
    {
      name: 'a service',
      method: 'POST',
      path: '/api/v1/namespaces/{{ns}}/services',
      body: { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } },
      setup: true,
    },
    {
      name: 'delete service',
      method: 'DELETE',
      path: '/api/v1/namespaces/{{ns}}/services/s',
      only: ['kind', 'metadata.name', 'status'],
    },
    { name: 'immortal namespace', method: 'DELETE', path: '/api/v1/namespaces/default' },
    create('g', { generateName: 'x-' }),
    remove('orphan', 'g', { propagationPolicy: 'Orphan' }),
    create('h'),
    remove('foreground', 'h', { propagationPolicy: 'Foreground' }),
    { name: 'foreground gone', path: `${CONFIGMAPS}/h`, untilCode: 404 },
    { name: 'missing namespace', method: 'DELETE', path: '/api/v1/namespaces/no-such/configmaps/a' },
  ],
};
