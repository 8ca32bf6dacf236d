import type { Scenario, Step } from '../scenario.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const GROUP = 'defs.conformance.example.com';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const NAME = `foos.${GROUP}`;
const FOOS = `/apis/${GROUP}/v1/namespaces/{{ns}}/foos`;

const open = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
const version = (name: string, more: object = {}): object => ({
  name,
  served: true,
  storage: true,
  schema: open,
  ...more,
});
const crd = (plural: string, kind: string, spec: object = {}): object => ({
  metadata: { name: `${plural}.${GROUP}` },
  spec: { group: GROUP, scope: 'Namespaced', names: { kind, plural }, versions: [version('v1')], ...spec },
});
const established = (name: string, plural: string): Step => ({
  name,
  path: `${CRDS}/${plural}.${GROUP}`,
  untilText: '"type":"Established"',
  setup: true,
});
const columns = [
  { name: 'Text', type: 'string', jsonPath: '.spec.text' },
  { name: 'List', type: 'string', jsonPath: '.spec.list' },
  { name: 'Items', type: 'string', jsonPath: '.spec.list[*]' },
  { name: 'Number', type: 'integer', jsonPath: '.spec.number' },
  { name: 'Float', type: 'number', jsonPath: '.spec.float' },
  { name: 'Flag', type: 'boolean', jsonPath: '.spec.flag' },
  { name: 'When', type: 'date', jsonPath: '.spec.when' },
  {
    name: 'Ready',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].status',
    priority: 1,
    format: 'password',
    description: 'Whether it is.',
  },
  { name: 'Map', type: 'string', jsonPath: '.spec.map' },
  { name: 'Missing', type: 'string', jsonPath: '.spec.missing.deep' },
  { name: 'Label', type: 'string', jsonPath: '.metadata.labels.app\\.kubernetes\\.io/name' },
];

