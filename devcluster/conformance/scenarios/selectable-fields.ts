import type { Scenario, Step } from '../scenario.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const GROUP = 'select.conformance.example.com';
const SHIRTS = `/apis/${GROUP}/v1/namespaces/{{ns}}/shirts`;
const OTHERS = `/apis/${GROUP}/v1beta1/namespaces/{{ns}}/shirts`;
const MERGE = { 'content-type': 'application/merge-patch+json' };

const text = { type: 'string' };
const spec = {
  type: 'object',
  properties: {
    color: text,
    size: { type: 'integer' },
    ironed: { type: 'boolean' },
    kind: { type: 'string', enum: ['T', 'V'] },
    price: { type: 'number' },
    tags: { type: 'array', items: text },
    labels: { type: 'object', additionalProperties: text },
    'x-y': text,
    born: { type: 'string', format: 'date-time' },
    either: { 'x-kubernetes-int-or-string': true },
    deep: { type: 'object', properties: { er: text } },
  },
};
const schema = {
  openAPIV3Schema: {
    type: 'object',
    properties: { spec, status: { type: 'object', properties: { phase: text } } },
  },
};
// Versions of one schema have to select by the same fields.
const betaSchema = { openAPIV3Schema: { type: 'object', properties: { spec } } };
const paths = (...list: string[]): object[] => list.map((jsonPath) => ({ jsonPath }));
const version = (selectableFields: object[], more: object = {}): object => ({
  name: 'v1',
  served: true,
  storage: true,
  schema,
  selectableFields,
  ...more,
});
const crd = (plural: string, kind: string, versions: object[]): object => ({
  metadata: { name: `${plural}.${GROUP}` },
  spec: { group: GROUP, scope: 'Namespaced', names: { kind, plural }, versions },
});
const ALL = ['.spec.color', '.spec.size', '.spec.ironed', '.spec.deep.er', '.status.phase', '.spec.born', '.spec.x-y'];

const shirt = (name: string, of: object, more: object = {}): Step => ({
  name: `make ${name}`,
  method: 'POST',
  path: SHIRTS,
  body: { apiVersion: `${GROUP}/v1`, kind: 'Shirt', metadata: { name }, spec: of, ...more },
  setup: true,
});
const list = (fieldSelector: string, path = SHIRTS): Step => ({
  name: `${path === SHIRTS ? '' : 'in v1beta1 '}${fieldSelector}`,
  path,
  query: { fieldSelector },
  only: ['items.*.metadata.name', 'reason', 'message', 'code'],
});
const refused = (name: string, ...selectable: string[]): Step => ({
  name,
  method: 'POST',
  path: CRDS,
  query: { dryRun: 'All' },
  body: crd('refused', 'Refused', [version(paths(...selectable))]),
  only: ['kind', 'reason', 'message', 'details', 'code'],
});

