import type { Scenario, Step } from '../scenario.ts';

const CONFIGMAPS = '/api/v1/namespaces/{{ns}}/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/{{ns}}/deployments';
const THINGS = '/apis/fields.conformance.example.com/v1/namespaces/{{ns}}/things';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const APPLY = { 'content-type': 'application/apply-patch+yaml' };

const modes = ['', 'Ignore', 'Warn', 'Strict', 'Foo'];
const each = (make: (mode: string, index: number) => Step): Step[] =>
  modes.map((mode, index) => {
    const step = make(mode, index);
    return mode === '' ? step : Object.assign(step, { query: { ...step.query, fieldValidation: mode } });
  });

const duplicated = (name: string): string =>
  `{"metadata":{"name":"${name}","labels":{"a":"1","a":"2"}},"data":{"k":"v","k":"w"},"foo":1,"metadata2":{}}`;
const thing = (name: string, spec: object, more: object = {}): object => ({
  apiVersion: 'fields.conformance.example.com/v1',
  kind: 'Thing',
  metadata: { name, ...more },
  spec,
});
const pod = { containers: [{ name: 'c', image: 'i', bar: 1, resources: { limits: { cpu: '1' }, baz: 2 } }], foo: 1 };

/** Unknown and duplicate fields, by `fieldValidation`. */
export const fieldValidation: Scenario = {
  name: 'field-validation',
  cleanup: ['/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.fields.conformance.example.com'],
  steps: [
    {
      name: 'define',
      method: 'POST',
      path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      body: {
        metadata: { name: 'things.fields.conformance.example.com' },
        spec: {
          group: 'fields.conformance.example.com',
          scope: 'Namespaced',
          names: { kind: 'Thing', plural: 'things' },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: {
                openAPIV3Schema: {
                  type: 'object',
                  required: ['spec'],
                  properties: {
                    spec: {
                      type: 'object',
                      required: ['size'],
                      properties: {
                        size: { type: 'integer', minimum: 1, maximum: 10 },
                        color: { type: 'string', enum: ['red', 'green'], default: 'red' },
                        tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
                        inner: { type: 'object', properties: { a: { type: 'string', pattern: '^x' } } },
                        nullable: { type: 'string', nullable: true },
                      },
                    },
                  },
                },
              },
            },
          ],
        },
      },
      setup: true,
    },
    { name: 'things ready', path: THINGS, untilCode: 200, setup: true },
    ...each((mode, index) => ({
      name: `configmap ${mode}`,
      method: 'POST',
      path: CONFIGMAPS,
      body: duplicated(`a${index}`),
    })),
    ...each((mode, index) => ({
      name: `deployment ${mode}`,
      method: 'POST',
      path: DEPLOYMENTS,
      body: {
        metadata: { name: `d${index}`, foo: 1 },
        spec: {
          replicas: 0,
          selector: { matchLabels: { a: 'b' } },
          template: { metadata: { labels: { a: 'b' } }, spec: pod },
        },
      },
      only: ['message', 'reason'],
    })),
    ...each((mode, index) => ({
      name: `thing ${mode}`,
      method: 'POST',
      path: THINGS,
      body: thing(`t${index}`, { size: 1, foo: 1, inner: { b: 2 } }, { bar: 1 }),
    })),
    ...each((mode) => ({
      name: `merge ${mode}`,
      method: 'PATCH',
      path: `${THINGS}/t0`,
      headers: MERGE,
      body: { spec: { foo: 2 } },
      ignore: ['details.causes.0.message', 'message'],
    })),
    ...each((mode) => ({
      name: `merge duplicates ${mode}`,
      method: 'PATCH',
      path: `${THINGS}/t0`,
      headers: MERGE,
      body: '{"spec":{"size":2,"size":3}}',
      ignore: ['details.causes.0.message', 'message'],
    })),
    ...each((mode) => ({
      name: `apply ${mode}`,
      method: 'PATCH',
      path: `${THINGS}/applied`,
      headers: APPLY,
      query: { fieldManager: 'one', force: 'true' },
      body: thing('applied', { size: 1, foo: 1 }),
    })),
    {
      name: 'put thing',
      method: 'PUT',
      path: `${THINGS}/t0`,
      query: { fieldValidation: 'Strict' },
      body: thing('t0', { size: 1, foo: 1 }),
    },
    {
      name: 'invalid thing',
      method: 'POST',
      path: THINGS,
      body: thing('bad', { size: 11, color: 'blue', tags: ['a', 'a'], inner: { a: 'y' } }),
    },
    {
      name: 'wrong types',
      method: 'POST',
      path: THINGS,
      body: thing('bad', { size: '1', color: 5, tags: 'a', inner: [] }),
    },
    {
      name: 'missing fields',
      method: 'POST',
      path: THINGS,
      body: { apiVersion: 'fields.conformance.example.com/v1', kind: 'Thing', metadata: { name: 'bad' } },
    },
    { name: 'missing inner field', method: 'POST', path: THINGS, body: thing('bad', {}) },
    {
      name: 'nulls',
      method: 'POST',
      path: THINGS,
      body: thing('nulls', { size: 1, color: null, nullable: null, inner: null }),
    },
    { name: 'bad metadata', method: 'POST', path: THINGS, body: thing('meta', { size: 1 }, { labels: { a: 1 } }) },
    {
      name: 'wrong type of a deployment',
      method: 'POST',
      path: DEPLOYMENTS,
      body: { metadata: { name: 'x' }, spec: { replicas: 'x' } },
    },
    {
      name: 'wrong type deep in a deployment',
      method: 'POST',
      path: DEPLOYMENTS,
      body: { metadata: { name: 'x' }, spec: { template: { spec: { containers: [{ name: 1 }] } } } },
    },
    {
      name: 'bad quantity',
      method: 'POST',
      path: DEPLOYMENTS,
      body: {
        metadata: { name: 'x' },
        spec: { template: { spec: { containers: [{ name: 'c', resources: { limits: { cpu: 'x' } } }] } } },
      },
    },
  ],
};
