/** CEL expressions, and the values that they judge as rules of a custom resource. */
import { validateDefinition } from '../../devcluster/kinds/rules/validate-definitions.ts';
import { isObject, listAt, valueAt, type JsonObject } from '../../devcluster/schema/json.ts';
import { isSchema } from '../../devcluster/schema/schema.ts';
import { validateSchema } from '../../devcluster/schema/validate.ts';
import { EXPRESSIONS } from './corpus-expressions.ts';

const text = { type: 'string', maxLength: 40 };
const integer = { type: 'integer' };

/** What `self` is. */
const SELF: JsonObject = {
  type: 'object',
  properties: {
    s: text,
    t: text,
    n: integer,
    m: integer,
    d: { type: 'number' },
    e: { type: 'number' },
    b: { type: 'boolean' },
    l: { type: 'array', maxItems: 10, items: text },
    il: { type: 'array', maxItems: 10, items: integer },
    ll: { type: 'array', maxItems: 5, items: { type: 'array', maxItems: 5, items: integer } },
    set: { type: 'array', maxItems: 10, 'x-kubernetes-list-type': 'set', items: text },
    list: {
      type: 'array',
      maxItems: 10,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: { type: 'object', required: ['name'], properties: { name: text, v: integer } },
    },
    im: { type: 'object', maxProperties: 10, additionalProperties: integer },
    sm: { type: 'object', maxProperties: 10, additionalProperties: text },
    o: { type: 'object', properties: { x: integer, y: text } },
    p: { type: 'object', properties: { x: integer, y: text } },
    ios: { 'x-kubernetes-int-or-string': true, maxLength: 40 },
    date: { type: 'string', format: 'date' },
    time: { type: 'string', format: 'date-time' },
    dur: { type: 'string', format: 'duration' },
    bin: { type: 'string', format: 'byte', maxLength: 40 },
    ns: { type: 'string', nullable: true, maxLength: 40 },
    nl: { type: 'array', nullable: true, maxItems: 10, items: { type: 'string', nullable: true, maxLength: 40 } },
    en: { type: 'string', enum: ['Red', 'Green'] },
    'x-y': text,
    'a.b': text,
    'a/b': text,
    __u: text,
    namespace: text,
    int: integer,
    '1x': text,
    pu: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { k: text } },
    any: { 'x-kubernetes-preserve-unknown-fields': true },
    emb: {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
    },
  },
};

export const VALUES: readonly JsonObject[] = [
  {
    s: 'hello',
    t: 'world',
    n: 5,
    m: 3,
    d: 1.5,
    e: 2,
    b: true,
    l: ['a', 'b', 'c'],
    il: [3, 1, 2],
    ll: [[1, 2], [3]],
    set: ['x', 'y'],
    list: [
      { name: 'one', v: 1 },
      { name: 'two', v: 2 },
    ],
    im: { a: 1, b: 2 },
    sm: { k: 'v' },
    o: { x: 1, y: 'yes' },
    p: { x: 1, y: 'yes' },
    ios: 5,
    date: '2024-02-29',
    time: '2024-02-29T12:30:45.123Z',
    dur: '1h30m',
    bin: 'aGVsbG8=',
    ns: null,
    nl: ['a', null],
    en: 'Red',
    'x-y': 'dash',
    'a.b': 'dot',
    'a/b': 'slash',
    __u: 'under',
    namespace: 'ns',
    int: 7,
    '1x': 'digit',
    pu: { k: 'known', other: [1, 2] },
    any: { free: true },
    emb: { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'thing' }, spec: { a: 1 } },
  },
  {
    s: '',
    t: 'Ünïcödé ✓',
    n: -9,
    m: 0,
    d: -0.25,
    e: 1e21,
    b: false,
    l: [],
    il: [],
    ll: [],
    set: ['y', 'x'],
    list: [],
    im: {},
    sm: {},
    o: {},
    ios: '50%',
    date: '1969-12-31',
    time: '1999-12-31T23:59:59+02:00',
    dur: '0s',
    bin: 'aGk=',
    ns: 'text',
    en: 'Green',
    int: 0,
  },
  {},
];

/** A definition with a rule in each of several places, which are alike. */
export function definitionOf(expressions: readonly string[], plural: string): JsonObject {
  const places = expressions.map((rule, index): [string, JsonObject] => [
    `c${index}`,
    { ...SELF, 'x-kubernetes-validations': [{ rule }] },
  ]);
  const spec = { type: 'object', properties: Object.fromEntries(places) };
  const names = {
    kind: plural.replace(/^./, (letter) => letter.toUpperCase()),
    plural,
    singular: plural,
    listKind: `${plural}list`,
  };
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.expressions.example.com` },
    spec: {
      group: 'expressions.example.com',
      scope: 'Namespaced',
      names,
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
}

/** What a server says of an expression: what is wrong with it, or, for each value, what it refuses. */
export interface Verdict {
  readonly expression: string;
  readonly problems: readonly string[];
  readonly results: readonly (readonly string[])[];
}

/** Texts without what is random in them. */
export function settled(problem: string): string {
  return problem.replaceAll(/selfType\d+/g, 'selfType');
}

/** The verdict of the embedded cluster. */
export function judgeHere(expression: string): Verdict {
  const definition = definitionOf([expression], 'ones');
  const problems = validateDefinition(definition, undefined, '').map(({ field, message }) =>
    settled(`${field}: ${message}`),
  );
  if (problems.length > 0) return { expression, problems, results: [] };
  const schema = valueAt(listAt(definition, 'spec', 'versions')[0], 'schema', 'openAPIV3Schema');
  if (!isSchema(schema)) throw new Error('no schema');
  const results = VALUES.map((value) =>
    validateSchema(schema, { spec: { c0: value } }).map(({ field, message }) => settled(`${field}: ${message}`)),
  );
  return { expression, problems, results };
}

export function isVerdict(value: unknown): value is Verdict {
  return isObject(value) && typeof value['expression'] === 'string' && Array.isArray(value['problems']);
}

export { EXPRESSIONS };
