import type { Scenario } from '../scenario.ts';

const NS = '/api/v1/namespaces/conf-running';
const MERGE = { 'content-type': 'application/merge-patch+json' };

/** A namespace that is deleted: its pods go first, and all else waits for them. */
export const namespacesWithPods: Scenario = {
  name: 'namespaces-with-pods',
  cleanup: [NS],
  steps: [
    {
      name: 'create',
      method: 'POST',
      path: '/api/v1/namespaces',
      body: { metadata: { name: 'conf-running' } },
      setup: true,
    },
    { name: 'account', path: `${NS}/serviceaccounts/default`, untilCode: 200, setup: true },
    {
      name: 'a held pod',
      method: 'POST',
      path: `${NS}/pods`,
      body: {
        metadata: { name: 'held', finalizers: ['example.com/hold'] },
        spec: { containers: [{ name: 'main', image: 'a' }] },
      },
      setup: true,
    },
    { name: 'an object', method: 'POST', path: `${NS}/configmaps`, body: { metadata: { name: 'free' } }, setup: true },
    { name: 'delete', method: 'DELETE', path: NS, setup: true },
    { name: 'conditions', path: NS, untilText: 'ContentRemoved', only: ['status'] },
    { name: 'the pod ends', path: `${NS}/pods/held`, untilText: 'deletionGracePeriodSeconds', only: ['metadata.name'] },
    {
      name: 'the object is untouched',
      path: `${NS}/configmaps/free`,
      only: ['metadata.name', 'metadata.deletionTimestamp'],
    },
    {
      name: 'let go',
      method: 'PATCH',
      path: `${NS}/pods/held`,
      headers: MERGE,
      body: { metadata: { finalizers: null } },
      setup: true,
    },
    { name: 'gone', path: NS, untilCode: 404 },
    { name: 'nothing left', path: `${NS}/configmaps/free` },
  ],
};
