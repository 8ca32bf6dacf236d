/**
 * A custom resource with every constraint that a schema can have, values that break them, and what this package says.
 */
import { shapeEmbeddedMetadata } from '../../devcluster/kinds/embedded-metadata.ts';
import { applyDefaults, dropForbiddenNulls } from '../../devcluster/schema/defaults.ts';
import { aggregateMessage } from '../../devcluster/schema/field-error.ts';
import { deepCopy, type JsonObject } from '../../devcluster/schema/json.ts';
import { pruneUnknown } from '../../devcluster/schema/prune.ts';
import type { Schema } from '../../devcluster/schema/schema.ts';
import { validateSchema } from '../../devcluster/schema/validate.ts';
import type { Outcome } from './steps.ts';

const text = { type: 'string' } as const;
const whole = { type: 'integer' } as const;

const formats = [
  'byte',
  'date',
  'date-time',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'cidr',
  'mac',
  'uuid',
  'uuid4',
  'uri',
  'isbn',
  'isbn13',
  'creditcard',
  'ssn',
  'hexcolor',
  'rgbcolor',
  'bsonobjectid',
  'password',
  'odd',
];

const SPEC: Schema = {
  type: 'object',
  properties: {
    text,
    whole,
    number: { type: 'number' },
    flag: { type: 'boolean' },
    int32: { type: 'integer', format: 'int32' },
    int64: { type: 'integer', format: 'int64' },
    float: { type: 'number', format: 'float' },
    double: { type: 'number', format: 'double' },
    formats: {
      type: 'object',
      properties: Object.fromEntries(formats.map((format) => [format, { type: 'string', format }])),
    },
    short: { type: 'string', maxLength: 3, minLength: 2 },
    pattern: { type: 'string', pattern: '^[a-z]+$' },
    choice: { type: 'string', enum: ['a', 'b', 'c d'] },
    mixed: { enum: [1, 'a', true, null, { a: 1 }], 'x-kubernetes-preserve-unknown-fields': true },
    numberChoice: { type: 'integer', enum: [1, 2, 10] },
    maybe: { type: 'string', nullable: true, enum: ['a', null] },
    small: { type: 'integer', minimum: 1, maximum: 5 },
    exclusive: { type: 'number', minimum: 1, exclusiveMinimum: true, maximum: 2.5, exclusiveMaximum: true },
    even: { type: 'integer', multipleOf: 2 },
    tenth: { type: 'number', multipleOf: 0.1 },
    list: { type: 'array', items: { type: 'integer', minimum: 0 }, minItems: 1, maxItems: 3 },
    set: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
    keyed: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name', 'id'],
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: text, id: { ...whole, default: 1 }, value: text },
      },
    },
    map: { type: 'object', additionalProperties: { type: 'integer', maximum: 5 }, minProperties: 1, maxProperties: 2 },
    closed: { type: 'object', properties: { a: text }, required: ['a', 'b'] },
    inner: { type: 'object', properties: { deep: { type: 'object', properties: { x: { ...text, maxLength: 1 } } } } },
    amount: { 'x-kubernetes-int-or-string': true },
    amountPattern: {
      'x-kubernetes-int-or-string': true,
      anyOf: [{ type: 'integer' }, { type: 'string' }],
      pattern: '%$',
    },
    one: { type: 'object', properties: { a: text, b: text }, oneOf: [{ required: ['a'] }, { required: ['b'] }] },
    any: {
      type: 'object',
      properties: { a: text, b: whole },
      anyOf: [{ required: ['a'] }, { properties: { b: { minimum: 5 } } }],
    },
    all: { type: 'object', properties: { a: text, b: text }, allOf: [{ required: ['a'] }, { required: ['b'] }] },
    none: { type: 'object', properties: { a: text }, not: { required: ['a'] } },
    embedded: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
  },
};

export const STRICT: Schema = { type: 'object', required: ['spec'], properties: { spec: SPEC } };

