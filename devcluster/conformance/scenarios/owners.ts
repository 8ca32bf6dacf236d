import type { Scenario, Step } from '../scenario.ts';

const CONFIGMAPS = '/api/v1/namespaces/{{ns}}/configmaps';
const JOBS = '/apis/batch/v1/namespaces/{{ns}}/jobs';
const SECRETS = '/api/v1/namespaces/{{ns}}/secrets';
const create = (name: string, owners: readonly object[] = [], more: object = {}): Step => ({
  name,
  method: 'POST',
  path: CONFIGMAPS,
  body: { metadata: { name, ownerReferences: owners, ...more } },
  setup: true,
});
const owner = (name: string, more: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name,
  uid: `{{${name}:metadata.uid}}`,
  ...more,
});
const gone = (name: string): Step => ({
  name: `${name} gone`,
  path: `${CONFIGMAPS}/${name}`,
  untilCode: 404,
  only: ['code'],
});
const remove = (name: string, propagationPolicy?: string): Step => ({
  name: `delete ${name}`,
  method: 'DELETE',
  path: `${CONFIGMAPS}/${name}`,
  ...(propagationPolicy !== undefined && { body: { propagationPolicy } }),
  only: ['kind', 'status', 'metadata.finalizers'],
});
const shown = ['metadata.ownerReferences', 'metadata.finalizers', 'metadata.managedFields'];

/** Garbage collection by owner references. */
export const owners: Scenario = {
  name: 'owners',
  steps: [
    create('a'),
    create('a1', [owner('a', { controller: true, blockOwnerDeletion: true })]),
    create('a2', [owner('a1')]),
    remove('a'),
    gone('a'),
    gone('a1'),
    gone('a2'),

    create('b'),
    create('b1', [owner('b')]),
    remove('b', 'Orphan'),
    gone('b'),
    { name: 'orphan', path: `${CONFIGMAPS}/b1`, only: shown },

    create('c'),
    create('c1', [owner('c', { blockOwnerDeletion: true })], { finalizers: ['example.com/hold'] }),
    create('c2', [owner('c', { blockOwnerDeletion: false })], { finalizers: ['example.com/hold'] }),
    remove('c', 'Foreground'),
    { name: 'c1 deleted', path: `${CONFIGMAPS}/c1`, untilText: 'deletionTimestamp', only: ['metadata.finalizers'] },
    { name: 'c waits', path: `${CONFIGMAPS}/c`, only: shown },
    {
      name: 'c1 let go',
      method: 'PATCH',
      path: `${CONFIGMAPS}/c1`,
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { metadata: { finalizers: null } },
      setup: true,
    },
    gone('c'),
    {
      name: 'c2 let go',
      method: 'PATCH',
      path: `${CONFIGMAPS}/c2`,
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { metadata: { finalizers: null } },
      setup: true,
    },
    gone('c2'),

    create('d'),
    create('e'),
    create('d1', [owner('d'), owner('e')]),
    remove('d'),
    gone('d'),
    { name: 'd1 keeps one', path: `${CONFIGMAPS}/d1`, untilText: '"name":"e"', only: ['metadata.name'] },
    { name: 'd1 lost one', path: `${CONFIGMAPS}/d1`, only: ['metadata.name'] },
    remove('e'),
    gone('d1'),

    create('f', [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'never', uid: '00000000-0000-0000-0000-000000000000' }]),
    gone('f'),
    create('g'),
    create('g1', [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'g', uid: '00000000-0000-0000-0000-000000000000' }]),
    gone('g1'),
    create('h', [
      { apiVersion: 'nope.example.com/v1', kind: 'Nope', name: 'x', uid: '00000000-0000-0000-0000-000000000001' },
    ]),
    { name: 'h stays', path: `${CONFIGMAPS}/h`, only: ['metadata.name'] },
    {
      name: 'job',
      method: 'POST',
      path: JOBS,
      body: {
        metadata: { name: 'j' },
        spec: {
          suspend: true,
          template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x' }] } },
        },
      },
      only: ['metadata.name'],
    },
    create('j1', [{ apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: '{{job:metadata.uid}}' }]),
    { name: 'job deleted as it is by default', method: 'DELETE', path: `${JOBS}/j`, only: ['message'] },
    { name: 'job gone', path: `${JOBS}/j`, untilCode: 404, only: ['message'] },
    { name: 'j1 has no owner any more', path: `${CONFIGMAPS}/j1`, only: ['metadata.name', 'metadata.ownerReferences'] },
    create('two controllers', [], {}),
    {
      name: 'refused',
      method: 'POST',
      path: SECRETS,
      body: {
        metadata: {
          name: 's',
          ownerReferences: [
            owner('g', { controller: true }),
            { ...owner('h'), controller: true },
            { apiVersion: 'v1', kind: '', name: '', uid: '' },
          ],
        },
      },
    },
  ],
};
