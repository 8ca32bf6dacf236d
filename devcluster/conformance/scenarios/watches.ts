import type { Scenario, Step } from '../scenario.ts';

const CONFIGMAPS = '/api/v1/namespaces/{{ns}}/configmaps';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const watch = (name: string, events: number, query: Record<string, string>, more: Partial<Step> = {}): Step => ({
  name,
  path: CONFIGMAPS,
  query: { watch: '1', timeoutSeconds: '10', ...query },
  events,
  ...more,
});
const label = (name: string, object: string, labels: object): Step => ({
  name,
  method: 'PATCH',
  path: `${CONFIGMAPS}/${object}`,
  headers: MERGE,
  body: { metadata: { labels } },
  setup: true,
});
const version = '{{create a:metadata.resourceVersion}}';
const brief = ['*.type', '*.object.metadata.name', '*.object.metadata.labels'];

/** WATCH: where it begins, what it delivers, and how it fails. */
export const watches: Scenario = {
  name: 'watches',
  steps: [
    { name: 'create a', method: 'POST', path: CONFIGMAPS, body: { metadata: { name: 'a' } }, setup: true },
    {
      name: 'create b',
      method: 'POST',
      path: CONFIGMAPS,
      body: { metadata: { name: 'b', labels: { x: '1' } } },
      setup: true,
    },
    label('label a', 'a', { x: '1' }),
    label('relabel b', 'b', { x: '2' }),
    { name: 'delete b', method: 'DELETE', path: `${CONFIGMAPS}/b`, setup: true },
    watch('from a version', 4, { resourceVersion: version }),
    watch('of a selection', 4, { resourceVersion: version, labelSelector: 'x=1' }, { only: brief }),
    watch('of a name', 2, { resourceVersion: version, fieldSelector: 'metadata.name=b' }, { only: brief }),
    watch('by path of a name', 1, { resourceVersion: version }, { path: `${CONFIGMAPS}/b`, only: brief }),
    watch(
      'by old path',
      1,
      { resourceVersion: version },
      { path: '/api/v1/watch/namespaces/{{ns}}/configmaps', only: brief },
    ),
    watch('from now', 1, { fieldSelector: 'metadata.name=a' }, { only: brief }),
    watch('from 0', 1, { fieldSelector: 'metadata.name=a', resourceVersion: '0' }, { only: brief }),
    watch('with bookmarks', 2, { fieldSelector: 'metadata.name=a', allowWatchBookmarks: 'true' }, { ignore: ['0'] }),
    watch('streamed list', 2, {
      fieldSelector: 'metadata.name=a',
      allowWatchBookmarks: 'true',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
    }),
    watch(
      'streamed list without bookmarks',
      1,
      { fieldSelector: 'metadata.name=a', sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' },
      { only: brief },
    ),
    watch('no initial events', 1, {
      timeoutSeconds: '1',
      fieldSelector: 'metadata.name=a',
      sendInitialEvents: 'false',
      resourceVersionMatch: 'NotOlderThan',
    }),
    watch('streamed list of the future', 1, {
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      resourceVersion: '999999999',
    }),
    watch('of the future', 1, { timeoutSeconds: '1', resourceVersion: '999999999' }),
    { ...watch('bad version', 1, { resourceVersion: 'abc' }) },
    { name: 'bad options', path: CONFIGMAPS, query: { watch: '1', sendInitialEvents: 'true' } },
    { name: 'bad match', path: CONFIGMAPS, query: { watch: '1', resourceVersionMatch: 'Exact', resourceVersion: '1' } },
    { name: 'bad timeout', path: CONFIGMAPS, query: { watch: '1', timeoutSeconds: 'x' } },
    { name: 'bad selector', path: CONFIGMAPS, query: { watch: '1', fieldSelector: 'spec.x=1' } },
    { name: 'yaml', path: CONFIGMAPS, query: { watch: '1' }, headers: { accept: 'application/yaml' }, only: [] },
    watch(
      'metadata only',
      1,
      { fieldSelector: 'metadata.name=a' },
      { headers: { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' } },
    ),
    watch(
      'metadata only with bookmark',
      2,
      { fieldSelector: 'metadata.name=a', allowWatchBookmarks: 'true' },
      { headers: { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' }, ignore: ['0'] },
    ),
    watch(
      'table',
      1,
      { fieldSelector: 'metadata.name=a' },
      {
        headers: { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' },
        ignore: ['*.object.columnDefinitions.*.description', '0.object.rows.0.cells.2'],
      },
    ),
  ],
};
