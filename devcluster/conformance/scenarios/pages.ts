import type { Scenario, Step } from '../scenario.ts';

const CONFIGMAPS = '/api/v1/namespaces/{{ns}}/configmaps';
const SECRETS = '/api/v1/namespaces/{{ns}}/secrets';
const METADATA = { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' };
const TABLE = { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' };

const create = (path: string, name: string, labels: object = {}): Step => ({
  name: `create ${path.endsWith('secrets') ? 'secret ' : ''}${name}`,
  method: 'POST',
  path,
  body: { metadata: { name, labels: { of: 'pages', ...labels } } },
  setup: true,
});
const page = (name: string, query: Record<string, string>, more: Partial<Step> = {}): Step => ({
  name,
  path: CONFIGMAPS,
  query: { labelSelector: 'of=pages', ...query },
  only: [
    'kind',
    'apiVersion',
    'items.*.metadata.name',
    'rows.*.object.metadata.name',
    'metadata.remainingItemCount',
    'message',
    'reason',
    'code',
  ],
  ...more,
});
const after = (name: string): { readonly continue: string } => ({ continue: `{{${name}:metadata.continue}}` });

/** LIST page by page: to the end, while things change, in every form, and with tokens that lead nowhere. */
export const pages: Scenario = {
  name: 'pages',
  steps: [
    ...['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name, index) => create(CONFIGMAPS, name, { odd: String(index % 2) })),
    ...['s', 't'].map((name) => create(SECRETS, name)),
    page('one', { limit: '1' }),
    page('two after one', { limit: '2', ...after('one') }),
    page('three after two', { limit: '3', ...after('two after one') }),
    page('the rest', { limit: '5', ...after('three after two') }),
    page('the rest, without a limit', after('three after two')),
    page('as many as there are', { limit: '7' }),
    page('more than there are', { limit: '8' }),
    page('no limit', {}),
    page('limit 0', { limit: '0' }),
    page('limit -1', { limit: '-1' }),
    page('limit 1.5', { limit: '1.5' }),
    page('limit of many digits', { limit: '99999999999999999999' }),
    page('without a selection', { limit: '1' }, { query: { limit: '1' } }),
    page('a selection that skips', { limit: '2', labelSelector: 'of=pages,odd=1' }),
    page('a selection that skips, on', {
      limit: '2',
      labelSelector: 'of=pages,odd=1',
      ...after('a selection that skips'),
    }),
    page('another selection on the way', {
      limit: '2',
      labelSelector: 'of=pages,odd=0',
      ...after('a selection that skips'),
    }),
    page('by name', { limit: '1', fieldSelector: 'metadata.name=c' }),
    { name: 'delete d', method: 'DELETE', path: `${CONFIGMAPS}/d`, setup: true },
    create(CONFIGMAPS, 'bb'),
    page('as it was when it began', { limit: '9', ...after('one') }),
    page('as it is', { limit: '9' }),
    page('metadata', { limit: '2' }, { headers: METADATA }),
    page('metadata, on', { limit: '2', ...after('metadata') }, { headers: METADATA }),
    page('table', { limit: '2' }, { headers: TABLE }),
    page('table, on', { limit: '2', ...after('table') }, { headers: TABLE }),
    page('over all namespaces', { limit: '2' }, { path: '/api/v1/configmaps' }),
    page('over all namespaces, on', { limit: '9', ...after('over all namespaces') }, { path: '/api/v1/configmaps' }),
    page('another kind', { limit: '1' }, { path: SECRETS }),
    page('a token of another kind', { limit: '1', ...after('one') }, { path: SECRETS }),
    page('an exact version', {
      limit: '2',
      resourceVersion: '{{create c:metadata.resourceVersion}}',
      resourceVersionMatch: 'Exact',
    }),
    page('an exact version, on', { limit: '9', ...after('an exact version') }),
    page('not older than', {
      limit: '2',
      resourceVersion: '{{create c:metadata.resourceVersion}}',
      resourceVersionMatch: 'NotOlderThan',
    }),
    page('any version', { limit: '2', resourceVersion: '0' }),
    page('a token and a version', { limit: '2', resourceVersion: '5', ...after('one') }),
    page('a token and version 0', { limit: '2', resourceVersion: '0', ...after('one') }),
    page('a token and a match', { limit: '2', resourceVersionMatch: 'Exact', ...after('one') }),
    page('no token', { continue: 'nonsense' }),
    page('a token of nonsense', { continue: 'eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ' }),
    page('a token of another form', { continue: 'eyJ2IjoibWV0YS5rOHMuaW8vdjIiLCJydiI6MSwic3RhcnQiOiJhIn0' }),
    page('an empty token', { limit: '1', continue: '' }),
    page('the initial events of a list', { limit: '1', sendInitialEvents: 'true' }),
  ],
};
