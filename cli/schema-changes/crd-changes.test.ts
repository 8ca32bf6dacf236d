import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as z from 'zod';
import { crdOf, intOrString, type CrdNames, type CustomResourceDefinition } from '../../runtime/crd/crd.ts';
import { crdChanges } from './crd-changes.ts';

const NAMES: CrdNames = {
  group: 'a.io',
  version: 'v1',
  kind: 'Thing',
  plural: 'things',
  scope: 'Namespaced',
  phases: [],
};

function crd(shape: z.ZodRawShape, names: Partial<CrdNames> = {}): CustomResourceDefinition {
  return crdOf({ ...NAMES, ...names }, { spec: z.object(shape), status: z.object({}) });
}

/** What changes from one schema of the field `f` to another, as `severity path`. */
function found(before: z.ZodType | undefined, after: z.ZodType | undefined): readonly string[] {
  const shape = (schema: z.ZodType | undefined) => ({ other: z.string().optional(), ...(schema && { f: schema }) });
  return crdChanges(crd(shape(before)), crd(shape(after))).map(
    ({ severity, path, message }) => `${severity} ${path} ${message.split(/[:,;]/)[0]}`,
  );
}

const git = z.object({ t: z.literal('git'), url: z.string() });
const oci = z.object({ t: z.literal('oci'), image: z.string(), tag: z.string().optional() });
const rule = (text: string) => ({ 'x-kubernetes-validations': [{ rule: text }] });

const CASES: readonly (readonly [
  name: string,
  before: z.ZodType | undefined,
  after: z.ZodType | undefined,
  expected: readonly string[],
])[] = [
  ['a field removed', z.string().optional(), undefined, ['error spec.f is removed']],
  ['a field added', undefined, z.string().optional(), []],
  ['a field added with a default', undefined, z.string().default('x'), []],
  ['a field newly required', undefined, z.string(), ['warning spec.f is required now']],
  ['a field required that was optional', z.string().optional(), z.string(), ['warning spec.f is required now']],
  ['a field that has a default instead', z.string(), z.string().default('x'), ['note spec.f has a default now']],
  ['another default', z.int().default(1), z.int().default(2), ['note spec.f has another default (it was 1)']],
  ['no default', z.int().default(1), z.int().optional(), ['note spec.f has no default any more (it was 1).']],
  ['another type', z.string(), z.boolean(), ['error spec.f was text and is boolean']],
  [
    'a map instead of a list',
    z.array(z.string()),
    z.record(z.string(), z.string()),
    ['error spec.f was array and is object'],
  ],
  ['integer or text instead of text', z.string(), intOrString(), []],
  ['text instead of integer or text', intOrString(), z.string(), ['error spec.f was integer or text and is text']],
  ['fractions as well', z.int().optional(), z.number().optional(), []],
  ['whole numbers only', z.number(), z.int(), ['warning spec.f takes whole numbers only']],
  ['anything instead', z.string().optional(), z.unknown().optional(), []],
  ['a type instead of anything', z.unknown(), z.string().optional(), ['error spec.f was anything and is text']],
  ['a higher minimum', z.int().min(1), z.int().min(2), ['warning spec.f has minimum 2 (it was 1)']],
  ['a lower minimum', z.int().min(2), z.int().min(1), []],
  ['an open bound', z.int().min(1), z.int().gt(1), ['warning spec.f has the open minimum 1 (it was 1)']],
  ['a first maximum', z.int(), z.int().max(9), ['warning spec.f has maximum 9 (it had none)']],
  ['bounds taken away', z.int().min(1).max(3), z.int(), []],
  [
    'lengths',
    z.string().max(9),
    z.string().min(1).max(5),
    ['warning spec.f has minLength 1 (it had none)', 'warning spec.f has maxLength 5 (it was 9)'],
  ],
  ['fewer items', z.array(z.string()), z.array(z.string()).max(1), ['warning spec.f has maxItems 1 (it had none)']],
  ['a finer step', z.int().multipleOf(4), z.int().multipleOf(2), []],
  ['a coarser step', z.int().multipleOf(2), z.int().multipleOf(3), ['warning spec.f takes multiples of 3 only']],
  ['a bound that is a rule', z.number(), z.number().min(0.5), ['warning spec.f has a rule now']],
  ['another pattern', z.string().regex(/^a/), z.string().regex(/^b/), ['warning spec.f has a pattern now']],
  [
    'a further pattern',
    z.string().regex(/^a/),
    z.string().regex(/^a/).regex(/b$/),
    ['warning spec.f has a pattern now'],
  ],
  ['a format', z.string(), z.string().meta({ format: 'date' }), ['warning spec.f has a format now']],
  ['fewer values', z.enum(['a', 'b', 'c']), z.enum(['a']), ['warning spec.f does not take "b"']],
  ['more values', z.enum(['a']), z.enum(['a', 'b']), []],
  ['values at all', z.string(), z.enum(['a', 'b']), ['warning spec.f takes listed values only']],
  ['a rule in CEL', z.string(), z.string().meta(rule("self != ''")), ['warning spec.f has a rule now']],
  [
    'another message only',
    z.string().meta(rule('true')),
    z.string().meta({ 'x-kubernetes-validations': [{ rule: 'true', message: 'm' }] }),
    [],
  ],
  ['null', z.string().nullable(), z.string(), ['warning spec.f may not be null any more']],
  ['null of an enum', z.enum(['a', 'b']).nullable(), z.enum(['a', 'b']), ['warning spec.f may not be null any more']],
  [
    'a list that is a set',
    z.array(z.string()),
    z.array(z.string()).meta({ 'x-kubernetes-list-type': 'set' }),
    ['warning spec.f has x-kubernetes-list-type "set" (it was nothing)'],
  ],
  [
    'other keys of a list',
    z
      .array(z.object({ a: z.string(), b: z.string() }))
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['a'] }),
    z
      .array(z.object({ a: z.string(), b: z.string() }))
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['b'] }),
    ['warning spec.f has x-kubernetes-list-map-keys ["b"] (it was ["a"])'],
  ],
  [
    'what lies deep',
    z.array(z.object({ a: z.record(z.string(), z.object({ b: z.string(), c: z.int() })) })),
    z.array(z.object({ a: z.record(z.string(), z.object({ b: z.string().max(3) })) })),
    ['warning spec.f[].a.*.b has maxLength 3 (it had none)', 'error spec.f[].a.*.c is removed'],
  ],
  [
    'listed keys instead of any',
    z.record(z.string(), z.string()),
    z.object({ a: z.string().optional() }),
    ['error spec.f takes the keys only that it lists'],
  ],
  ['any keys instead of listed ones', z.object({ a: z.string() }), z.record(z.string(), z.string()), []],
  [
    'unknown keys',
    z.looseObject({ a: z.string() }),
    z.object({ a: z.string() }),
    ['error spec.f takes no unknown keys any more'],
  ],
  ['a removed key of a loose object', z.object({ a: z.string() }), z.looseObject({}), []],
  [
    'a whole resource',
    z.looseObject({}),
    z.looseObject({}).meta({ 'x-kubernetes-embedded-resource': true }),
    ['warning spec.f is a whole resource now'],
  ],
  [
    'a form less',
    z.discriminatedUnion('t', [git, oci]),
    z.discriminatedUnion('t', [git]),
    [
      'warning spec.f.t does not take "oci" any more',
      'error spec.f.image is removed',
      'error spec.f.tag is removed',
      'warning spec.f.url is required now',
    ],
  ],
  [
    'a form that asks for more',
    z.discriminatedUnion('t', [git, oci]),
    z.discriminatedUnion('t', [git, oci.required()]),
    ['warning spec.f.tag is required now where t is "oci"'],
  ],
  [
    'a form that is strict',
    z.discriminatedUnion('t', [git, oci]),
    z.discriminatedUnion('t', [git.strict(), oci]),
    ['warning spec.f.image is refused now where t is "git"', 'warning spec.f.tag is refused now where t is "git"'],
  ],
  [
    'forms at all',
    z.object({ t: z.string(), url: z.string().optional(), image: z.string().optional(), tag: z.string().optional() }),
    z.discriminatedUnion('t', [git, oci]),
    ['warning spec.f.t takes listed values only', 'warning spec.f has one of several forms now'],
  ],
  ['nothing', z.object({ a: z.string().describe('One.') }), z.object({ a: z.string().describe('Another.') }), []],
];

