import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, it } from 'mocha';
import * as z from 'zod';
import { Conversion } from './convert.ts';
import { REFUSALS } from './errors.ts';
import { DEFAULTS, FIELDS } from './fields.fixture.test.ts';
import { intOrString, labelSelector } from './kubernetes-schemas.ts';
import type { StructuralSchema } from './structural.ts';

function convert(schema: unknown): { converted: StructuralSchema | undefined; problems: Conversion['problems'] } {
  const conversion = new Conversion();
  return { converted: conversion.convert(schema, 'spec'), problems: conversion.problems };
}

/** What JavaScript can tell apart of a server's integers. */
const SAFE = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };

/** The keywords of CRDs as ajv has them. Formats are the server's business where the two differ. */
function ajv(): Ajv {
  const judge = new Ajv({ strict: false, validateFormats: true });
  addFormats.default(judge, ['email', 'uri', 'uuid', 'ipv4', 'ipv6', 'hostname', 'date', 'date-time']);
  judge.addFormat('byte', /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/);
  judge.addFormat('int32', { type: 'number', validate: (value) => Math.abs(value) < 2 ** 31 });
  for (const name of ['cidr', 'duration', 'int64', 'float', 'double']) judge.addFormat(name, true);
  judge.addKeyword({
    keyword: 'x-kubernetes-int-or-string',
    validate: (_schema: unknown, value: unknown) =>
      typeof value === 'string' || Number.isInteger(value) || value === null,
  });
  return judge;
}

/** As draft-07: bounds of OpenAPI 3.0 are flags, and `nullable` stands without a type where anything goes. */
function draft07(schema: StructuralSchema): object {
  const {
    nullable,
    minimum,
    exclusiveMinimum,
    maximum,
    exclusiveMaximum,
    properties,
    items,
    additionalProperties,
    ...rest
  } = schema;
  return {
    ...rest,
    ...(nullable && rest.type && { nullable }),
    ...(minimum !== undefined && { [exclusiveMinimum ? 'exclusiveMinimum' : 'minimum']: minimum }),
    ...(maximum !== undefined && { [exclusiveMaximum ? 'exclusiveMaximum' : 'maximum']: maximum }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([key, each]) => [key, draft07(each)])),
    }),
    ...(items && { items: draft07(items) }),
    ...(additionalProperties && { additionalProperties: draft07(additionalProperties) }),
  };
}

