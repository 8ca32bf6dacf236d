import type { Scenario } from '../scenario.ts';

const A = '/api/v1/namespaces/{{ns}}/configmaps/a';
const create = (name: string, more: object = {}): object => ({ metadata: { name }, data: { k: 'v' }, ...more });
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/{{ns}}/leases';

/** PUT: optimistic concurrency, what cannot change, no-ops, creating by PUT. */
export const updates: Scenario = {
  name: 'updates',
  steps: [
    { name: 'create', method: 'POST', path: '/api/v1/namespaces/{{ns}}/configmaps', body: create('a') },
    { name: 'without version', method: 'PUT', path: A, body: create('a', { data: { k: 'w' } }) },
    { name: 'same again', method: 'PUT', path: A, body: create('a', { data: { k: 'w' } }) },
    {
      name: 'old version',
      method: 'PUT',
      path: A,
      body: { metadata: { name: 'a', resourceVersion: '{{create:metadata.resourceVersion}}' }, data: {} },
    },
    {
      name: 'right version',
      method: 'PUT',
      path: A,
      query: { fieldManager: 'other' },
      body: {
        metadata: { name: 'a', resourceVersion: '{{without version:metadata.resourceVersion}}' },
        data: { k: 'x' },
      },
    },
    { name: 'no number', method: 'PUT', path: A, body: { metadata: { name: 'a', resourceVersion: 'abc' } } },
    { name: 'wrong uid', method: 'PUT', path: A, body: { metadata: { name: 'a', uid: 'x' } } },
    { name: 'wrong name', method: 'PUT', path: A, body: create('b') },
    { name: 'no name', method: 'PUT', path: A, body: { metadata: {} } },
    { name: 'wrong namespace', method: 'PUT', path: A, body: { metadata: { name: 'a', namespace: 'default' } } },
    { name: 'missing', method: 'PUT', path: '/api/v1/namespaces/{{ns}}/configmaps/zzz', body: create('zzz') },
    {
      name: 'invalid',
      method: 'PUT',
      path: A,
      body: { metadata: { name: 'a', labels: { '-': 'x' } }, data: { '/': 'x' } },
    },
    { name: 'dry run', method: 'PUT', path: A, query: { dryRun: 'All' }, body: create('a', { data: { dry: 'run' } }) },
    { name: 'after dry run', path: A },
    { name: 'immutable', method: 'PUT', path: A, body: create('a', { immutable: true }) },
    { name: 'change immutable', method: 'PUT', path: A, body: create('a', { immutable: true, data: {} }) },
    {
      name: 'lease by put',
      method: 'PUT',
      path: `${LEASES}/l`,
      body: { metadata: { name: 'l' }, spec: { holderIdentity: 'me' } },
    },
    {
      name: 'lease without version',
      method: 'PUT',
      path: `${LEASES}/l`,
      body: { metadata: { name: 'l' }, spec: { holderIdentity: 'you' } },
    },
    {
      name: 'lease',
      method: 'PUT',
      path: `${LEASES}/l`,
      body: {
        metadata: { name: 'l', resourceVersion: '{{lease by put:metadata.resourceVersion}}' },
        spec: { holderIdentity: 'you', leaseDurationSeconds: 15, renewTime: '2026-01-01T00:00:00.000000Z' },
      },
    },
    { name: 'put to a collection', method: 'PUT', path: '/api/v1/namespaces/{{ns}}/configmaps', body: create('a') },
    {
      name: 'reset managed fields',
      method: 'PUT',
      path: '/api/v1/namespaces/{{ns}}/configmaps/a',
      body: { metadata: { name: 'a', managedFields: [{}] }, immutable: true, data: { k: 'v' } },
    },
  ],
};
