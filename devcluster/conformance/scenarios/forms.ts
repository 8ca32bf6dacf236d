import type { Scenario, Step } from '../scenario.ts';

const CONFIGMAPS = '/api/v1/namespaces/{{ns}}/configmaps';
const A = `${CONFIGMAPS}/a`;
const META = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const META_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const TABLE = 'application/json;as=Table;g=meta.k8s.io;v=v1';
const as = (name: string, path: string, accept: string, more: Partial<Step> = {}): Step => ({
  name,
  path,
  headers: { accept },
  ...more,
});
const quiet = { ignore: ['columnDefinitions.*.description', 'rows.*.cells.2'] };

/** Tables, metadata only, YAML, and what is not acceptable. */
export const forms: Scenario = {
  name: 'forms',
  steps: [
    as('create as metadata', CONFIGMAPS, META, { method: 'POST', body: { metadata: { name: 'a' }, data: { k: 'v' } } }),
    as('create as table', CONFIGMAPS, TABLE, { method: 'POST', body: { metadata: { name: 'b' } }, ...quiet }),
    as('get as metadata', A, META),
    as('get as old metadata', A, 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1beta1', {
      only: ['apiVersion', 'kind'],
    }),
    as('get as metadata list', A, META_LIST),
    as('get as table', A, TABLE, quiet),
    as('list as metadata list', CONFIGMAPS, META_LIST, { query: { fieldSelector: 'metadata.name=a' } }),
    as('list as metadata', CONFIGMAPS, META),
    as('list as table', CONFIGMAPS, TABLE, { query: { fieldSelector: 'metadata.name=a' }, ...quiet }),
    as('list as old table', CONFIGMAPS, 'application/json;as=Table;g=meta.k8s.io;v=v1beta1', {
      query: { fieldSelector: 'metadata.name=a' },
      only: ['apiVersion', 'kind'],
    }),
    as('table with objects', CONFIGMAPS, TABLE, {
      query: { fieldSelector: 'metadata.name=a', includeObject: 'Object' },
      only: ['rows.0.object'],
    }),
    as('table without objects', CONFIGMAPS, TABLE, {
      query: { fieldSelector: 'metadata.name=a', includeObject: 'None' },
      only: ['rows.0.object'],
    }),
    as('table with nonsense', CONFIGMAPS, TABLE, { query: { includeObject: 'Foo' } }),
    as('error as table', `${CONFIGMAPS}/zzz`, TABLE),
    as('unknown form, then json', A, 'application/json;as=Foo;g=meta.k8s.io;v=v1,application/json', { only: ['kind'] }),
    as('unknown form', A, 'application/json;as=Foo;g=meta.k8s.io;v=v1', { only: ['reason', 'code'] }),
    as(
      'kubectl',
      A,
      'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json',
      { only: ['kind', 'apiVersion'] },
    ),
    as('html', A, 'text/html', { only: ['reason', 'code'] }),
    as('anything', A, '*/*', { only: ['kind'] }),
    as('any application', A, 'application/*', { only: ['kind'] }),
    as('by quality', A, 'text/html;q=0.9, application/json;q=0.8', { only: ['kind'] }),
    { name: 'delete as metadata', method: 'DELETE', path: A, headers: { accept: META }, only: ['kind', 'status'] },
    as('yaml', `${CONFIGMAPS}/b`, 'application/yaml', { only: [] }),
    {
      name: 'create by yaml',
      method: 'POST',
      path: CONFIGMAPS,
      headers: { 'content-type': 'application/yaml' },
      body: 'metadata:\n  name: c\ndata:\n  a: b\n',
    },
    {
      name: 'create by bad yaml',
      method: 'POST',
      path: CONFIGMAPS,
      headers: { 'content-type': 'application/yaml' },
      body: 'a: [',
      only: ['reason', 'code'],
    },
    { name: 'version', path: '/version', only: ['major', 'minor'] },
    { name: 'group', path: '/apis/apps' },
    { name: 'healthz', path: '/healthz' },
    { name: 'core resources', path: '/api/v1' },
    { name: 'apps resources', path: '/apis/apps/v1' },
    { name: 'networking resources', path: '/apis/networking.k8s.io/v1' },
    {
      name: 'access',
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } },
      only: ['kind', 'status'],
    },
  ],
};