/** CustomResourceDefinitions: conditions, names, versions, columns, discovery, changes and deletion. */
export const definitions: Scenario = {
  name: 'definitions',
  cleanup: [`${CRDS}/${NAME}`, `${CRDS}/bars.${GROUP}`, `${CRDS}/clashes.${GROUP}`, `${CRDS}/clusters.${GROUP}`],
  steps: [
    {
      name: 'create',
      method: 'POST',
      path: CRDS,
      body: crd('foos', 'Foo', {
        versions: [version('v1', { additionalPrinterColumns: columns }), version('v1beta1', { storage: false })],
      }),
    },
    established('established', 'foos'),
    {
      name: 'get',
      path: `${CRDS}/${NAME}`,
      untilText: 'the initial names have been accepted',
      ignore: ['metadata.resourceVersion'],
    },
    { name: 'foos served', path: FOOS, untilCode: 200 },
    { name: 'resources', path: `/apis/${GROUP}/v1`, untilCode: 200, untilText: 'foos' },
    { name: 'group', path: `/apis/${GROUP}` },
    {
      name: 'object',
      method: 'POST',
      path: FOOS,
      body: {
        apiVersion: `${GROUP}/v1`,
        kind: 'Foo',
        metadata: { name: 'a', labels: { 'app.kubernetes.io/name': 'label' } },
        spec: {
          text: 'hello',
          list: ['a', 'b'],
          number: 5,
          float: 1.5,
          flag: true,
          when: '2020-01-01T00:00:00Z',
          map: { b: 1, a: [true] },
        },
        status: {
          conditions: [
            { type: 'Other', status: 'False' },
            { type: 'Ready', status: 'True' },
          ],
        },
      },
    },
    {
      name: 'empty object',
      method: 'POST',
      path: FOOS,
      body: { apiVersion: `${GROUP}/v1`, kind: 'Foo', metadata: { name: 'b' } },
      setup: true,
    },
    {
      name: 'wrong types object',
      method: 'POST',
      path: FOOS,
      body: {
        apiVersion: `${GROUP}/v1`,
        kind: 'Foo',
        metadata: { name: 'c' },
        spec: { text: 5, number: 'x', float: 3, flag: 'x', when: 'x', list: 1.5 },
      },
      setup: true,
    },
    {
      name: 'table',
      path: FOOS,
      headers: { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' },
      ignore: ['columnDefinitions.0.description', 'rows.*.object', 'rows.0.cells.7'],
    },
    {
      name: 'table by default columns',
      path: `/apis/${GROUP}/v1beta1/namespaces/{{ns}}/foos`,
      headers: { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' },
      ignore: ['columnDefinitions.*.description', 'rows.*.object', 'rows.*.cells.1'],
    },
    { name: 'list', path: FOOS, query: { fieldSelector: 'metadata.name=a' } },
    {
      name: 'other version',
      path: `/apis/${GROUP}/v1beta1/namespaces/{{ns}}/foos/a`,
      only: ['apiVersion', 'kind', 'metadata.name', 'metadata.resourceVersion', 'spec'],
    },
    {
      name: 'write other version',
      method: 'PATCH',
      path: `/apis/${GROUP}/v1beta1/namespaces/{{ns}}/foos/a`,
      headers: MERGE,
      query: { fieldManager: 'beta' },
      body: { spec: { text: 'beta' } },
    },
    { name: 'after other version', path: `${FOOS}/a` },
    { name: 'bad field selector', path: FOOS, query: { fieldSelector: 'spec.text=hello' } },
    { name: 'no such version', path: `/apis/${GROUP}/v9/namespaces/{{ns}}/foos` },
    { name: 'exists', method: 'POST', path: CRDS, body: crd('foos', 'Foo') },
    {
      name: 'no schema',
      method: 'POST',
      path: CRDS,
      body: crd('bars', 'Bar', { versions: [{ name: 'v1', served: true, storage: true }] }),
    },
    { name: 'wrong name', method: 'POST', path: CRDS, body: { ...crd('bars', 'Bar'), metadata: { name: 'wrong' } } },
    {
      name: 'no storage version',
      method: 'POST',
      path: CRDS,
      body: crd('bars', 'Bar', { versions: [version('v1', { storage: false })] }),
    },
    {
      name: 'not structural',
      method: 'POST',
      path: CRDS,
      body: crd('bars', 'Bar', {
        versions: [
          version('v1', {
            schema: {
              openAPIV3Schema: {
                properties: { a: { type: 'object', additionalProperties: { type: 'string' }, properties: {} } },
              },
            },
          }),
        ],
      }),
    },
    { name: 'bad names', method: 'POST', path: CRDS, body: crd('bars', 'bar_', { scope: 'Foo' }) },
    { name: 'clash', method: 'POST', path: CRDS, body: crd('clashes', 'Foo'), setup: true },
    { name: 'clash refused', path: `${CRDS}/clashes.${GROUP}`, untilText: 'NotAccepted', only: ['status'] },
    { name: 'clash not served', path: `/apis/${GROUP}/v1/namespaces/{{ns}}/clashes` },
    {
      name: 'cluster scoped',
      method: 'POST',
      path: CRDS,
      body: crd('clusters', 'Cluster', { scope: 'Cluster' }),
      setup: true,
    },
    {
      name: 'cluster scoped served',
      path: `/apis/${GROUP}/v1/clusters`,
      untilCode: 200,
      only: ['kind', 'apiVersion', 'items'],
    },
    {
      name: 'cluster scoped object',
      method: 'POST',
      path: `/apis/${GROUP}/v1/clusters`,
      body: { apiVersion: `${GROUP}/v1`, kind: 'Cluster', metadata: { name: 'c', namespace: 'default' } },
    },
    { name: 'cluster scoped in a namespace', path: `/apis/${GROUP}/v1/namespaces/{{ns}}/clusters` },
    {
      name: 'change',
      method: 'PATCH',
      path: `${CRDS}/${NAME}`,
      headers: MERGE,
      body: { spec: { names: { shortNames: ['fo'] } } },
      only: ['metadata.generation', 'spec.names', 'status.storedVersions'],
    },
    {
      name: 'changed',
      path: `${CRDS}/${NAME}`,
      untilValue: ['status.acceptedNames.shortNames', ['fo']],
      only: ['status.acceptedNames'],
    },
    {
      name: 'change scope',
      method: 'PATCH',
      path: `${CRDS}/${NAME}`,
      headers: MERGE,
      body: { spec: { scope: 'Cluster' } },
    },
    {
      name: 'hold',
      method: 'PATCH',
      path: `${FOOS}/a`,
      headers: MERGE,
      body: { metadata: { finalizers: ['example.com/hold'] } },
      setup: true,
    },
    {
      name: 'delete',
      method: 'DELETE',
      path: `${CRDS}/${NAME}`,
      ignore: ['status.conditions', 'metadata.managedFields'],
    },
    {
      name: 'instances deleted',
      path: `${FOOS}/a`,
      untilText: 'deletionTimestamp',
      ignore: ['metadata.resourceVersion'],
    },
    { name: 'others gone', path: `${FOOS}/b`, untilCode: 404 },
    {
      name: 'create while terminating',
      method: 'POST',
      path: FOOS,
      body: { apiVersion: `${GROUP}/v1`, kind: 'Foo', metadata: { name: 'late' } },
    },
    {
      name: 'let go',
      method: 'PATCH',
      path: `${FOOS}/a`,
      headers: MERGE,
      body: { metadata: { finalizers: null } },
      setup: true,
    },
    { name: 'gone', path: `${CRDS}/${NAME}`, untilCode: 404 },
    { name: 'served no more', path: FOOS, untilCode: 404, ignore: ['details', 'message', 'reason'] },
  ],
};