const definition = (schema: Schema): JsonObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'limits.constraints.example.com' },
  spec: {
    group: 'constraints.example.com',
    scope: 'Namespaced',
    names: { plural: 'limits', singular: 'limit', kind: 'Limit', listKind: 'LimitList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
  },
});

/** Says what a spec may be. */
export const STRICT_DEFINITION = definition(STRICT);

/** Takes any spec. */
export const LAX_DEFINITION = definition({
  type: 'object',
  properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
});

const formatsOf = (value: string): JsonObject => ({
  formats: Object.fromEntries(formats.map((format) => [format, value])),
});

const GOOD_FORMATS: JsonObject = {
  formats: {
    byte: 'YWJj',
    date: '2020-02-29',
    'date-time': '2020-02-29T12:00:00Z',
    duration: '1h',
    email: 'a@b.c',
    hostname: 'a.b',
    ipv4: '1.2.3.4',
    ipv6: '::1',
    cidr: '1.2.3.0/24',
    mac: '00:11:22:33:44:55',
    uuid: '123e4567-e89b-12d3-a456-426614174000',
    uuid4: '123e4567-e89b-42d3-a456-426614174000',
    uri: 'https://a.b/c?d=e#f',
    isbn: '0321751043',
    isbn13: '978-0321751041',
    creditcard: '4111-1111-1111-1111',
    ssn: '111-11-1111',
    hexcolor: '#FFFFFF',
    rgbcolor: 'rgb(100,100,100)',
    bsonobjectid: '507f1f77bcf86cd799439011',
    password: 'x',
    odd: 'x',
  },
};

