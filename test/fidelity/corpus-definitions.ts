/** CustomResourceDefinitions, most of which are refused, each for a reason of its own. */
import type { JsonObject } from '../../devcluster/schema/json.ts';
import type { CorpusEntry } from './corpus.ts';

const text = { type: 'string' };
const names = { plural: 'samples', singular: 'sample', kind: 'Sample', listKind: 'SampleList' };

/** A version whose spec has the schema. */
const version = (schema: unknown, more: JsonObject = {}): JsonObject => ({
  name: 'v1',
  served: true,
  storage: true,
  schema: { openAPIV3Schema: { type: 'object', properties: { spec: schema } } },
  ...more,
});

const rooted = (schema: unknown, more: JsonObject = {}): JsonObject => ({
  ...version({}, more),
  schema: { openAPIV3Schema: schema },
});

const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties,
  ...more,
});

const list = (items: unknown, more: JsonObject = {}): JsonObject => ({ type: 'array', items, ...more });

const SPEC_SCHEMAS: readonly unknown[] = [
  {},
  { type: 'foo' },
  { type: 'null' },
  { type: 'array' },
  list({}),
  list([text]),
  object({ a: {} }),
  object({ a: text }, { additionalProperties: text }),
  object({ a: text }, { additionalProperties: false }),
  object({ a: text }, { additionalProperties: true }),
  object({}, { additionalProperties: text }),
  object({}, { additionalProperties: {} }),
  object({ a: { type: 'string', id: 'x' } }),
  object({ a: { type: 'string', $schema: 'x' } }),
  object({ a: { type: 'string', $ref: '#/x' } }),
  object({ a: list(text, { additionalItems: true }) }),
  object({}, { patternProperties: { '^a': text } }),
  object({}, { definitions: { a: text } }),
  object({}, { dependencies: { a: ['b'] } }),
  list(text, { uniqueItems: true }),
  list(text, { uniqueItems: false }),
  object({ a: { type: 'string', pattern: '(' } }),
  object({ a: { type: 'string', pattern: '^[a-z]+$', format: 'odd', nullable: true } }),
  object({ a: { 'x-kubernetes-int-or-string': true } }),
  object({ a: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] } }),
  object({
    a: { 'x-kubernetes-int-or-string': true, allOf: [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }] },
  }),
  object({ a: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'string' }, { type: 'integer' }] } }),
  object({ a: { 'x-kubernetes-int-or-string': true, 'x-kubernetes-preserve-unknown-fields': true } }),
  object({ a: { 'x-kubernetes-int-or-string': true, 'x-kubernetes-embedded-resource': true } }),
  object({ a: { 'x-kubernetes-preserve-unknown-fields': true } }),
  object({ a: { type: 'object', 'x-kubernetes-preserve-unknown-fields': false } }),
  object({ a: { type: 'object', 'x-kubernetes-embedded-resource': true } }),
  object({ a: { 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true } }),
  object({
    a: { type: 'object', 'x-kubernetes-embedded-resource': true, additionalProperties: text },
  }),
  object({
    a: object({ metadata: { type: 'string' }, kind: { type: 'integer' } }, { 'x-kubernetes-embedded-resource': true }),
  }),
  object({
    a: object(
      { metadata: object({ labels: object({}, { additionalProperties: { type: 'string', default: 'x' } }) }) },
      { 'x-kubernetes-embedded-resource': true },
    ),
  }),
  object({
    a: object(
      { metadata: object({ a: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { a: text } } }) },
      { 'x-kubernetes-embedded-resource': true },
    ),
  }),
  object({ a: text }, { allOf: [{ type: 'object' }] }),
  object({ a: text }, { anyOf: [{ required: ['a'] }, { properties: { b: { minLength: 1 } } }] }),
  object({ a: text }, { oneOf: [{ properties: { a: { enum: ['x'] } } }, { required: ['a'] }] }),
  object({ a: text }, { not: { properties: { a: { pattern: '(', description: 'x', title: 'y' } } } }),
  object({ a: text }, { allOf: [{ properties: { a: { nullable: true, default: 'x' } } }] }),
  object({ a: text }, { allOf: [{ additionalProperties: text }] }),
  object({ a: text }, { allOf: [{ properties: { metadata: {} } }] }),
  object({ a: text }, { allOf: [{ items: { minLength: 1 } }] }),
  object(
    { a: list(text) },
    {
      allOf: [
        {
          properties: {
            a: {
              'x-kubernetes-list-type': 'set',
              'x-kubernetes-list-map-keys': ['a'],
              'x-kubernetes-map-type': 'atomic',
              'x-kubernetes-int-or-string': true,
              'x-kubernetes-embedded-resource': true,
              'x-kubernetes-preserve-unknown-fields': true,
            },
          },
        },
      ],
    },
  ),
  object({ a: text }, { anyOf: [{ 'x-kubernetes-validations': [{ rule: 'true' }] }] }),
  object({ a: text }, { 'x-kubernetes-map-type': 'odd' }),
  object({ a: { type: 'string', 'x-kubernetes-map-type': 'atomic' } }),
  object({ a: { 'x-kubernetes-preserve-unknown-fields': true, 'x-kubernetes-map-type': 'atomic' } }),
  list(text, { 'x-kubernetes-list-type': 'odd' }),
  object({ a: text }, { 'x-kubernetes-list-type': 'set' }),
  object({ a: { 'x-kubernetes-preserve-unknown-fields': true, 'x-kubernetes-list-type': 'set' } }),
  list(object({ a: text }), { 'x-kubernetes-list-type': 'set' }),
  list(object({ a: text }, { 'x-kubernetes-map-type': 'atomic' }), { 'x-kubernetes-list-type': 'set' }),
  list(list(text), { 'x-kubernetes-list-type': 'set' }),
  list(list(text, { 'x-kubernetes-list-type': 'set' }), { 'x-kubernetes-list-type': 'set' }),
  list({ type: 'string', nullable: true }, { 'x-kubernetes-list-type': 'set' }),
  list(object({ a: text }), { 'x-kubernetes-list-map-keys': ['a'] }),
  list(object({ a: text }), { 'x-kubernetes-list-type': 'atomic', 'x-kubernetes-list-map-keys': ['a'] }),
  list(object({ a: text }), { 'x-kubernetes-list-type': 'map' }),
  list(text, { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['a'] }),
  { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['a'] },
  list(object({ a: text }), { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['a'] }),
  list(object({ a: text }), { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['b'] }),
  list(object({ a: text }, { required: ['a'] }), {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['a', 'a'],
  }),
  list(object({ a: object({}) }, { required: ['a'] }), {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['a'],
  }),
  list(object({ a: { type: 'string', nullable: true, default: 'x' } }, { nullable: true }), {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['a'],
  }),
  list(object({ a: text }, { required: ['a'] }), {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['a'],
  }),
  object({ a: { type: 'string', default: 5 } }),
  object({ a: { type: 'string', default: null } }),
  object({ a: { type: 'string', enum: ['x'], default: 'y' } }),
  object({ a: { type: 'integer', minimum: 3, default: 2 } }),
  object({ a: object({ b: text }, { default: { c: 'x' } }) }),
  object({ a: object({ b: { type: 'string', default: 'x' } }, { default: {} }) }),
  object({ a: object({ b: text }, { default: { b: 5 } }) }),
  object({ a: object({ b: text }, { required: ['b'], default: {} }) }),
  object({ a: list({ type: 'string', default: 5 }, { default: ['x'] }) }),
  object({}, { additionalProperties: { type: 'string', default: 5 } }),
  object({
    a: {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
      default: { kind: 'X' },
    },
  }),
  object({ a: text }, { 'x-kubernetes-validations': [{ rule: '' }] }),
  object({ a: text }, { 'x-kubernetes-validations': [{ rule: 'true', message: ' ' }] }),
  object({ a: text }, { 'x-kubernetes-validations': [{ rule: 'true', message: 'a\nb' }] }),
  object({ a: text }, { 'x-kubernetes-validations': [{ rule: 'true &&\n true' }] }),
  object({ a: text }, { 'x-kubernetes-validations': [{ rule: 'true', reason: 'Odd', messageExpression: ' ' }] }),
  object({ a: text }, { 'x-kubernetes-validations': [{ rule: 'true', fieldPath: '.b' }] }),
  object({ a: text }, { 'x-kubernetes-validations': [{ rule: 'self.a == "x"', fieldPath: '.a', message: 'no' }] }),
];