/** Fields of custom resources that lists, watches and deletions can select by. */
export const selectableFields: Scenario = {
  name: 'selectable-fields',
  cleanup: [`${CRDS}/shirts.${GROUP}`],
  steps: [
    {
      name: 'definition',
      method: 'POST',
      path: CRDS,
      body: crd('shirts', 'Shirt', [
        version(paths(...ALL)),
        version(paths('.spec.color'), { name: 'v1beta1', storage: false, schema: betaSchema }),
      ]),
      only: ['spec.versions.*.selectableFields'],
    },
    { name: 'served', path: SHIRTS, untilCode: 200, setup: true },
    shirt('red', { color: 'red', size: 1, ironed: true, deep: { er: 'x' }, 'x-y': 'z' }),
    shirt('blue', { color: 'blue', size: 2, ironed: false, born: '2024-01-01T00:00:00Z' }),
    shirt('white', { color: 'white', size: 2 }, { status: { phase: 'Done' } }),
    shirt('none', {}),
    list('spec.color=red'),
    list('spec.color==red'),
    list('spec.color!=red'),
    list('spec.color='),
    list('spec.color=nosuch'),
    list('spec.size=2'),
    list('spec.size=02'),
    list('spec.size!=2'),
    list('spec.size='),
    list('spec.ironed=true'),
    list('spec.ironed=false'),
    list('spec.deep.er=x'),
    list('status.phase=Done'),
    list('spec.born=2024-01-01T00:00:00Z'),
    list('spec.x-y=z'),
    list('spec.color=blue,spec.size=2'),
    list('spec.color!=blue,spec.size=2'),
    list('metadata.name=red'),
    list('metadata.name=red,spec.color=blue'),
    list('metadata.namespace={{ns}},spec.size=1'),
    list('spec.kind=T'),
    list('spec.tags=a'),
    list('color=red'),
    list('spec.color'),
    list('spec.color in (red)'),
    list('spec.color=red', OTHERS),
    list('spec.size=2', OTHERS),
    {
      name: 'all namespaces',
      path: `/apis/${GROUP}/v1/shirts`,
      query: { fieldSelector: 'spec.size=2' },
      only: ['items.*.metadata.name'],
    },
    { name: 'now', path: SHIRTS, setup: true },
    {
      name: 'watch',
      path: SHIRTS,
      query: { watch: '1', fieldSelector: 'spec.color=red', resourceVersion: '{{now:metadata.resourceVersion}}' },
      events: 5,
      ignore: ['*.object.metadata.managedFields'],
    },
    {
      name: 'blue becomes red',
      method: 'PATCH',
      path: `${SHIRTS}/blue`,
      headers: MERGE,
      body: { spec: { color: 'red' } },
      setup: true,
    },
    {
      name: 'red grows',
      method: 'PATCH',
      path: `${SHIRTS}/red`,
      headers: MERGE,
      body: { spec: { size: 9 } },
      setup: true,
    },
    {
      name: 'white grows',
      method: 'PATCH',
      path: `${SHIRTS}/white`,
      headers: MERGE,
      body: { spec: { size: 9 } },
      setup: true,
    },
    {
      name: 'red becomes green',
      method: 'PATCH',
      path: `${SHIRTS}/red`,
      headers: MERGE,
      body: { spec: { color: 'green' } },
      setup: true,
    },
    shirt('fresh', { color: 'red' }),
    { name: 'blue goes', method: 'DELETE', path: `${SHIRTS}/blue`, setup: true },
    {
      name: 'watch what cannot be selected',
      path: SHIRTS,
      query: { watch: '1', fieldSelector: 'spec.kind=T' },
      only: ['reason', 'message', 'code'],
    },
    {
      name: 'delete the big ones',
      method: 'DELETE',
      path: SHIRTS,
      query: { fieldSelector: 'spec.size=9' },
      only: ['items.*.metadata.name'],
    },
    {
      name: 'delete by what cannot be selected',
      method: 'DELETE',
      path: SHIRTS,
      query: { fieldSelector: 'spec.kind=T' },
      only: ['reason', 'message', 'code'],
    },
    { name: 'left', path: SHIRTS, only: ['items.*.metadata.name'] },
    refused('one of everything', '.spec.color', '.spec.size', '.spec.ironed', '.spec.kind', '.spec.born', '.spec.x-y'),
    refused('a number', '.spec.price'),
    refused('a list', '.spec.tags'),
    refused('an object', '.spec.deep'),
    refused('a map', '.spec.labels.a'),
    refused('int or string', '.spec.either'),
    refused('metadata', '.metadata.name'),
    refused('nowhere', '.spec.nosuch'),
    refused('no dot', 'spec.color'),
    refused('nothing', ''),
    refused('brackets', ".spec['color']"),
    refused('an item', '.spec.tags[0]'),
    refused('twice', '.spec.color', '.spec.color'),
    refused('nine', ...ALL, '.spec.kind', '.apiVersion'),
  ],
};
