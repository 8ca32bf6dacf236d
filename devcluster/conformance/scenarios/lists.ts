import type { Scenario, Step } from '../scenario.ts';

const CONFIGMAPS = '/api/v1/namespaces/{{ns}}/configmaps';
const create = (name: string, more: object = {}): Step => ({
  name: `create ${name}`,
  method: 'POST',
  path: CONFIGMAPS,
  body: { metadata: { name, ...more } },
  setup: true,
});
const names = ['kind', 'apiVersion', 'items.*.metadata.name', 'metadata.continue', 'metadata.remainingItemCount'];
const list = (name: string, query: Record<string, string>, path = CONFIGMAPS): Step => ({ name, path, query });
const listed = (name: string, query: Record<string, string>, path = CONFIGMAPS): Step => ({
  name,
  path,
  query,
  only: names,
});

/** LIST: selectors, pages, versions, and what is refused. */
export const lists: Scenario = {
  name: 'lists',
  steps: [
    create('a', { labels: { app: 'x', n: '1' } }),
    create('b', { labels: { app: 'x', n: '2' } }),
    create('c', { labels: { app: 'y' } }),
    list('whole', { labelSelector: 'app=y' }),
    listed('equal', { labelSelector: 'app=x' }),
    listed('double equal', { labelSelector: 'app==x,n!=1' }),
    listed('in', { labelSelector: 'app in (x, y),n' }),
    listed('not in', { labelSelector: 'app notin (x)' }),
    listed('not there', { labelSelector: '!app' }),
    listed('greater', { labelSelector: 'n>1' }),
    listed('empty value', { labelSelector: 'app=' }),
    ...['a b', 'a in (b', '-a', 'a=b=c', 'a,', ',a', 'a in b', 'a>x', 'a=-', 'a/b/c', '(a)', '!', 'a!', 'a in ()'].map(
      (labelSelector) => list(`bad label selector ${labelSelector}`, { labelSelector }),
    ),
    listed('by name', { fieldSelector: 'metadata.name=a' }),
    listed('not by name', { fieldSelector: 'metadata.name!=a,metadata.namespace={{ns}}', labelSelector: 'app' }),
    ...['a', 'spec.x=1', 'metadata.name=a\\x', 'metadata.name=a=b'].map((fieldSelector) =>
      list(`bad field selector ${fieldSelector}`, { fieldSelector }),
    ),
    list('bad pod field', { fieldSelector: 'spec.foo=1' }, '/api/v1/namespaces/{{ns}}/pods'),
    listed('pod field', { fieldSelector: 'status.phase=Running,spec.nodeName=x' }, '/api/v1/namespaces/{{ns}}/pods'),
    list('bad job field', { fieldSelector: 'spec.foo=1' }, '/apis/batch/v1/namespaces/{{ns}}/jobs'),
    list('bad namespace field', { fieldSelector: 'metadata.namespace=1' }, '/api/v1/namespaces'),
    list('bad node field', { fieldSelector: 'metadata.namespace=1' }, '/apis/storage.k8s.io/v1/storageclasses'),
    listed('page 1', { limit: '2' }),
    { ...listed('page 2', { limit: '1', continue: '{{page 1:metadata.continue}}' }) },
    { ...listed('page 3', { limit: '9', continue: '{{page 2:metadata.continue}}' }) },
    create('bb'),
    { ...listed('page 2 as it was', { limit: '9', continue: '{{page 1:metadata.continue}}' }) },
    listed('pages of a selection', { limit: '1', labelSelector: 'app' }),
    {
      ...listed('selection, next', {
        limit: '1',
        labelSelector: 'app',
        continue: '{{pages of a selection:metadata.continue}}',
      }),
    },
    { ...list('continue and version', { continue: '{{page 1:metadata.continue}}', resourceVersion: '1' }) },
    list('bad continue', { continue: 'abc' }),
    list('bad limit', { limit: 'x' }),
    listed('negative limit', { limit: '-1' }),
    list('bad version', { resourceVersion: 'abc' }),
    list('future version', { resourceVersion: '999999999' }),
    listed('version 0', { resourceVersion: '0', limit: '1' }),
    {
      ...listed('exact version', {
        resourceVersion: '{{create c:metadata.resourceVersion}}',
        resourceVersionMatch: 'Exact',
      }),
    },
    { ...listed('exact by limit', { resourceVersion: '{{create b:metadata.resourceVersion}}', limit: '9' }) },
    {
      ...listed('not older', {
        resourceVersion: '{{create b:metadata.resourceVersion}}',
        resourceVersionMatch: 'NotOlderThan',
      }),
    },
    list('match without version', { resourceVersionMatch: 'Exact' }),
    list('exact 0', { resourceVersionMatch: 'Exact', resourceVersion: '0' }),
    list('bad match', { resourceVersionMatch: 'Foo', resourceVersion: '1' }),
    {
      ...list('match and continue', {
        resourceVersionMatch: 'Exact',
        resourceVersion: '1',
        continue: '{{page 1:metadata.continue}}',
      }),
    },
    list('initial events', { sendInitialEvents: 'true' }),
    list('several wrong', { sendInitialEvents: 'true', resourceVersionMatch: 'Foo' }),
    list('get future version', { resourceVersion: '999999999' }, `${CONFIGMAPS}/a`),
    { name: 'get with version 0', path: `${CONFIGMAPS}/a`, query: { resourceVersion: '0' }, only: ['metadata.name'] },
    listed('missing namespace', {}, '/api/v1/namespaces/no-such/configmaps'),
    list('name and other name', { fieldSelector: 'metadata.name=b', watch: '1' }, `${CONFIGMAPS}/a`),
    {
      name: 'head',
      method: 'GET',
      path: '/api/v1/namespaces/{{ns}}',
      only: ['kind', 'metadata.name', 'metadata.labels', 'spec', 'status'],
    },
  ],
};
