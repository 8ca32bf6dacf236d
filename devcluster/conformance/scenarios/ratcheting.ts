import type { Scenario, Step } from '../scenario.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const GROUP = 'ratchets.conformance.example.com';
const TOOLS = `/apis/${GROUP}/v1/namespaces/{{ns}}/tools`;
const MERGE = { 'content-type': 'application/merge-patch+json' };
const APPLY = { 'content-type': 'application/apply-patch+yaml' };

const text = { type: 'string' };
const integer = { type: 'integer' };
const object = (properties: object, more: object = {}): object => ({ type: 'object', properties, ...more });
const rules = (...list: object[]): object => ({ 'x-kubernetes-validations': list });

/** The same fields, with and without what is asked of them. */
const spec = (strict: boolean): object => {
  const when = (more: object): object => (strict ? more : {});
  const items = object(
    {
      name: text,
      v: { ...integer, ...when({ maximum: 10 }) },
      w: { ...text, ...when(rules({ rule: "self != 'bad'" })) },
    },
    { required: ['name'], ...when(rules({ rule: '!has(self.v) || self.v != 7', message: 'not seven' })) },
  );
  return object(
    {
      s: { ...text, ...when({ pattern: '^[a-z]+$' }) },
      n: { ...integer, ...when({ minimum: 0 }) },
      choice: { ...text, ...when({ enum: ['a', 'b'] }) },
      other: text,
      ruled: { ...text, ...when(rules({ rule: "self.startsWith('x')", message: 'starts with x' })) },
      list: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        maxItems: 20,
        items,
      },
      plain: {
        type: 'array',
        maxItems: 20,
        items: { ...text, maxLength: 20, ...when({ pattern: '^[a-z]+$', ...rules({ rule: "self != 'bad'" }) }) },
      },
      set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { ...text, ...when({ pattern: '^[a-z]+$' }) } },
      few: { type: 'array', items: text, ...when({ maxItems: 2 }) },
      map: {
        type: 'object',
        maxProperties: 10,
        additionalProperties: { ...integer, ...when({ maximum: 5, ...rules({ rule: 'self != 4' }) }) },
      },
      nested: object(
        { a: { ...text, ...when({ minLength: 3 }) }, b: text },
        when({ required: ['a'], ...rules({ rule: "!has(self.b) || self.b != 'bad'", message: 'b is bad' }) }),
      ),
      either: {
        'x-kubernetes-int-or-string': true,
        ...when({ anyOf: [{ type: 'integer' }, { type: 'string' }], ...rules({ rule: 'self == 1' }) }),
      },
      all: { ...text, ...when({ allOf: [{ maxLength: 3 }] }) },
      once: { ...text, ...when(rules({ rule: "self == oldSelf || oldSelf == ''", message: 'set once' })) },
    },
    when(rules({ rule: "!has(self.other) || self.other != 'never'", message: 'never' })),
  );
};

const version = (strict: boolean): object => ({
  name: 'v1',
  served: true,
  storage: true,
  subresources: { status: {} },
  schema: {
    openAPIV3Schema: object({
      spec: spec(strict),
      status: object({ m: { ...integer, ...(strict && { maximum: 3 }) }, k: text }),
    }),
  },
});
const crd = {
  metadata: { name: `tools.${GROUP}` },
  spec: { group: GROUP, scope: 'Namespaced', names: { kind: 'Tool', plural: 'tools' }, versions: [version(false)] },
};
const tool = (name: string, of: object): object => ({
  apiVersion: `${GROUP}/v1`,
  kind: 'Tool',
  metadata: { name },
  spec: of,
});
const WRONG = {
  s: 'UPPER',
  n: -1,
  choice: 'z',
  other: 'o',
  ruled: 'no',
  list: [
    { name: 'one', v: 99, w: 'bad' },
    { name: 'two', v: 7 },
  ],
  plain: ['Bad', 'bad'],
  set: ['A', 'B'],
  few: ['1', '2', '3'],
  map: { x: 9, y: 4 },
  nested: { a: 'q', b: 'bad' },
  either: 2,
  all: 'long',
  once: 'o',
};
const change = (name: string, of: object): Step => ({
  name,
  method: 'PATCH',
  path: `${TOOLS}/wrong`,
  headers: MERGE,
  query: { dryRun: 'All' },
  body: { spec: of },
  only: ['spec', 'reason', 'message', 'details', 'code'],
});
const status = (name: string, of: object): Step => ({
  ...change(name, {}),
  path: `${TOOLS}/wrong/status`,
  body: { status: of },
  only: ['status', 'reason', 'message', 'details', 'code'],
});