describe('a zod schema as a structural schema', () => {
  for (const [name, { schema, valid, invalid }] of Object.entries(FIELDS)) {
    it(`takes what zod takes: ${name}`, () => {
      const { converted, problems } = convert(schema);
      assert.deepEqual(problems, []);
      assert.ok(converted);
      const judge = ajv().compile(draft07(converted));
      for (const value of [...valid, ...invalid]) {
        const expected = valid.includes(value);
        assert.equal(z.safeParse(schema, value).success, expected, `zod on ${JSON.stringify(value)}`);
        // Rules, Go's types and the removal of unknown keys are for the server alone.
        if (['rule', 'strictObject'].includes(name)) continue;
        assert.equal(judge(value), expected, `ajv on ${JSON.stringify(value)}: ${JSON.stringify(judge.errors)}`);
      }
    });
  }

  it('keeps defaults, which make a key optional', () => {
    const schema = z.object(Object.fromEntries(Object.entries(DEFAULTS).map(([name, field]) => [name, field.schema])));
    const { converted, problems } = convert(schema);
    assert.deepEqual(problems, []);
    assert.equal(converted?.required, undefined);
    assert.equal(converted?.properties?.['text']?.default, 'x');
    assert.deepEqual(converted?.properties?.['nested'], {
      type: 'object',
      default: {},
      properties: {
        a: {
          type: 'object',
          default: {},
          properties: { b: { type: 'integer', format: 'int64', ...SAFE, default: 3 } },
        },
      },
    });
  });

  it('keeps descriptions, examples and extensions, and leaves other tools’ notes behind', () => {
    const { converted } = convert(
      z.object({
        described: z.string().describe('About.').min(1),
        annotated: z
          .string()
          .meta({ title: 'T', description: 'D', examples: ['e', 'f'], deprecated: true, id: 'x', mine: 1 })
          .optional(),
        outside: z.array(z.string()).optional().meta({ 'x-kubernetes-list-type': 'set', description: 'Outer.' }),
      }),
    );
    assert.deepEqual(converted?.properties, {
      described: { description: 'About.', type: 'string', minLength: 1 },
      annotated: { title: 'T', description: 'D', type: 'string', example: 'e' },
      outside: { description: 'Outer.', type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
    });
  });

  it('takes keys with the names of members that all objects have', () => {
    const { converted, problems } = convert(
      z.object({
        either: z.discriminatedUnion('t', [
          z.strictObject({ t: z.literal('a'), constructor: z.string() }),
          z.strictObject({ t: z.literal('b') }),
        ]),
        both: z.intersection(z.object({ a: z.string() }), z.object({ valueOf: z.string() })),
      }),
    );
    assert.deepEqual(problems, []);
    const { either, both } = converted?.properties ?? {};
    assert.deepEqual(Object.keys(either?.properties ?? {}), ['t', 'constructor']);
    assert.deepEqual(
      either?.oneOf?.map(({ not }) => not),
      [undefined, { anyOf: [{ required: ['constructor'] }] }],
    );
    assert.deepEqual(Object.keys(both?.properties ?? {}), ['a', 'valueOf']);
    assert.deepEqual(
      convert(
        z.discriminatedUnion('t', [
          z.object({ t: z.literal('a'), constructor: z.string().default('x') }),
          z.object({ t: z.literal('b') }),
        ]),
      ).problems.map(({ code }) => code),
      ['ERR_AP_SCHEMA_UNION_DEFAULT'],
    );
  });

  it('writes shared schemas out wherever they are used', () => {
    const shared = z.object({ a: z.string() }).meta({ id: 'Shared' });
    const { converted, problems } = convert(z.object({ one: shared, two: z.array(shared) }));
    assert.deepEqual(problems, []);
    assert.deepEqual(converted?.properties?.['two']?.items, converted?.properties?.['one']);
  });

  it('names the field, however deep it lies, and reports all at once', () => {
    const { converted, problems } = convert(
      z.object({
        a: z.array(z.object({ b: z.date() })),
        c: z.record(z.string(), z.bigint()),
        d: z.object({ e: z.set(z.string()) }).optional(),
      }),
    );
    assert.ok(converted);
    assert.deepEqual(
      problems.map(({ path }) => path),
      ['spec.a[].b', 'spec.c.*', 'spec.d.e'],
    );
  });

  interface Tree {
    readonly children: readonly Tree[];
  }
  const tree: z.ZodType<Tree> = z.object({ children: z.array(z.lazy(() => tree)) });
  const node = z.object({
    get next() {
      return node.optional();
    },
  });
  let ticks = 0;

  const REFUSED: readonly (readonly [code: string, name: string, schema: unknown])[] = [
    ['ERR_AP_SCHEMA_NOT_ZOD', 'a plain object', { type: 'string' }],
    ['ERR_AP_SCHEMA_NOT_ZOD', 'null', null],
    ['ERR_AP_SCHEMA_TYPE', 'date', z.date()],
    ['ERR_AP_SCHEMA_TYPE', 'bigint', z.bigint()],
    ['ERR_AP_SCHEMA_TYPE', 'bigint literal', z.literal(1n)],
    ['ERR_AP_SCHEMA_TYPE', 'undefined literal', z.literal(undefined)],
    ['ERR_AP_SCHEMA_TYPE', 'map', z.map(z.string(), z.string())],
    ['ERR_AP_SCHEMA_TYPE', 'set', z.set(z.string())],
    ['ERR_AP_SCHEMA_TYPE', 'null alone', z.null()],
    ['ERR_AP_SCHEMA_TYPE', 'null literal alone', z.literal(null)],
    ['ERR_AP_SCHEMA_TYPE', 'undefined', z.undefined()],
    ['ERR_AP_SCHEMA_TYPE', 'void', z.void()],
    ['ERR_AP_SCHEMA_TYPE', 'nan', z.nan()],
    ['ERR_AP_SCHEMA_TYPE', 'symbol', z.symbol()],
    ['ERR_AP_SCHEMA_TYPE', 'function', z.function()],
    ['ERR_AP_SCHEMA_TYPE', 'promise', z.promise(z.string())],
    ['ERR_AP_SCHEMA_TYPE', 'file', z.file()],
    ['ERR_AP_SCHEMA_TYPE', 'custom', z.custom((value) => value === 1)],
    ['ERR_AP_SCHEMA_TYPE', 'instanceof', z.instanceof(Date)],
    ['ERR_AP_SCHEMA_NO_VALUES', 'never', z.never()],
    ['ERR_AP_SCHEMA_NO_VALUES', 'an empty enum', z.enum([])],
    ['ERR_AP_SCHEMA_UNION', 'text or boolean', z.union([z.string(), z.boolean()])],
    ['ERR_AP_SCHEMA_UNION', 'text or fraction', z.union([z.string(), z.number()])],
    [
      'ERR_AP_SCHEMA_UNION',
      'objects without discriminator',
      z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]),
    ],
    ['ERR_AP_SCHEMA_UNION', 'a union of three', z.union([z.int(), z.string(), z.boolean()])],
    [
      'ERR_AP_SCHEMA_UNION',
      'a discriminated union with a loose object',
      z.discriminatedUnion('t', [z.looseObject({ t: z.literal('a') }), z.object({ t: z.literal('b') })]),
    ],
    [
      'ERR_AP_SCHEMA_UNION_KEY',
      'a key of two types',
      z.discriminatedUnion('t', [
        z.object({ t: z.literal('a'), x: z.int() }),
        z.object({ t: z.literal('b'), x: z.string() }),
      ]),
    ],
    [
      'ERR_AP_SCHEMA_UNION_DEFAULT',
      'a default in one of the objects',
      z.discriminatedUnion('t', [
        z.object({ t: z.literal('a'), x: z.int().default(1) }),
        z.object({ t: z.literal('b') }),
      ]),
    ],
    ['ERR_AP_SCHEMA_TYPE', 'a literal that JSON cannot hold', z.literal([1, Infinity])],
    ['ERR_AP_SCHEMA_NO_VALUES', 'multiples of 0', z.number().multipleOf(0)],
    ['ERR_AP_SCHEMA_MULTIPLE_OF', 'multiples of a fraction', z.number().multipleOf(0.5)],
    ['ERR_AP_SCHEMA_LITERALS', 'literals of two types', z.literal(['a', 1])],
    ['ERR_AP_SCHEMA_LITERALS', 'a union of them', z.union([z.literal('a'), z.literal(true)])],
    ['ERR_AP_SCHEMA_TUPLE', 'tuple', z.tuple([z.string(), z.int()])],
    ['ERR_AP_SCHEMA_CATCHALL', 'catchall', z.object({ a: z.string() }).catchall(z.int())],
    ['ERR_AP_SCHEMA_RECORD_KEY', 'keys with a pattern', z.record(z.string().regex(/^a/), z.int())],
    ['ERR_AP_SCHEMA_RECORD_KEY', 'number keys', z.record(z.number(), z.int())],
    ['ERR_AP_SCHEMA_RECORD_KEY', 'loose records', z.looseRecord(z.string(), z.int())],
    ['ERR_AP_SCHEMA_RECURSION', 'lazy recursion', tree],
    ['ERR_AP_SCHEMA_RECURSION', 'recursion by getter', node],
    ['ERR_AP_SCHEMA_RECURSION', 'z.json()', z.json()],
    ['ERR_AP_SCHEMA_REFINEMENT', 'refine', z.string().refine((value) => value !== 'x')],
    ['ERR_AP_SCHEMA_REFINEMENT', 'superRefine', z.object({ a: z.int() }).superRefine(() => undefined)],
    ['ERR_AP_SCHEMA_REFINEMENT', 'check', z.array(z.int()).check(() => undefined)],
    ['ERR_AP_SCHEMA_TRANSFORM', 'transform', z.string().transform((value) => value.length)],
    ['ERR_AP_SCHEMA_TRANSFORM', 'preprocess', z.preprocess((value) => value, z.string())],
    ['ERR_AP_SCHEMA_TRANSFORM', 'pipe', z.string().pipe(z.email())],
    ['ERR_AP_SCHEMA_TRANSFORM', 'codec', z.stringbool()],
    ['ERR_AP_SCHEMA_TRANSFORM', 'catch', z.string().catch('x')],
    ['ERR_AP_SCHEMA_TRANSFORM', 'coerce', z.coerce.number()],
    ['ERR_AP_SCHEMA_TRANSFORM', 'trim', z.string().trim()],
    ['ERR_AP_SCHEMA_TRANSFORM', 'toLowerCase', z.string().toLowerCase()],
    ['ERR_AP_SCHEMA_CHECK', 'an unknown check', z.array(z.string()).check(z.property('length', z.int()))],
    ['ERR_AP_SCHEMA_PATTERN', 'look-ahead', z.string().regex(/^(?!a)/)],
    ['ERR_AP_SCHEMA_PATTERN', 'template with one', z.templateLiteral(['a', z.string().regex(/^(?!a).$/)])],
    ['ERR_AP_SCHEMA_FORMAT', 'emoji', z.emoji()],
    ['ERR_AP_SCHEMA_FORMAT', 'jwt', z.jwt()],
    ['ERR_AP_SCHEMA_FORMAT', 'ISO duration', z.iso.duration()],
    ['ERR_AP_SCHEMA_FORMAT', 'http URL', z.httpUrl()],
    ['ERR_AP_SCHEMA_FORMAT', 'credit cards, whose digits sum up', z.creditCard()],
    ['ERR_AP_SCHEMA_FORMAT', 'IBANs, whose digits sum up', z.iban()],
    ['ERR_AP_SCHEMA_FORMAT', 'a format by a function', z.stringFormat('email', (text) => text.length === 3)],
    ['ERR_AP_SCHEMA_FORMAT', 'a format that the server lacks', z.string().meta({ format: 'semver' })],
    ['ERR_AP_SCHEMA_FORMAT', 'a text format on a number', z.int().meta({ format: 'duration' })],
    ['ERR_AP_SCHEMA_DEFAULT', 'a default out of bounds', z.int().min(3).default(1)],
    ['ERR_AP_SCHEMA_DEFAULT', 'a default that is no JSON', z.unknown().default(new Date(0))],
    ['ERR_AP_SCHEMA_DEFAULT', 'a default of null', z.string().nullable().default(null)],
    [
      'ERR_AP_SCHEMA_DEFAULT',
      'a default that lacks inner ones',
      z.object({ a: z.object({ b: z.string().default('x').optional() }) }).default({ a: {} }),
    ],
    [
      'ERR_AP_SCHEMA_DEFAULT',
      'a default with unknown keys',
      z.object({ a: z.object({ b: z.int() }).optional() }).default({ a: Object.assign({ b: 1 }, { c: 2 }) }),
    ],
    ['ERR_AP_SCHEMA_DEFAULT_VARIES', 'a default that differs each time', z.int().default(() => ticks++)],
    ['ERR_AP_SCHEMA_INTERSECTION', 'texts', z.intersection(z.string().min(1), z.string().max(2))],
    [
      'ERR_AP_SCHEMA_INTERSECTION',
      'a key with two types',
      z.intersection(z.object({ a: z.string() }), z.object({ a: z.int() })),
    ],
    ['ERR_AP_SCHEMA_META', 'a keyword of zod’s own', z.string().meta({ pattern: '^a' })],
    ['ERR_AP_SCHEMA_META', 'a default by meta', z.string().meta({ default: 'a' })],
    ['ERR_AP_SCHEMA_EXTENSION_UNKNOWN', 'an unknown extension', z.string().meta({ 'x-kubernetes-list': 'set' })],
    ['ERR_AP_SCHEMA_EXTENSION', 'a list type on a text', z.string().meta({ 'x-kubernetes-list-type': 'set' })],
    ['ERR_AP_SCHEMA_EXTENSION', 'an unknown list type', z.array(z.string()).meta({ 'x-kubernetes-list-type': 'bag' })],
    ['ERR_AP_SCHEMA_EXTENSION', 'a map of texts', z.array(z.string()).meta({ 'x-kubernetes-list-type': 'map' })],
    [
      'ERR_AP_SCHEMA_EXTENSION',
      'a map without keys',
      z.array(z.object({ a: z.string() })).meta({ 'x-kubernetes-list-type': 'map' }),
    ],
    [
      'ERR_AP_SCHEMA_EXTENSION',
      'a map by a key that may be absent',
      z
        .array(z.object({ a: z.string().optional() }))
        .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['a'] }),
    ],
    [
      'ERR_AP_SCHEMA_EXTENSION',
      'a map by a key that is not there',
      z
        .array(z.object({ a: z.string() }))
        .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['b'] }),
    ],
    [
      'ERR_AP_SCHEMA_EXTENSION',
      'a map by an object',
      z
        .array(z.object({ a: z.object({}) }))
        .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['a'] }),
    ],
    [
      'ERR_AP_SCHEMA_EXTENSION',
      'map keys without a map',
      z.array(z.object({ a: z.string() })).meta({ 'x-kubernetes-list-map-keys': ['a'] }),
    ],
    [
      'ERR_AP_SCHEMA_EXTENSION',
      'a set of granular objects',
      z.array(z.object({ a: z.string() })).meta({ 'x-kubernetes-list-type': 'set' }),
    ],
    [
      'ERR_AP_SCHEMA_EXTENSION',
      'a map type on a list',
      z.array(z.string()).meta({ 'x-kubernetes-map-type': 'atomic' }),
    ],
    ['ERR_AP_SCHEMA_EXTENSION', 'a rule that is a text', z.string().meta({ 'x-kubernetes-validations': 'self != ""' })],
    [
      'ERR_AP_SCHEMA_EXTENSION',
      'a rule without a rule',
      z.string().meta({ 'x-kubernetes-validations': [{ message: 'x' }] }),
    ],
    [
      'ERR_AP_SCHEMA_EXTENSION',
      'a rule with an unknown key',
      z.string().meta({ 'x-kubernetes-validations': [{ rule: 'true', text: 'x' }] }),
    ],
    [
      'ERR_AP_SCHEMA_EXTENSION',
      'a message of two lines',
      z.string().meta({ 'x-kubernetes-validations': [{ rule: 'true', message: 'a\nb' }] }),
    ],
    [
      'ERR_AP_SCHEMA_EXTENSION',
      'an unknown reason',
      z.string().meta({ 'x-kubernetes-validations': [{ rule: 'true', reason: 'Wrong' }] }),
    ],
    ['ERR_AP_SCHEMA_EXTENSION', 'int-or-string on a text', z.string().meta({ 'x-kubernetes-int-or-string': true })],
    [
      'ERR_AP_SCHEMA_EXTENSION',
      'free keys of a text',
      z.string().meta({ 'x-kubernetes-preserve-unknown-fields': true }),
    ],
    ['ERR_AP_SCHEMA_EXTENSION', 'an embedded text', z.string().meta({ 'x-kubernetes-embedded-resource': true })],
    [
      'ERR_AP_SCHEMA_EXTENSION',
      'an embedded empty object',
      z.object({}).meta({ 'x-kubernetes-embedded-resource': true }),
    ],
  ];

  for (const [code, name, schema] of REFUSED) {
    it(`refuses ${name}: ${code}`, () => {
      const { problems } = convert(schema);
      assert.ok(problems[0], 'nothing was refused');
      assert.deepEqual(new Set(problems.map((problem) => problem.code)), new Set([code]));
      assert.match(problems[0].message, /^[A-Z`].*\.$/);
      assert.match(problems[0].remedy, /^[A-Z`].*\.$/);
    });
  }

  it('has a case for each code', () => {
    const tried = new Set(REFUSED.map(([code]) => code));
    const codes = Object.values(REFUSALS).map((refusal) => refusal('x', 'y').code);
    // These are about the objects around the fields: see crd.test.ts.
    const elsewhere = new Set([
      'ERR_AP_SCHEMA_NOT_OBJECT',
      'ERR_AP_SCHEMA_STATUS_DEFAULT',
      'ERR_AP_SCHEMA_STATUS_RESERVED',
    ]);
    assert.deepEqual(
      codes.filter((code) => !tried.has(code) && !elsewhere.has(code)),
      [],
    );
  });

  it('puts the values of a nullable enum where the server does not hold null against them', () => {
    const { converted } = convert(z.enum(['a', 'b']).nullable());
    assert.deepEqual(converted, { type: 'string', nullable: true, allOf: [{ enum: ['a', 'b', null] }] });
  });

  it('lets a refinement stay where a rule says the same', () => {
    const rule = { rule: "self != 'x'" };
    const { problems } = convert(
      z
        .string()
        .refine((value) => value !== 'x')
        .meta({ 'x-kubernetes-validations': [rule] }),
    );
    assert.deepEqual(problems, []);
  });

  it('has the ready-made schemas as Kubernetes has them', () => {
    assert.deepEqual(convert(intOrString()).converted, { 'x-kubernetes-int-or-string': true, ...SAFE });
    const selector = convert(labelSelector()).converted;
    assert.equal(selector?.['x-kubernetes-map-type'], 'atomic');
    assert.deepEqual(selector?.properties?.['matchExpressions']?.items?.required, ['key', 'operator']);
  });
});