describe('what a change of a schema does to stored resources', () => {
  for (const [name, before, after, expected] of CASES)
    it(`by ${name}`, () => {
      assert.deepEqual(
        found(before, after).filter((line) => !line.startsWith('note spec ')),
        expected,
      );
    });

  it('has a remedy for each, and says one sentence that goes on from the path', () => {
    for (const [, before, after] of CASES)
      for (const { message, remedy } of crdChanges(crd(before ? { f: before } : {}), crd(after ? { f: after } : {}))) {
        assert.match(message, /^[a-z].*\.$/);
        assert.match(remedy, /^[A-Z].*\.$/);
      }
  });

  it('by the names, the scope and the versions of the definition', () => {
    const changes = (names: Partial<CrdNames>, before: object = crd({}, { shortNames: ['th', 'x'] })) =>
      crdChanges(before, crd({}, names)).map(({ severity, path }) => `${severity} ${path}`);
    assert.deepEqual(changes({ plural: 'stuff' }), ['error names.plural']);
    assert.deepEqual(changes({ group: 'b.io' }), ['error names.plural']);
    assert.deepEqual(changes({ scope: 'Cluster', kind: 'Item', shortNames: ['th'] }), [
      'error scope',
      'error names.kind',
      'error names.listKind',
      'note names.shortNames',
    ]);
    assert.deepEqual(changes({ version: 'v2', shortNames: ['th', 'x'] }), ['error version']);
    const stored = { ...crd({}), status: { storedVersions: ['v1alpha1', 'v1'] } };
    assert.deepEqual(changes({}, stored), ['error version']);
    const [only] = crd({}).spec.versions;
    const { spec } = crd({});
    const served = { ...crd({}), spec: { ...spec, versions: [{ ...only, name: 'v0', storage: false }, only] } };
    assert.deepEqual(changes({}, served), ['warning version']);
  });
});
