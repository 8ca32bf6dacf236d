import type { Scenario, Step } from '../scenario.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const GROUP = 'versions.conformance.example.com';
const NAME = `widgets.${GROUP}`;
const MERGE = { 'content-type': 'application/merge-patch+json' };
const APPLY = { 'content-type': 'application/apply-patch+yaml' };
const TABLE = { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' };

const text = { type: 'string' };
const integer = { type: 'integer' };
const object = (properties: object, more: object = {}): object => ({ type: 'object', properties, ...more });
const version = (name: string, spec: object, more: object = {}): object => ({
  name,
  served: true,
  storage: false,
  schema: { openAPIV3Schema: object({ spec, status: object({ n: integer }) }) },
  ...more,
});

const v1 = version('v1', object({ a: text, b: { ...integer, default: 1 }, only1: text }), {
  storage: true,
  subresources: { status: {} },
  additionalPrinterColumns: [{ name: 'A', type: 'string', jsonPath: '.spec.a' }],
});
const v1beta1 = version('v1beta1', object({ a: text, b: { ...integer, default: 2 }, onlyBeta: text }), {
  deprecated: true,
  additionalPrinterColumns: [{ name: 'B', type: 'integer', jsonPath: '.spec.b' }],
});
const v1alpha1 = version('v1alpha1', object({ a: { ...text, maxLength: 3 } }, { required: ['a'] }), {
  deprecated: true,
  deprecationWarning: 'v1alpha1 is of yesterday; use v1',
});
const v2 = version('v2', object({ a: text }), { served: false });
const versions = [v1, v1beta1, v1alpha1, v2];

const crd = (plural: string, spec: object): object => ({
  metadata: { name: `${plural}.${GROUP}` },
  spec: { group: GROUP, scope: 'Namespaced', names: { kind: 'Widget', plural }, versions, ...spec },
});
const EMPTIES = `empties.${GROUP}`;
const EMPTY = { names: { kind: 'Empty', plural: 'empties' } };
const at = (name: string): string => `/apis/${GROUP}/${name}/namespaces/{{ns}}/widgets`;
const widget = (name: string, inVersion: string, spec: object): object => ({
  apiVersion: `${GROUP}/${inVersion}`,
  kind: 'Widget',
  metadata: { name },
  spec,
});
const create = (name: string, inVersion: string, spec: object): Step => ({
  name: `create ${name} in ${inVersion}`,
  method: 'POST',
  path: at(inVersion),
  body: widget(name, inVersion, spec),
});
const refused = (name: string, spec: object): Step => ({
  name,
  method: 'POST',
  path: CRDS,
  query: { dryRun: 'All' },
  body: crd('others', { names: { kind: 'Other', plural: 'others' }, ...spec }),
  only: ['kind', 'reason', 'message', 'details', 'code'],
});
const ofDefinition = (name: string, body: object, path = NAME): Step => ({
  name,
  method: 'PATCH',
  path: `${CRDS}/${path}`,
  headers: MERGE,
  body,
  only: ['status.storedVersions', 'metadata.generation', 'reason', 'message', 'details', 'code'],
});

/** Several versions of one kind, without conversion: what each serves, prunes and fills in, and how they are stored. */
export const versionsOfKinds: Scenario = {
  name: 'versions',
  cleanup: [`${CRDS}/${NAME}`, `${CRDS}/${EMPTIES}`],
  steps: [
    {
      name: 'definition',
      method: 'POST',
      path: CRDS,
      body: crd('widgets', {}),
      only: ['spec.conversion', 'status.storedVersions'],
    },
    { name: 'served', path: at('v1'), untilCode: 200, setup: true },
    { name: 'group', path: `/apis/${GROUP}`, untilText: 'v1alpha1' },
    { name: 'resources of v1', path: `/apis/${GROUP}/v1`, ignore: ['resources.*.storageVersionHash'] },
    { name: 'resources of v1beta1', path: `/apis/${GROUP}/v1beta1`, ignore: ['resources.*.storageVersionHash'] },
    { name: 'not served', path: at('v2') },
    create('one', 'v1', { a: 'x', only1: 'y', onlyBeta: 'z' }),
    create('two', 'v1beta1', { a: 'x', only1: 'y', onlyBeta: 'z' }),
    create('three', 'v1alpha1', { a: 'x', b: 7 }),
    create('four', 'v1alpha1', {}),
    { name: 'wrong version in the body', method: 'POST', path: at('v1'), body: widget('five', 'v1beta1', {}) },
    { name: 'one in v1beta1', path: `${at('v1beta1')}/one` },
    { name: 'two in v1', path: `${at('v1')}/two` },
    { name: 'three in v1', path: `${at('v1')}/three` },
    { name: 'list in v1', path: at('v1') },
    { name: 'list in v1beta1', path: at('v1beta1') },
    { name: 'list in v1alpha1', path: at('v1alpha1') },
    { name: 'table in v1', path: at('v1'), headers: TABLE, only: ['columnDefinitions.*.name', 'rows.*.cells'] },
    {
      name: 'table in v1beta1',
      path: at('v1beta1'),
      headers: TABLE,
      only: ['columnDefinitions.*.name', 'rows.*.cells'],
    },
    {
      name: 'watch in v1beta1',
      path: at('v1beta1'),
      query: { watch: '1', resourceVersion: '{{list in v1:metadata.resourceVersion}}' },
      events: 2,
    },
    { name: 'patch in v1', method: 'PATCH', path: `${at('v1')}/two`, headers: MERGE, body: { spec: { a: 'changed' } } },
    {
      name: 'patch in v1beta1',
      method: 'PATCH',
      path: `${at('v1beta1')}/one`,
      headers: MERGE,
      body: { spec: { onlyBeta: 'w' } },
    },
    {
      name: 'put in v1alpha1',
      method: 'PUT',
      path: `${at('v1alpha1')}/three`,
      body: {
        ...widget('three', 'v1alpha1', { a: 'long one' }),
        metadata: { name: 'three', resourceVersion: '{{three in v1:metadata.resourceVersion}}' },
      },
    },
    {
      name: 'apply in v1',
      method: 'PATCH',
      path: `${at('v1')}/six`,
      headers: APPLY,
      query: { fieldManager: 'm' },
      body: widget('six', 'v1', { a: 'x', only1: 'y' }),
    },
    {
      name: 'apply in v1beta1',
      method: 'PATCH',
      path: `${at('v1beta1')}/six`,
      headers: APPLY,
      query: { fieldManager: 'm' },
      body: widget('six', 'v1beta1', { a: 'x' }),
    },
    {
      name: 'apply in v1beta1 by another',
      method: 'PATCH',
      path: `${at('v1beta1')}/six`,
      headers: APPLY,
      query: { fieldManager: 'n' },
      body: widget('six', 'v1beta1', { a: 'z' }),
    },
    {
      name: 'status in v1',
      method: 'PATCH',
      path: `${at('v1')}/one/status`,
      headers: MERGE,
      body: { status: { n: 1 } },
    },
    {
      name: 'status is a part in v1beta1',
      method: 'PATCH',
      path: `${at('v1beta1')}/one`,
      headers: MERGE,
      body: { status: { n: 2 } },
      only: ['status', 'metadata.generation'],
    },
    ofDefinition('another storage version', {
      spec: { versions: [{ ...v1, storage: false }, { ...v1beta1, storage: true }, v1alpha1, v2] },
    }),
    {
      name: 'stored versions',
      path: `${CRDS}/${NAME}`,
      untilText: '"storedVersions":["v1","v1beta1"]',
      only: ['status.storedVersions'],
    },
    { name: 'as before in v1', path: `${at('v1')}/one`, ignore: ['metadata.managedFields'] },
    create('seven', 'v1', { a: 'x', only1: 'y' }),
    { name: 'seven in v1beta1', path: `${at('v1beta1')}/seven` },
    ofDefinition('a stored version cannot go', { spec: { versions: [{ ...v1beta1, storage: true }, v1alpha1] } }),
    ofDefinition('a version is served no more', {
      spec: { versions: [{ ...v1, storage: false, served: false }, { ...v1beta1, storage: true }, v1alpha1] },
    }),
    { name: 'served no more', path: at('v1'), untilCode: 404 },
    { name: 'others are', path: `${at('v1beta1')}/seven`, untilCode: 200 },
    { name: 'empties', method: 'POST', path: CRDS, body: crd('empties', EMPTY), setup: true },
    { name: 'empties served', path: at('v1').replace('widgets', 'empties'), untilCode: 200, setup: true },
    ofDefinition(
      'empties have another storage version',
      {
        spec: {
          versions: [
            { ...v1, storage: false },
            { ...v1beta1, storage: true },
          ],
        },
      },
      EMPTIES,
    ),
    { name: 'empties told', path: `${CRDS}/${EMPTIES}`, untilText: '"storedVersions":["v1","v1beta1"]', setup: true },
    ofDefinition(
      'the version that is stored cannot be dropped',
      { status: { storedVersions: ['v1'] } },
      `${EMPTIES}/status`,
    ),
    ofDefinition('a stored version is dropped', { status: { storedVersions: ['v1beta1'] } }, `${EMPTIES}/status`),
    ofDefinition('then it can go', { spec: { versions: [{ ...v1beta1, storage: true }] } }, EMPTIES),
    ofDefinition('no stored version is nothing', { status: { storedVersions: [] } }, `${EMPTIES}/status`),
    {
      ...refused('two storage versions', { versions: [v1, { ...v1beta1, storage: true }] }),
      only: ['reason', 'code', 'details.causes.*.field'],
    },
    refused('a webhook without its service', { conversion: { strategy: 'Webhook' } }),
    refused('a webhook that is none', {
      conversion: { strategy: 'None', webhook: { conversionReviewVersions: ['v1'] } },
    }),
    refused('an unknown strategy', { conversion: { strategy: 'Some' } }),
    refused('a warning without deprecation', { versions: [{ ...v1, deprecationWarning: 'w' }] }),
    refused('an empty warning', { versions: [{ ...v1, deprecated: true, deprecationWarning: '' }] }),
  ],
};
