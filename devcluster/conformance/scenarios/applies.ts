import type { Scenario } from '../scenario.ts';

const A = '/api/v1/namespaces/{{ns}}/configmaps/a';
const APPLY = { 'content-type': 'application/apply-patch+yaml' };
const body = (more: object = {}): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, ...more });
const apply = (name: string, content: unknown, query: Record<string, string>, path = A): Scenario['steps'][number] => ({
  name,
  method: 'PATCH',
  path,
  headers: APPLY,
  query,
  body: content,
});

/** Server-side apply. */
export const applies: Scenario = {
  name: 'applies',
  steps: [
    apply('create', body({ data: { k: 'v' } }), { fieldManager: 'one' }),
    apply('again', body({ data: { k: 'v' } }), { fieldManager: 'one' }),
    apply('shared', body({ data: { k: 'v' } }), { fieldManager: 'two' }),
    apply('conflict', body({ data: { k: 'w' } }), { fieldManager: 'two' }),
    apply('forced', body({ data: { k: 'w' } }), { fieldManager: 'two', force: 'true' }),
    apply('given up', body({}), { fieldManager: 'two' }),
    apply('no manager', body({}), {}),
    apply('no type', { metadata: { name: 'a' } }, { fieldManager: 'one' }),
    apply('other kind', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } }, { fieldManager: 'one' }),
    apply('other name', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } }, { fieldManager: 'one' }),
    apply('no name', { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }, { fieldManager: 'three' }),
    apply(
      'other namespace',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' } },
      { fieldManager: 'one' },
    ),
    apply('unknown field', body({ foo: 1 }), { fieldManager: 'one' }),
    apply('wrong type', body({ data: { k: 1 } }), { fieldManager: 'one' }),
    apply('managed fields', body({ metadata: { name: 'a', managedFields: [] } }), { fieldManager: 'one' }),
    { ...apply('broken', '{', { fieldManager: 'one' }), ignore: ['message'] },
    apply('a list', [], { fieldManager: 'one' }),
    apply(
      'uid of nothing',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'zzz', uid: 'x' } },
      { fieldManager: 'one' },
      '/api/v1/namespaces/{{ns}}/configmaps/zzz',
    ),
    apply('other uid', body({ metadata: { name: 'a', uid: 'x' } }), { fieldManager: 'one' }),
    apply('old version', body({ metadata: { name: 'a', resourceVersion: '1' } }), { fieldManager: 'one' }),
    apply(
      'missing namespace',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } },
      { fieldManager: 'one' },
      '/api/v1/namespaces/no-such/configmaps/a',
    ),
    apply(
      'yaml',
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: y\ndata:\n  a: b\n',
      { fieldManager: 'one' },
      '/api/v1/namespaces/{{ns}}/configmaps/y',
    ),
    apply(
      'yaml duplicate',
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: y\ndata:\n  a: b\n  a: c\n',
      { fieldManager: 'one', fieldValidation: 'Strict' },
      '/api/v1/namespaces/{{ns}}/configmaps/y',
    ),
    apply('dry run', body({ data: { dry: 'run' } }), { fieldManager: 'one', dryRun: 'All' }),
    {
      name: 'deployment',
      method: 'PATCH',
      path: '/apis/apps/v1/namespaces/{{ns}}/deployments/d',
      headers: APPLY,
      query: { fieldManager: 'one' },
      body: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'd' },
        spec: {
          replicas: 0,
          selector: { matchLabels: { a: 'b' } },
          template: {
            metadata: { labels: { a: 'b' } },
            spec: { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }] }] },
          },
        },
      },
      ignore: ['metadata.managedFields.1'],
    },
    {
      name: 'unknown field of a deployment',
      method: 'PATCH',
      path: '/apis/apps/v1/namespaces/{{ns}}/deployments/d',
      headers: APPLY,
      query: { fieldManager: 'one' },
      body: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec: { foo: 1 } },
    },
  ],
};