const SPECS: readonly unknown[] = [
  undefined,
  null,
  5,
  [],
  {},
  ...['text', 'whole', 'number', 'flag', 'list', 'map', 'amount'].flatMap((name) =>
    ['x', 5, 1.5, true, null, {}, [], ['x']].map((value) => ({ [name]: value })),
  ),
  ...[2147483647, 2147483648, -2147483649, 1.5, 'x'].map((int32) => ({ int32 })),
  { int64: 9007199254740991, float: 1e39, double: 1e300 },
  { float: 'x', double: true },
  ...['', 'x', '2020-02-30', '1.2.3.4', '::1', 'a@b', 'a b', '12', 'https://x', '#fff', '00:11'].map(formatsOf),
  GOOD_FORMATS,
  { formats: { date: 5, ipv4: [], odd: 5 } },
  { short: 'a' },
  { short: 'abcd' },
  { short: '日本語' },
  { short: '日本語x' },
  { pattern: 'A1' },
  { pattern: '' },
  { choice: 'x', mixed: 'x', numberChoice: 3 },
  { choice: '', mixed: null, numberChoice: 10 },
  { choice: 5, mixed: { a: 1 } },
  { mixed: { a: 2 } },
  { maybe: null },
  { maybe: 'x' },
  { small: 0 },
  { small: 6 },
  { exclusive: 1 },
  { exclusive: 2.5 },
  { even: 3, tenth: 0.25 },
  { even: -2, tenth: 0.3 },
  { list: [], map: {} },
  { list: [1, 2, 3, 4], map: { a: 1, b: 2, c: 3 } },
  { list: [-1, 'x', null], map: { a: 6, 'b.c/d': 'x' } },
  { set: ['a', 'b', 'a', 'a'] },
  { set: ['a', 5, 'a'] },
  { keyed: [{ name: 'a' }, { name: 'a' }] },
  { keyed: [{ name: 'a', id: 1 }, { name: 'a' }, { id: 1 }] },
  { keyed: [{ name: 'a', id: 2 }, { name: 'a' }, 'x', null] },
  { closed: {} },
  { closed: { b: 'x', unknown: 1 } },
  { inner: { deep: { x: 'long' } } },
  { inner: { deep: 'x' } },
  { amount: '50%', amountPattern: '50%' },
  { amount: {}, amountPattern: '50' },
  { amount: 1.5, amountPattern: 5 },
  { one: {}, any: {}, all: {} },
  { one: { a: 'x', b: 'y' }, any: { b: 3 }, all: { a: 'x' } },
  { one: { a: 'x' }, any: { b: 7 }, all: { a: 'x', b: 'y' }, none: {} },
  { none: { a: 'x' } },
  { embedded: {} },
  { embedded: { apiVersion: 'v1', kind: '' } },
  { embedded: { apiVersion: 'a/b/c', kind: 'a_b' } },
  { embedded: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a/b', labels: { 'a b': 'c' }, namespace: 'A' } } },
  { embedded: { apiVersion: 'v1', kind: 'Pod', metadata: { finalizers: ['a b'], generateName: '..' } } },
  { text: 5, whole: 'x', flag: 1, short: 'a', list: ['x'], map: { a: 'b' } },
];

/** Objects that were taken by the lax definition, and what is written under the strict one. */
export const RATCHETED: readonly { readonly old: JsonObject; readonly changes: readonly JsonObject[] }[] = [
  {
    old: { text: 5, short: 'a', list: [-1, 2], map: { a: 9 }, inner: { deep: { x: 'long' } }, set: ['a', 'a'] },
    changes: [
      {},
      { whole: 5 },
      { whole: 'x' },
      { text: 6 },
      { short: 'b' },
      { short: 'ab' },
      { list: [-1, 3] },
      { list: [-2, 2] },
      { list: [-1, 2, 3, 4] },
      { map: { a: 9, b: 1 } },
      { map: { a: 8 } },
      { inner: { deep: { x: 'long' }, more: 1 } },
      { inner: { deep: { x: 'other' } } },
      { set: ['a', 'a', 'b'] },
      { set: ['b', 'b'] },
    ],
  },
  {
    old: {
      keyed: [
        { name: 'a', value: 5 },
        { name: 'b', value: 'x' },
      ],
      one: { a: 'x', b: 'y' },
      closed: { a: 'x' },
      embedded: { apiVersion: 'v1', kind: 'Pod', metadata: { labels: { 'a b': 'c' } } },
    },
    changes: [
      {},
      {
        keyed: [
          { name: 'b', value: 'x' },
          { name: 'a', value: 5 },
        ],
      },
      {
        keyed: [
          { name: 'a', value: 6 },
          { name: 'b', value: 'x' },
        ],
      },
      {
        keyed: [
          { name: 'a', value: 5 },
          { name: 'b', value: 'y' },
        ],
      },
      { one: { a: 'x', b: 'z' } },
      { closed: { a: 'y' } },
      { text: 'new' },
      { embedded: { apiVersion: 'v1', kind: 'Pod', metadata: { labels: { 'a b': 'd' } } } },
    ],
  },
];

/** All specs that are judged, with what was there before. */
export const JUDGED: readonly { readonly spec: unknown; readonly old: JsonObject | undefined }[] = [
  ...SPECS.map((spec) => ({ spec, old: undefined })),
  ...RATCHETED.flatMap(({ old, changes }) => changes.map((change) => ({ spec: { ...old, ...change }, old }))),
];

export const sample = (spec: unknown): JsonObject => ({
  apiVersion: 'constraints.example.com/v1',
  kind: 'Limit',
  metadata: { name: 'sample' },
  ...(spec !== undefined && { spec }),
});

/** What is made of a spec; only the spec is told of what is taken. */
export function validateHere(spec: unknown, old?: JsonObject): Outcome {
  const object = deepCopy(sample(spec));
  admit(object);
  const before = old === undefined ? undefined : deepCopy(sample(old));
  if (before !== undefined) admit(before);
  const errors = validateSchema(STRICT, object, { old: before });
  if (errors.length > 0) {
    return { code: 422, message: `Limit.constraints.example.com "sample" is invalid: ${aggregateMessage(errors)}` };
  }
  return { code: before === undefined ? 201 : 200, object: { spec: object['spec'] } };
}

function admit(object: JsonObject): void {
  pruneUnknown(STRICT, object);
  shapeEmbeddedMetadata(STRICT, object);
  dropForbiddenNulls(STRICT, object);
  applyDefaults(STRICT, object);
}
