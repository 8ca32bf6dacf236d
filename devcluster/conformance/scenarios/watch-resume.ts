import type { Scenario, Step } from '../scenario.ts';

const CONFIGMAPS = '/api/v1/namespaces/{{ns}}/configmaps';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const BRIEF = [
  '*.type',
  '*.object.metadata.name',
  '*.object.data',
  '*.object.metadata.labels',
  '*.object.kind',
  '*.object.code',
  '*.object.reason',
  '*.object.message',
  'message',
  'reason',
  'code',
];

const create = (name: string, labels: object = {}): Step => ({
  name: `create ${name}`,
  method: 'POST',
  path: CONFIGMAPS,
  body: { metadata: { name, labels } },
  setup: true,
});
const change = (step: string, name: string, body: object): Step => ({
  name: step,
  method: 'PATCH',
  path: `${CONFIGMAPS}/${name}`,
  headers: MERGE,
  body,
  setup: true,
});
const remove = (name: string): Step => ({
  name: `delete ${name}`,
  method: 'DELETE',
  path: `${CONFIGMAPS}/${name}`,
  setup: true,
});
const from = (step: string): { readonly resourceVersion: string } => ({
  resourceVersion: `{{${step}:metadata.resourceVersion}}`,
});
const mine = { labelSelector: 'on' };
const watch = (name: string, events: number, query: Record<string, string>, more: Partial<Step> = {}): Step => ({
  name,
  path: CONFIGMAPS,
  query: { watch: '1', timeoutSeconds: '10', ...query },
  events,
  only: BRIEF,
  ...more,
});

/** WATCH from every moment of a history: nothing is missed, nothing comes twice, and selections begin and end. */
export const watchResume: Scenario = {
  name: 'watch-resume',
  steps: [
    create('a', { on: '1' }),
    create('b', { on: '1', color: 'red' }),
    change('data 1', 'a', { data: { n: '1' } }),
    change('blue', 'b', { metadata: { labels: { color: 'blue' } } }),
    change('data 2', 'a', { data: { n: '2' } }),
    create('c', { on: '1', color: 'red' }),
    change('no change', 'a', { data: { n: '2' } }),
    change('red', 'b', { metadata: { labels: { color: 'red' } } }),
    remove('c'),
    create('d', { on: '1' }),
    change('off', 'd', { metadata: { labels: { on: null } } }),
    change('on', 'd', { metadata: { labels: { on: '1' } } }),
    remove('a'),
    ...(
      [
        ['create a', 11],
        ['create b', 10],
        ['data 1', 9],
        ['blue', 8],
        ['data 2', 7],
        ['create c', 6],
        ['no change', 7],
        ['red', 5],
        ['create d', 3],
        ['off', 2],
        ['on', 1],
      ] as const
    ).map(([step, events]) => watch(`after ${step}`, events, { ...from(step), ...mine })),
    watch('red ones after create a', 6, { ...from('create a'), labelSelector: 'color=red' }),
    watch('blue ones after create a', 2, { ...from('create a'), labelSelector: 'color=blue' }),
    watch('colourless ones after data 1', 5, { ...from('data 1'), labelSelector: 'on,!color' }),
    watch('a by name after create a', 3, { ...from('create a'), fieldSelector: 'metadata.name=a' }),
    watch('all but a after data 1', 7, { ...from('data 1'), fieldSelector: 'metadata.name!=a', ...mine }),
    watch('c by path after create a', 2, from('create a'), { path: `${CONFIGMAPS}/c` }),
    watch(
      'of all namespaces',
      3,
      { ...from('red'), ...mine, fieldSelector: 'metadata.namespace={{ns}}' },
      { path: '/api/v1/configmaps' },
    ),
    watch(
      'of another kind, at once',
      1,
      { ...from('create a'), timeoutSeconds: '1' },
      { path: '/api/v1/namespaces/{{ns}}/endpoints' },
    ),
    watch('what is there now', 2, mine),
    watch('what is there, by version 0', 2, { resourceVersion: '0', ...mine }),
    watch(
      'what is there, to a bookmark',
      3,
      {
        sendInitialEvents: 'true',
        resourceVersionMatch: 'NotOlderThan',
        allowWatchBookmarks: 'true',
        ...mine,
      },
      { only: ['*.type', '*.object.metadata.name', '*.object.metadata.annotations'] },
    ),
    watch(
      'not older than, to a bookmark',
      3,
      {
        sendInitialEvents: 'true',
        resourceVersionMatch: 'NotOlderThan',
        allowWatchBookmarks: 'true',
        ...from('on'),
        ...mine,
      },
      { only: ['*.type', '*.object.metadata.name', '*.object.metadata.annotations'] },
    ),
    watch('after a version, by match', 1, { ...from('on'), resourceVersionMatch: 'NotOlderThan', ...mine }),
    watch('exactly a version', 1, { ...from('on'), resourceVersionMatch: 'Exact', ...mine }),
    watch('a negative version', 1, { resourceVersion: '-1' }),
    watch('a limit', 2, { limit: '1', ...mine }),
    watch('a token', 1, { continue: 'x', timeoutSeconds: '1', ...mine }),
    watch(
      'named, of another name',
      1,
      { fieldSelector: 'metadata.name=b', timeoutSeconds: '1' },
      { path: `${CONFIGMAPS}/c` },
    ),
    watch('by the old path, after off', 2, from('off'), { path: '/api/v1/watch/namespaces/{{ns}}/configmaps' }),
  ],
};
