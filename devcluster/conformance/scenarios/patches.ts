import type { Scenario } from '../scenario.ts';

const A = '/api/v1/namespaces/{{ns}}/configmaps/a';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
const merge = (name: string, body: unknown, path = A): Scenario['steps'][number] => ({
  name,
  method: 'PATCH',
  path,
  headers: MERGE,
  body,
});
const json = (name: string, body: unknown, path = A): Scenario['steps'][number] => ({
  name,
  method: 'PATCH',
  path,
  headers: JSON_PATCH,
  body,
});

/** PATCH by merge patch and JSON patch. */
export const patches: Scenario = {
  name: 'patches',
  steps: [
    {
      name: 'create',
      method: 'POST',
      path: '/api/v1/namespaces/{{ns}}/configmaps',
      body: { metadata: { name: 'a' }, data: { k: 'v', l: 'w' } },
    },
    merge('merge', { metadata: { labels: { a: 'b' } }, data: { k: null, m: 'x' } }),
    merge('merge nothing', {}),
    merge('merge the same', { data: { m: 'x' } }),
    merge('merge wrong type', { data: { m: 1 } }),
    merge('merge a list', []),
    merge('merge null', 'null'),
    merge('merge broken', '{'),
    merge('merge unknown field', { foo: 1 }),
    { ...merge('merge unknown field strictly', { foo: 1 }), query: { fieldValidation: 'Strict' } },
    merge('merge old version', { metadata: { resourceVersion: '1' } }),
    merge('merge other uid', { metadata: { uid: 'x' } }),
    merge('merge other name', { metadata: { name: 'b' } }),
    merge('merge other namespace', { metadata: { namespace: 'default' } }),
    merge('merge no labels', { metadata: { labels: null } }),
    merge('merge missing', {}, '/api/v1/namespaces/{{ns}}/configmaps/zzz'),
    merge('merge invalid', { data: { '/': 'x' } }),
    { ...merge('merge kind', { kind: 'Secret' }), ignore: ['message', 'details.causes.0.message'] },
    merge('merge generation', { metadata: { generation: 7 } }),
    json('json', [
      { op: 'test', path: '/data/m', value: 'x' },
      { op: 'add', path: '/data/n', value: 'y' },
    ]),
    json('json test fails', [{ op: 'test', path: '/data/m', value: 'z' }]),
    json('json missing path', [{ op: 'remove', path: '/data/zzz' }]),
    json('json bad op', [{ op: 'frobnicate', path: '/data/zzz' }]),
    json('json not a list', {}),
    json('json empty', []),
    json('json wrong type', [{ op: 'add', path: '/data/n', value: 1 }]),
    json('json test uid', [
      { op: 'test', path: '/metadata/uid', value: '{{create:metadata.uid}}' },
      { op: 'replace', path: '/data/n', value: 'z' },
    ]),
    {
      name: 'dry run',
      method: 'PATCH',
      path: A,
      headers: MERGE,
      query: { dryRun: 'All' },
      body: { data: { dry: 'run' } },
    },
    { name: 'after dry run', path: A },
    { name: 'force', method: 'PATCH', path: A, headers: MERGE, query: { force: 'true' }, body: {} },
    {
      name: 'unknown type',
      method: 'PATCH',
      path: A,
      headers: { 'content-type': 'application/json' },
      body: {},
      only: ['reason'],
    },
    {
      name: 'patch a collection',
      method: 'PATCH',
      path: '/api/v1/namespaces/{{ns}}/configmaps',
      headers: MERGE,
      body: {},
    },
  ],
};
