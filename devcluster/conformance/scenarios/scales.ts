import type { Scenario, Step } from '../scenario.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const GROUP = 'scales.conformance.example.com';
const FARMS = `/apis/${GROUP}/v1/namespaces/{{ns}}/farms`;
const POOLS = `/apis/${GROUP}/v1/namespaces/{{ns}}/pools`;
const MERGE = { 'content-type': 'application/merge-patch+json' };
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
const STRATEGIC = { 'content-type': 'application/strategic-merge-patch+json' };
const APPLY = { 'content-type': 'application/apply-patch+yaml' };

const integer = { type: 'integer' };
const schema = {
  openAPIV3Schema: {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: {
          replicas: {
            ...integer,
            maximum: 50,
            'x-kubernetes-validations': [{ rule: 'self != 13', message: 'not thirteen' }],
          },
          deep: { type: 'object', properties: { count: integer } },
        },
      },
      status: { type: 'object', properties: { replicas: integer, selector: { type: 'string' } } },
    },
  },
};
const crd = (plural: string, kind: string, scale: object, status = true): object => ({
  metadata: { name: `${plural}.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { kind, plural },
    versions: [
      { name: 'v1', served: true, storage: true, schema, subresources: { scale, ...(status && { status: {} }) } },
    ],
  },
});
const full = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' };
const scale = (metadata: object, replicas?: unknown): object => ({
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  metadata,
  spec: replicas === undefined ? {} : { replicas },
});
const patch = (name: string, body: unknown, headers = MERGE, path = `${FARMS}/one/scale`): Step => ({
  name,
  method: 'PATCH',
  path,
  headers,
  body,
});
const put = (name: string, body: unknown, path = `${FARMS}/one/scale`): Step => ({ name, method: 'PUT', path, body });
const refused = (name: string, subresource: object): Step => ({
  name,
  method: 'POST',
  path: CRDS,
  query: { dryRun: 'All' },
  body: crd('others', 'Other', subresource),
  only: ['kind', 'reason', 'message', 'details', 'code'],
});

/** The size of custom resources: GET, PUT and PATCH of `/scale`. */
export const scales: Scenario = {
  name: 'scales',
  cleanup: [`${CRDS}/farms.${GROUP}`, `${CRDS}/pools.${GROUP}`],
  steps: [
    {
      name: 'farms',
      method: 'POST',
      path: CRDS,
      body: crd('farms', 'Farm', { ...full, labelSelectorPath: '.status.selector' }),
      setup: true,
    },
    {
      name: 'pools',
      method: 'POST',
      path: CRDS,
      body: crd(
        'pools',
        'Pool',
        { specReplicasPath: '.spec.deep.count', statusReplicasPath: '.status.replicas' },
        false,
      ),
      setup: true,
    },
    { name: 'farms served', path: FARMS, untilCode: 200, setup: true },
    { name: 'pools served', path: POOLS, untilCode: 200, setup: true },
    {
      name: 'discovery',
      path: `/apis/${GROUP}/v1`,
      untilText: 'pools/scale',
      // Kinds come in any order.
      only: ['kind', 'groupVersion'],
    },
    {
      name: 'make one',
      method: 'POST',
      path: FARMS,
      body: { apiVersion: `${GROUP}/v1`, kind: 'Farm', metadata: { name: 'one' }, spec: { replicas: 3 } },
    },
    {
      name: 'make empty',
      method: 'POST',
      path: FARMS,
      body: { apiVersion: `${GROUP}/v1`, kind: 'Farm', metadata: { name: 'empty' } },
      setup: true,
    },
    {
      name: 'make pool',
      method: 'POST',
      path: POOLS,
      body: {
        apiVersion: `${GROUP}/v1`,
        kind: 'Pool',
        metadata: { name: 'p' },
        spec: { deep: { count: 2 } },
        status: { replicas: 1 },
      },
      setup: true,
    },
    { name: 'get', path: `${FARMS}/one/scale` },
    { name: 'get of what has no size', path: `${FARMS}/empty/scale` },
    { name: 'get of nothing', path: `${FARMS}/nosuch/scale` },
    { name: 'get of a pool', path: `${POOLS}/p/scale` },
    {
      name: 'status',
      method: 'PATCH',
      path: `${FARMS}/one/status`,
      headers: MERGE,
      body: { status: { replicas: 2, selector: 'app=farm' } },
      setup: true,
    },
    { name: 'get with a status', path: `${FARMS}/one/scale` },
    put('put', scale({ name: 'one', namespace: '{{ns}}' }, 5)),
    put('put without a name', scale({}, 6)),
    put('put with another name', scale({ name: 'two' }, 6)),
    put('put with another namespace', scale({ name: 'one', namespace: 'default' }, 6)),
    put('put an old version', scale({ name: 'one', resourceVersion: '{{make one:metadata.resourceVersion}}' }, 7)),
    put('put the current version', scale({ name: 'one', resourceVersion: '{{put:metadata.resourceVersion}}' }, 7)),
    put('put another uid', scale({ name: 'one', uid: 'a7e4c1f0-0000-0000-0000-000000000000' }, 7)),
    put('put less than nothing', scale({ name: 'one' }, -1)),
    put('put nothing', scale({ name: 'one' })),
    put('put a text', scale({ name: 'one' }, 'many')),
    put('put too many', scale({ name: 'one' }, 51)),
    put('put against a rule', scale({ name: 'one' }, 13)),
    put('put another kind', {
      apiVersion: `${GROUP}/v1`,
      kind: 'Farm',
      metadata: { name: 'one' },
      spec: { replicas: 1 },
    }),
    put('put for what has no size', scale({ name: 'empty' }, 4), `${FARMS}/empty/scale`),
    put('put for nothing', scale({ name: 'nosuch' }, 4), `${FARMS}/nosuch/scale`),
    { ...put('put, dry run', scale({ name: 'one' }, 9)), query: { dryRun: 'All' } },
    patch('merge patch', { spec: { replicas: 8 } }),
    patch('merge patch of nothing', {}),
    patch('merge patch of the status', { status: { replicas: 99 } }),
    patch('merge patch against the schema', { spec: { replicas: 1000 } }),
    patch('merge patch with a version', { metadata: { resourceVersion: '1' }, spec: { replicas: 8 } }),
    patch('JSON patch', [{ op: 'replace', path: '/spec/replicas', value: 9 }], JSON_PATCH),
    patch(
      'JSON patch with a test',
      [
        { op: 'test', path: '/spec/replicas', value: 1 },
        { op: 'replace', path: '/spec/replicas', value: 2 },
      ],
      JSON_PATCH,
    ),
    patch('strategic merge patch', { spec: { replicas: 10 } }, STRATEGIC),
    { ...patch('apply', scale({ name: 'one' }, 11), APPLY), query: { fieldManager: 'm' } },
    { ...patch('apply by force', scale({ name: 'one' }, 11), APPLY), query: { fieldManager: 'm', force: 'true' } },
    { ...patch('apply again by another', scale({ name: 'one' }, 12), APPLY), query: { fieldManager: 'n' } },
    { ...patch('apply without a size', scale({ name: 'one' }), APPLY), query: { fieldManager: 'm' } },
    patch('patch of a pool', { spec: { replicas: 4 } }, MERGE, `${POOLS}/p/scale`),
    { name: 'the pool then', path: `${POOLS}/p`, ignore: ['metadata.managedFields'] },
    { name: 'delete', method: 'DELETE', path: `${FARMS}/one/scale` },
    { name: 'post', method: 'POST', path: `${FARMS}/one/scale`, body: scale({ name: 'one' }, 1) },
    { name: 'in the end', path: `${FARMS}/one`, ignore: ['metadata.managedFields'] },
    refused('no path', { statusReplicasPath: '.status.replicas' }),
    refused('a wrong path', { ...full, specReplicasPath: '.status.replicas' }),
    refused('a path without a dot', { ...full, specReplicasPath: 'spec.replicas' }),
    refused('a wrong status path', { ...full, statusReplicasPath: '.spec.x' }),
    refused('a wrong selector path', { ...full, labelSelectorPath: '.metadata.labels' }),
    refused('a path into a list', { ...full, specReplicasPath: '.spec.list[0]' }),
  ],
};
