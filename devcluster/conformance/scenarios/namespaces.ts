import type { Scenario } from '../scenario.ts';

const NS = '/api/v1/namespaces/conf-doomed';
const MERGE = { 'content-type': 'application/merge-patch+json' };

/** Namespaces and their deletion. */
export const namespaces: Scenario = {
  name: 'namespaces',
  cleanup: [NS],
  steps: [
    { name: 'create', method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: 'conf-doomed' } } },
    { name: 'exists', method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: 'conf-doomed' } } },
    { name: 'bad name', method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: 'a.b' } } },
    { name: 'get', path: NS },
    { name: 'account', path: `${NS}/serviceaccounts/default`, untilCode: 200 },
    { name: 'certificate', path: `${NS}/configmaps/kube-root-ca.crt`, untilCode: 200, ignore: ['data'] },
    {
      name: 'by status',
      path: '/api/v1/namespaces',
      query: { fieldSelector: 'status.phase=Active,metadata.name=conf-doomed' },
      only: ['items.*.metadata.name'],
    },
    {
      name: 'finalizers by update',
      method: 'PATCH',
      path: NS,
      headers: MERGE,
      body: { spec: { finalizers: ['x/y'] } },
      only: ['spec'],
    },
    {
      name: 'a held object',
      method: 'POST',
      path: `${NS}/configmaps`,
      body: { metadata: { name: 'held', finalizers: ['example.com/hold'] } },
      setup: true,
    },
    { name: 'an object', method: 'POST', path: `${NS}/secrets`, body: { metadata: { name: 'free' } }, setup: true },
    { name: 'delete', method: 'DELETE', path: NS },
    {
      name: 'delete again',
      method: 'DELETE',
      path: NS,
      ignore: ['metadata.resourceVersion', 'metadata.managedFields', 'status.conditions'],
    },
    { name: 'create in it', method: 'POST', path: `${NS}/configmaps`, body: { metadata: { name: 'late' } } },
    {
      name: 'apply in it',
      method: 'PATCH',
      path: `${NS}/configmaps/late`,
      headers: { 'content-type': 'application/apply-patch+yaml' },
      query: { fieldManager: 'x' },
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'late' } },
    },
    {
      name: 'change in it',
      method: 'PATCH',
      path: `${NS}/configmaps/held`,
      headers: MERGE,
      body: { data: { a: 'b' } },
      only: ['data'],
    },
    { name: 'others gone', path: `${NS}/secrets/free`, untilCode: 404 },
    { name: 'conditions', path: NS, untilText: 'SomeFinalizersRemain', only: ['status'] },
    {
      name: 'let go',
      method: 'PATCH',
      path: `${NS}/configmaps/held`,
      headers: MERGE,
      body: { metadata: { finalizers: null } },
      setup: true,
    },
    { name: 'gone', path: NS, untilCode: 404 },
    { name: 'nothing left', path: `${NS}/configmaps/held` },
  ],
};
