import type { Scenario, Step } from '../scenario.ts';

const CONFIGMAPS = '/api/v1/namespaces/{{ns}}/configmaps';
const create = (name: string, labels: Readonly<Record<string, string>> = {}): Step => ({
  name: `create ${name}`,
  method: 'POST',
  path: CONFIGMAPS,
  body: { metadata: { name, labels } },
  setup: true,
});
const names = ['kind', 'items.*.metadata.name'];
const list: Step = { name: 'list', path: CONFIGMAPS, query: { labelSelector: 'x' }, only: names };

/** DELETE of a collection. */
export const collections: Scenario = {
  name: 'collections',
  steps: [
    create('a', { x: '1' }),
    create('b', { x: '2' }),
    create('c', { x: '2' }),
    create('d', { x: '3' }),
    {
      name: 'dry run',
      method: 'DELETE',
      path: CONFIGMAPS,
      query: { labelSelector: 'x=2', dryRun: 'All' },
      only: names,
    },
    { ...list, name: 'after dry run' },
    { name: 'by label', method: 'DELETE', path: CONFIGMAPS, query: { labelSelector: 'x=2' }, only: names },
    { ...list, name: 'after by label' },
    { name: 'by field', method: 'DELETE', path: CONFIGMAPS, query: { fieldSelector: 'metadata.name=a' }, only: names },
    { ...list, name: 'after by field' },
    { name: 'bad selector', method: 'DELETE', path: CONFIGMAPS, query: { labelSelector: '!!' } },
    { name: 'nothing', method: 'DELETE', path: CONFIGMAPS, query: { labelSelector: 'x=9' } },
    {
      name: 'services have none',
      method: 'DELETE',
      path: '/api/v1/namespaces/{{ns}}/services',
      query: { labelSelector: 'x=9' },
      only: ['kind', 'items'],
    },
    { name: 'namespaces have none', method: 'DELETE', path: '/api/v1/namespaces', query: { labelSelector: 'x=9' } },
  ],
};