const ROOT_SCHEMAS: readonly unknown[] = [
  {},
  { type: 'string' },
  { type: 'object', nullable: true },
  { type: 'object', additionalProperties: text },
  { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  object({ metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 5 } } } }),
  object({ metadata: { type: 'object', properties: { labels: { type: 'object' } } } }),
  object({ metadata: { type: 'object', description: 'x' } }),
  object({ metadata: { type: 'string' } }),
  object({ metadata: { type: 'object', default: {} } }),
  object({ kind: { type: 'integer' }, apiVersion: { type: 'string', default: 'x' } }),
  object({ spec: object({ a: text }) }, { required: ['spec'], default: { spec: {} } }),
];

const spec = (versions: unknown, more: JsonObject = {}): JsonObject => ({
  group: 'corpus.example.com',
  scope: 'Namespaced',
  names,
  versions,
  ...more,
});

const good = object({ a: text, n: { type: 'integer' }, o: object({ b: text }), l: list(text) });
const status = { subresources: { status: {} } };
const column = { name: 'A', type: 'string', jsonPath: '.spec.a' };

const SPECS: readonly JsonObject[] = [
  ...SPEC_SCHEMAS.map((schema) => spec([version(schema)])),
  ...ROOT_SCHEMAS.map((schema) => spec([rooted(schema)])),
  ...ROOT_SCHEMAS.map((schema) => spec([rooted(schema, status)])),
  spec([rooted({ type: 'object', minProperties: 1 }, status)]),
  spec([version(good)]),
  spec([version(good), version(good, { name: 'v2', storage: false })]),
  spec([version(good), version(object({ x: {} }), { name: 'v2', storage: false })]),
  spec([version(good), version(good, { name: 'v2' })]),
  spec([version(good, { storage: false })]),
  spec([version(good), version(good, { storage: false })]),
  spec([version(good, { name: 'V_1' })]),
  spec([{ name: 'v1', served: true, storage: true }]),
  spec([{ name: 'v1', served: true, storage: true }, version(good, { name: 'v2', storage: false })]),
  spec([]),
  spec([version(good, { deprecationWarning: 'x' })]),
  spec([version(good, { deprecated: true, deprecationWarning: '' })]),
  spec([version(good, { deprecated: true, deprecationWarning: 'x'.repeat(257) })]),
  spec([version(good)], { group: '' }),
  spec([version(good)], { group: 'nodot' }),
  spec([version(good)], { group: 'Upper.example.com' }),
  spec([version(good)], { group: 'x.k8s.io' }),
  spec([version(good)], { scope: '' }),
  spec([version(good)], { scope: 'Odd' }),
  spec([version(good)], { names: {} }),
  spec([version(good)], { names: { plural: 'samples', kind: 'Sample' } }),
  spec([version(good)], { names: { plural: 'Samples', singular: 'S_', kind: 'S_', listKind: '1' } }),
  spec([version(good)], { names: { ...names, kind: 'Sample', listKind: 'Sample' } }),
  spec([version(good)], { names: { ...names, shortNames: ['a.b'], categories: ['A'] } }),
  spec([version(good)], { names: { ...names, plural: 'others' } }),
  spec([version(good)], { preserveUnknownFields: true }),
  spec([version(good)], { conversion: { strategy: 'Odd' } }),
  spec([version(good)], { conversion: { strategy: 'Webhook' } }),
  spec([version(good)], { conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['x'] } } }),
  spec([version(good)], {
    conversion: { strategy: 'None', webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://a' } } },
  }),
  ...[
    { name: '', type: '', jsonPath: '' },
    { name: 'A', type: 'odd', jsonPath: 'spec.a', format: 'odd' },
    { name: 'A', type: 'date', jsonPath: '.a', format: 'date' },
  ].map((wrong) => spec([version(good, { additionalPrinterColumns: [column, wrong] })])),
  ...[
    { specReplicasPath: '', statusReplicasPath: '' },
    { specReplicasPath: 'spec.a', statusReplicasPath: '.spec.a', labelSelectorPath: '.a' },
    { specReplicasPath: '.status.a', statusReplicasPath: '.status.a', labelSelectorPath: 'a' },
    { specReplicasPath: '.spec.n', statusReplicasPath: '.status.n', labelSelectorPath: '.status.s' },
  ].map((scale) => spec([version(good, { subresources: { status: {}, scale } })])),
  ...[
    [''],
    ['.spec.a', '.spec.a'],
    ['.spec.b'],
    ['.spec.o'],
    ['.metadata.name'],
    ['spec.a'],
    ["['spec']"],
    ['.spec.'],
    ['.spec.a', '.spec.n', '.spec.o.b'],
  ].map((paths) => spec([version(good, { selectableFields: paths.map((jsonPath) => ({ jsonPath })) })])),
  spec([version(good, { additionalPrinterColumns: [{}] }), version(good, { name: 'v2', storage: false })]),
];

/** Conversion of none and names that were left out are filled in. */
export const DEFINITIONS: readonly CorpusEntry[] = SPECS.map((body) => {
  const { group } = body;
  const name = `samples.${typeof group === 'string' && group !== '' ? group : 'corpus.example.com'}`;
  const definition = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
  return {
    path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    object: { ...definition, metadata: { name }, spec: body },
  };
});