const STEPS: readonly Step[] = [
  { name: 'lax', method: 'POST', path: CRDS, body: crd, setup: true },
  { name: 'served', path: TOOLS, untilCode: 200, setup: true },
  { name: 'make', method: 'POST', path: TOOLS, body: tool('wrong', WRONG), setup: true },
  {
    name: 'its status',
    method: 'PATCH',
    path: `${TOOLS}/wrong/status`,
    headers: MERGE,
    body: { status: { m: 9, k: 'k' } },
    setup: true,
  },
  {
    name: 'strict',
    method: 'PATCH',
    path: `${CRDS}/tools.${GROUP}`,
    headers: MERGE,
    body: { spec: { versions: [version(true)] } },
    setup: true,
  },
  {
    name: 'is strict',
    method: 'POST',
    path: TOOLS,
    query: { dryRun: 'All' },
    body: tool('probe', { s: 'UPPER' }),
    untilCode: 422,
    setup: true,
  },
  { name: 'new, all wrong', method: 'POST', path: TOOLS, body: tool('fresh', WRONG) },
  {
    name: 'new, wrong by rules',
    method: 'POST',
    path: TOOLS,
    body: tool('fresh', { ruled: 'no', map: { y: 4 }, nested: { a: 'abc', b: 'bad' }, plain: ['bad'] }),
  },
  change('nothing', {}),
  change('another field', { other: 'p' }),
  change('another field, wrongly', { other: 'never' }),
  change('a text, wrongly again', { s: 'OTHER' }),
  change('a text, made good', { s: 'good' }),
  change('a number', { n: -2 }),
  change('a choice', { choice: 'y' }),
  change('a ruled text', { ruled: 'nope' }),
  change('an item of a map list', {
    list: [
      { name: 'one', v: 98, w: 'bad' },
      { name: 'two', v: 7 },
    ],
  }),
  change('another item of a map list', {
    list: [
      { name: 'one', v: 99, w: 'bad' },
      { name: 'two', v: 8 },
    ],
  }),
  change('a member of an item', {
    list: [
      { name: 'one', v: 1, w: 'bad' },
      { name: 'two', v: 7 },
    ],
  }),
  change('order of a map list', {
    list: [
      { name: 'two', v: 7 },
      { name: 'one', v: 99, w: 'bad' },
    ],
  }),
  change('one more in a map list', {
    list: [
      { name: 'three', v: 7 },
      { name: 'one', v: 99, w: 'bad' },
      { name: 'two', v: 7 },
    ],
  }),
  change('one less in a map list', { list: [{ name: 'two', v: 7 }] }),
  change('one more in a plain list', { plain: ['Bad', 'bad', 'good'] }),
  change('one more in a set', { set: ['A', 'B', 'c'] }),
  change('order of a set', { set: ['B', 'A'] }),
  change('still too many', { few: ['1', '2', '4'] }),
  change('one of too many', { few: ['1', '2', '3', '4'] }),
  change('a member of a map', { map: { x: 8 } }),
  change('another member of a map', { map: { z: 1 } }),
  change('a member of a map, by a rule', { map: { y: 4, z: 4 } }),
  change('inside of an object', { nested: { b: 'fine' } }),
  change('inside of an object, wrongly', { nested: { a: 'r' } }),
  change('what is required goes', { nested: { a: null } }),
  change('either', { either: 3 }),
  change('all of', { all: 'longer' }),
  change('set once', { once: 'p' }),
  {
    name: 'metadata',
    ignore: ['metadata.managedFields'],
    method: 'PATCH',
    path: `${TOOLS}/wrong`,
    headers: MERGE,
    body: { metadata: { labels: { a: 'b' } } },
  },
  {
    name: 'applied',
    method: 'PATCH',
    path: `${TOOLS}/wrong`,
    headers: APPLY,
    query: { fieldManager: 'm' },
    body: tool('wrong', { other: 'q' }),
  },
  {
    name: 'applied, wrongly',
    method: 'PATCH',
    path: `${TOOLS}/wrong`,
    headers: APPLY,
    query: { fieldManager: 'm', force: 'true' },
    body: tool('wrong', { other: 'q', s: 'NO' }),
  },
  status('status, another field', { k: 'l' }),
  status('status, wrongly', { m: 8 }),
  {
    name: 'put as it was',
    ignore: ['metadata.managedFields'],
    method: 'PUT',
    path: `${TOOLS}/wrong`,
    body: {
      ...tool('wrong', WRONG),
      metadata: { name: 'wrong', resourceVersion: '{{metadata:metadata.resourceVersion}}' },
    },
  },
];

/** A schema becomes stricter: what was wrong before may stay as it is. */
export const ratcheting: Scenario = {
  name: 'ratcheting',
  cleanup: [`${CRDS}/tools.${GROUP}`],
  steps: STEPS.map((step) => Object.assign({}, step, { unorderedWarnings: true })),
};
