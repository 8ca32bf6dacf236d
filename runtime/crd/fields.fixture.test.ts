import * as z from 'zod';
import { intOrString, labelSelector, quantity } from './kubernetes-schemas.ts';

/**
 * One field for each construct that is accepted, with values that zod and the API server have to judge alike. Data for the tests
 * here and for the one against a real server; named as a test so that no package carries it.
 */
export interface FieldFixture {
  readonly schema: z.ZodType;
  readonly valid: readonly unknown[];
  readonly invalid: readonly unknown[];
}

export const FIELDS: Readonly<Record<string, FieldFixture>> = {
  text: { schema: z.string(), valid: ['', 'a'], invalid: [1, true, {}, []] },
  textLength: { schema: z.string().min(2).max(3), valid: ['ab', 'abc'], invalid: ['a', 'abcd'] },
  textExactLength: { schema: z.string().length(2).min(1), valid: ['ab'], invalid: ['a', 'abc'] },
  pattern: { schema: z.string().regex(/^a+$/), valid: ['a', 'aa'], invalid: ['', 'b'] },
  patternIgnoringCase: { schema: z.string().regex(/^ab$/i), valid: ['ab', 'AB'], invalid: ['abc'] },
  patternMultiline: { schema: z.string().regex(/^b$/m), valid: ['a\nb'], invalid: ['ab'] },
  patternDotAll: { schema: z.string().regex(/^a.b$/s), valid: ['a\nb'], invalid: ['ab'] },
  patternUnicode: {
    schema: z.string().regex(/^[\u4e00-\u9fa5\u{1F600}]+\/\u002e$/u),
    valid: ['一/.'],
    invalid: ['一/x', 'a/.'],
  },
  patternCategory: { schema: z.string().regex(/^\p{Lu}\p{L}*$/u), valid: ['Äh'], invalid: ['äh'] },
  patternControl: { schema: z.string().regex(/^a\cI\x20\0?b$/), valid: ['a\t b'], invalid: ['a b'] },
  patternClass: { schema: z.string().regex(/^[[(?=\]\-x]+$/), valid: ['[(?=]-x'], invalid: ['y'] },
  patternNamedGroup: { schema: z.string().regex(/^(?<year>\d{4})$/), valid: ['2019'], invalid: ['19'] },
  patterns: { schema: z.string().regex(/^a/).regex(/z$/).regex(/m/), valid: ['amz'], invalid: ['amx', 'bmz', 'az'] },
  startsWith: { schema: z.string().startsWith('a.'), valid: ['a.b'], invalid: ['ab'] },
  endsWith: { schema: z.string().endsWith('$'), valid: ['a$'], invalid: ['a'] },
  includes: { schema: z.string().includes('(x)'), valid: ['a(x)b'], invalid: ['axb'] },
  lowercase: { schema: z.string().lowercase(), valid: ['abc'], invalid: ['aBc'] },
  uppercase: { schema: z.string().uppercase(), valid: ['ABC'], invalid: ['aBC'] },
  email: { schema: z.email(), valid: ['a@example.com'], invalid: ['a', 'a@b@c.d'] },
  url: { schema: z.url(), valid: ['https://example.com/x?y=1'], invalid: ['example', ''] },
  uuid: {
    schema: z.uuid(),
    valid: ['7f3f1c6e-6f9d-4c39-8c2a-0d1e2f3a4b5c'],
    invalid: ['7f3f1c6e', '7f3f1c6e-6f9d-0c39-8c2a-0d1e2f3a4b5c'],
  },
  guid: { schema: z.guid(), valid: ['7f3f1c6e-6f9d-4c39-8c2a-0d1e2f3a4b5c'], invalid: ['x'] },
  nanoid: { schema: z.nanoid(), valid: ['V1StGXR8_Z5jdHi6B-myT'], invalid: ['V1'] },
  ulid: { schema: z.ulid(), valid: ['01ARZ3NDEKTSV4RRFFQ69G5FAV'], invalid: ['01ARZ'] },
  ipv4: { schema: z.ipv4(), valid: ['10.0.0.1'], invalid: ['10.0.0', '10.0.0.256', '::1'] },
  ipv6: { schema: z.ipv6(), valid: ['::1', '2001:db8::1'], invalid: ['10.0.0.1', 'x'] },
  cidrv4: { schema: z.cidrv4(), valid: ['10.0.0.0/8'], invalid: ['10.0.0.0', '10.0.0.0/33', '::/0'] },
  cidrv6: { schema: z.cidrv6(), valid: ['2001:db8::/32'], invalid: ['10.0.0.0/8', '::'] },
  mac: { schema: z.mac(), valid: ['00:1b:63:84:45:e6'], invalid: ['00:1b'] },
  base64: { schema: z.base64(), valid: ['aGVsbG8='], invalid: ['a', '$$$$'] },
  base64url: { schema: z.base64url(), valid: ['aGVs-_8'], invalid: ['a+/b'] },
  hostname: { schema: z.hostname(), valid: ['example.com', 'a-b'], invalid: ['-a', 'a_b'] },
  e164: { schema: z.e164(), valid: ['+14155552671'], invalid: ['14155552671'] },
  date: { schema: z.iso.date(), valid: ['2026-11-23'], invalid: ['2026-13-01', '23.11.2026'] },
  dateTime: {
    schema: z.iso.datetime(),
    valid: ['2026-11-23T10:00:00Z'],
    invalid: ['2026-11-23', '2026-11-23T10:00:00'],
  },
  localDateTime: {
    schema: z.iso.datetime({ local: true }),
    valid: ['2026-11-23T10:00:00', '2026-11-23T10:00:00Z'],
    invalid: ['2026-11-23'],
  },
  time: { schema: z.iso.time(), valid: ['10:00:00', '23:59'], invalid: ['24:00', '10'] },
  goDuration: { schema: z.string().meta({ format: 'duration' }), valid: ['1m30s', '5s'], invalid: [1] },
  enumeration: { schema: z.enum(['a', 'b']), valid: ['a', 'b'], invalid: ['c', 1] },
  numberEnumeration: { schema: z.literal([1, 2]), valid: [1, 2], invalid: [3, '1'] },
  literal: { schema: z.literal('x'), valid: ['x'], invalid: ['y'] },
  booleanLiteral: { schema: z.literal(true), valid: [true], invalid: [false] },
  unionOfLiterals: { schema: z.union([z.literal('p'), z.enum(['q', 'r'])]), valid: ['p', 'q', 'r'], invalid: ['s'] },
  nullableEnumeration: { schema: z.enum(['a']).nullable(), valid: ['a', null], invalid: ['b'] },
  nullableLiteral: { schema: z.literal(['a', null]), valid: ['a', null], invalid: ['b'] },
  template: { schema: z.templateLiteral(['v', z.int()]), valid: ['v1', 'v23'], invalid: ['v', 'x1'] },
  boolean: { schema: z.boolean(), valid: [true, false], invalid: ['true', 0] },
  number: { schema: z.number(), valid: [0, -1.5, 3], invalid: ['1', true] },
  integer: { schema: z.int(), valid: [0, -1, 2 ** 40], invalid: [1.5, '1'] },
  int32: { schema: z.int32(), valid: [2 ** 31 - 1], invalid: [2 ** 31] },
  uint32: { schema: z.uint32(), valid: [0, 2 ** 32 - 1], invalid: [-1, 2 ** 32] },
  float64: { schema: z.float64(), valid: [0.1], invalid: ['0.1'] },
  bounds: { schema: z.int().min(1).max(3), valid: [1, 3], invalid: [0, 4] },
  exclusiveBounds: { schema: z.number().gt(0).lt(1).gte(0), valid: [0.5], invalid: [0, 1] },
  narrowedBounds: { schema: z.number().min(1).min(3).gt(3), valid: [3.1], invalid: [3, 2] },
  widenedBounds: { schema: z.number().gt(1).min(2).lt(9).max(8), valid: [2, 8], invalid: [1.5, 8.5] },
  multiples: { schema: z.number().multipleOf(2).multipleOf(3), valid: [0, 6], invalid: [2, 3] },
  intOrString: { schema: intOrString(), valid: [80, 'http'], invalid: [1.5, true] },
  boundedIntOrString: {
    schema: z.union([z.string().regex(/^[a-z]+$/), z.int().min(1)]),
    valid: [1, 'http'],
    invalid: [0, 'HTTP'],
  },
  nullableIntOrString: { schema: z.union([z.int(), z.string(), z.null()]), valid: [1, 'a', null], invalid: [true] },
  quantity: { schema: quantity(), valid: ['100m', '1.5Gi', 2, '1e3', '.5'], invalid: ['1.5Gib', 'x', true] },
  labelSelector: {
    schema: labelSelector(),
    valid: [{}, { matchLabels: { app: 'x' } }, { matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] }],
    invalid: [
      { matchLabels: { app: 1 } },
      { matchExpressions: [{ key: 'a', operator: 'Like' }] },
      { matchExpressions: [{ key: 'a' }] },
    ],
  },
  anything: { schema: z.unknown(), valid: [1, 'a', null, { a: { b: [1] } }, [1, 'a']], invalid: [] },
  any: { schema: z.any(), valid: [null, { a: null }], invalid: [] },
  list: { schema: z.array(z.int()).min(1).max(2), valid: [[1], [1, 2]], invalid: [[], [1, 2, 3], ['a'], 1] },
  listOfExactLength: { schema: z.array(z.int()).length(2), valid: [[1, 2]], invalid: [[1], [1, 2, 3]] },
  listOfLists: { schema: z.array(z.array(z.string())), valid: [[], [['a'], []]], invalid: [['a']] },
  set: { schema: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'set' }), valid: [['a', 'b']], invalid: [[1]] },
  keyedList: {
    schema: z
      .array(z.object({ name: z.string(), port: z.int().default(80) }))
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name', 'port'] }),
    valid: [[{ name: 'a' }, { name: 'a', port: 81 }]],
    invalid: [[{ port: 1 }]],
  },
  object: {
    schema: z.object({ a: z.string(), b: z.int().optional() }),
    valid: [{ a: 'x' }, { a: 'x', b: 1 }],
    invalid: [{}, { b: 1 }, { a: 1 }, 'x'],
  },
  emptyObject: { schema: z.object({}), valid: [{}], invalid: [1] },
  strictObject: { schema: z.strictObject({ a: z.string() }), valid: [{ a: 'x' }], invalid: [{ a: 'x', b: 1 }] },
  looseObject: { schema: z.looseObject({ a: z.string() }), valid: [{ a: 'x', b: { c: 1 } }], invalid: [{ a: 1 }] },
  embedded: {
    schema: z.looseObject({}).meta({ 'x-kubernetes-embedded-resource': true }),
    valid: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { x: 1 } }],
    invalid: ['x'],
  },
  record: { schema: z.record(z.string(), z.int()), valid: [{}, { a: 1 }], invalid: [{ a: 'x' }, []] },
  recordOfEnumeration: { schema: z.record(z.enum(['a', 'b']), z.int()), valid: [{ a: 1, b: 2 }], invalid: [{ a: 1 }] },
  partialRecord: { schema: z.partialRecord(z.enum(['a', 'b']), z.int()), valid: [{}, { a: 1 }], invalid: [{ a: 'x' }] },
  freeRecord: { schema: z.record(z.string(), z.unknown()), valid: [{ a: { b: [1, null] } }], invalid: ['a'] },
  intersection: {
    schema: z.intersection(z.object({ a: z.string() }), z.object({ a: z.string(), b: z.int().optional() })),
    valid: [{ a: 'x' }, { a: 'x', b: 1 }],
    invalid: [{ b: 1 }, { a: 'x', b: 'y' }],
  },
  discriminated: {
    schema: z.discriminatedUnion('type', [
      z.object({ type: z.literal('file'), path: z.string(), mode: z.int().optional() }),
      z.object({ type: z.literal(['http', 'https']), host: z.string() }),
    ]),
    valid: [
      { type: 'file', path: '/x' },
      { type: 'https', host: 'a' },
    ],
    invalid: [{ type: 'file', host: 'a' }, { type: 'http', path: '/x' }, { type: 'ftp', host: 'a' }, { path: '/x' }],
  },
  nullable: { schema: z.string().nullable(), valid: ['a', null], invalid: [1] },
  nullableObject: { schema: z.object({ a: z.int() }).nullable(), valid: [null, { a: 1 }], invalid: [{}] },
  readonly: { schema: z.array(z.string()).readonly(), valid: [['a']], invalid: ['a'] },
  lazy: { schema: z.lazy(() => z.int()), valid: [1], invalid: ['a'] },
  branded: { schema: z.string().brand('Name'), valid: ['a'], invalid: [1] },
  rule: {
    schema: z
      .object({ low: z.int(), high: z.int() })
      .refine(({ low, high }) => low < high)
      .meta({
        'x-kubernetes-validations': [{ rule: 'self.low < self.high', message: 'low has to be less than high' }],
      }),
    valid: [{ low: 1, high: 2 }],
    invalid: [{ low: 2, high: 1 }, { low: 1 }],
  },
  annotated: {
    schema: z.string().meta({
      title: 'Title',
      description: 'About',
      examples: ['e'],
      deprecated: true,
      id: 'shared',
      externalDocs: { url: 'https://example.com' },
    }),
    valid: ['a'],
    invalid: [1],
  },
};

/** Fields with defaults, and what the server makes of an object without them. */
export const DEFAULTS: Readonly<Record<string, { readonly schema: z.ZodType; readonly becomes: unknown }>> = {
  text: { schema: z.string().default('x'), becomes: 'x' },
  nullableText: { schema: z.string().nullable().default('x'), becomes: 'x' },
  list: { schema: z.array(z.int()).default([1, 2]), becomes: [1, 2] },
  map: { schema: z.record(z.string(), z.string()).default({ a: 'b' }), becomes: { a: 'b' } },
  object: {
    schema: z.object({ a: z.int(), b: z.string().default('y') }).default({ a: 1, b: 'z' }),
    becomes: { a: 1, b: 'z' },
  },
  nested: {
    schema: z.object({ a: z.object({ b: z.int().default(3) }).prefault({}) }).prefault({}),
    becomes: { a: { b: 3 } },
  },
  intOrString: { schema: intOrString().default('http'), becomes: 'http' },
  anything: { schema: z.unknown().default({ free: [1] }), becomes: { free: [1] } },
};
