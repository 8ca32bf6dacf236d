import type { Scenario, Step } from '../scenario.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const GROUP = 'rules.conformance.example.com';
const GADGETS = `/apis/${GROUP}/v1/namespaces/{{ns}}/gadgets`;
const MERGE = { 'content-type': 'application/merge-patch+json' };
const APPLY = { 'content-type': 'application/apply-patch+yaml' };

const text = { type: 'string', maxLength: 20 };
const integer = { type: 'integer' };
const ruled = (schema: object, ...rules: object[]): object => ({ ...schema, 'x-kubernetes-validations': rules });
const object = (properties: object): object => ({ type: 'object', properties });

const item = ruled(
  { type: 'object', required: ['name'], properties: { name: text, v: integer } },
  { rule: 'self.v >= oldSelf.v', message: 'v never falls' },
  { rule: 'self.v < 100' },
);

const spec = ruled(
  object({
    min: integer,
    max: integer,
    fixed: ruled(text, { rule: 'self == oldSelf', message: 'is fixed' }),
    count: ruled(integer, { rule: 'self >= oldSelf' }),
    color: ruled(
      text,
      { rule: "self != 'red'", reason: 'FieldValueForbidden', message: 'no red' },
      { rule: "self != 'blue'", reason: 'FieldValueDuplicate' },
      { rule: "self != 'none'", reason: 'FieldValueRequired', message: 'needs a color' },
      { rule: "self != 'odd'", reason: 'FieldValueInvalid' },
    ),
    told: ruled(
      text,
      { rule: "self != 'one'", message: 'plain', messageExpression: "'got ' + self" },
      { rule: "self != 'two'", message: 'fallback', messageExpression: "'x' + self.substring(9)" },
      { rule: "self != 'three'", message: 'other words', messageExpression: "self + '\\nlines'" },
      { rule: "self != 'four'", messageExpression: "'  '" },
    ),
    started: ruled(text, {
      rule: "oldSelf.hasValue() ? self != 'new' : self == 'new'",
      optionalOldSelf: true,
      message: 'starts as new',
    }),
    items: {
      type: 'array',
      maxItems: 10,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: item,
    },
    tags: ruled(
      { type: 'array', maxItems: 10, 'x-kubernetes-list-type': 'set', items: text },
      { rule: 'oldSelf.all(tag, tag in self)', message: 'tags stay' },
    ),
    weights: { type: 'object', maxProperties: 5, additionalProperties: ruled(integer, { rule: 'self > 0' }) },
    deep: ruled(object({ opt: object({ x: integer }) }), { rule: 'self.opt.x == 1' }),
    amount: ruled({ 'x-kubernetes-int-or-string': true }, { rule: 'self > 1' }),
    template: ruled(
      { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
      { rule: "self.kind == 'Thing' && self.metadata.name.startsWith('a')", message: 'no such thing' },
    ),
    required: { type: 'object', required: ['this'], properties: { this: text } },
    choice: { type: 'string', enum: ['a', 'b'] },
    maybe: ruled({ type: 'string', nullable: true, maxLength: 20 }, { rule: "self.startsWith('m')" }),
    both: ruled(object({ 'x-y': text, list: { type: 'array', maxItems: 3, items: text } }), {
      rule: "self.x__dash__y != 'bad'",
      fieldPath: '.x-y',
      message: 'bad in a field',
    }),
  }),
  { rule: '!has(self.min) || !has(self.max) || self.min <= self.max', fieldPath: '.min', message: 'min is above max' },
  { rule: "!has(self.color) || self.color != 'odd' || has(self.max)" },
);

const schema = {
  openAPIV3Schema: ruled(
    object({ spec, status: ruled(object({ n: integer }), { rule: 'self.n >= oldSelf.n' }) }),
    { rule: 'self.metadata.name.size() < 12', message: 'the name is too long' },
    { rule: '!has(self.status) || !has(self.spec.max) || self.status.n <= self.spec.max' },
  ),
};

const crd = {
  metadata: { name: `gadgets.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { kind: 'Gadget', plural: 'gadgets' },
    versions: [{ name: 'v1', served: true, storage: true, schema, subresources: { status: {} } }],
  },
};

const gadget = (name: string, spec: object): object => ({
  apiVersion: `${GROUP}/v1`,
  kind: 'Gadget',
  metadata: { name },
  spec,
});
const refused = (name: string, spec: object): Step => ({
  name,
  method: 'POST',
  path: GADGETS,
  body: gadget('refused', spec),
});
const changed = (name: string, spec: object): Step => ({
  name,
  method: 'PATCH',
  path: `${GADGETS}/one`,
  headers: MERGE,
  body: { spec },
});
const status = (name: string, n: number): Step => ({
  name,
  method: 'PATCH',
  path: `${GADGETS}/one/status`,
  headers: MERGE,
  body: { status: { n } },
  only: ['status', 'message', 'reason', 'details'],
});

/** Rules in CEL: what they say of objects, when they are asked, and in which words they refuse. */
export const validationRules: Scenario = {
  name: 'validation-rules',
  cleanup: [`${CRDS}/gadgets.${GROUP}`],
  steps: [
    { name: 'definition', method: 'POST', path: CRDS, body: crd, ignore: ['spec', 'status', 'metadata.managedFields'] },
    { name: 'served', path: GADGETS, untilCode: 200, setup: true },
    {
      name: 'sound',
      method: 'POST',
      path: GADGETS,
      body: gadget('one', {
        min: 1,
        max: 5,
        fixed: 'f',
        count: 3,
        color: 'green',
        started: 'new',
        items: [
          { name: 'a', v: 1 },
          { name: 'b', v: 2 },
        ],
        tags: ['x', 'y'],
        weights: { w: 1 },
        maybe: null,
        template: { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a' } },
      }),
    },
    refused('two fields', { min: 3, max: 2 }),
    refused('forbidden', { color: 'red' }),
    refused('duplicate', { color: 'blue' }),
    refused('required', { color: 'none' }),
    refused('invalid, in two places', { color: 'odd' }),
    refused('a message that is worked out', { told: 'one' }),
    refused('a message that fails', { told: 'two' }),
    refused('a message of two lines', { told: 'three' }),
    refused('an empty message', { told: 'four' }),
    refused('no former value', { started: 'old' }),
    refused('in an item', {
      items: [
        { name: 'a', v: 1 },
        { name: 'b', v: 100 },
      ],
    }),
    refused('in an item without a field', { items: [{ name: 'a' }] }),
    refused('in a map', { weights: { a: 1, b: 0 } }),
    refused('no such key', { deep: {} }),
    refused('no such key, deeper', { deep: { opt: {} } }),
    refused('no such overload', { amount: 'many' }),
    refused('an embedded resource', { template: { apiVersion: 'v1', kind: 'Other', metadata: { name: 'a' } } }),
    refused('an embedded resource without a name', { template: { apiVersion: 'v1', kind: 'Thing' } }),
    refused('nullable', { maybe: 'x' }),
    refused('an escaped field', { both: { 'x-y': 'bad' } }),
    refused('several rules', { min: 3, max: 2, color: 'red', told: 'one', weights: { a: -1 }, maybe: 'x' }),
    refused('not asked beside a wrong type', { min: 'x', color: 'red' }),
    refused('not asked beside what is missing', { required: {}, color: 'red' }),
    refused('not asked beside a wrong choice', { choice: 'c', color: 'red' }),
    refused('not asked beside too many items', { both: { list: ['a', 'b', 'c', 'd'] }, color: 'red' }),
    refused('not asked beside too long a text', { color: 'a very long color, is it not' }),
    refused('asked beside a duplicate in a set', { tags: ['a', 'a'], color: 'red' }),
    { name: 'the name', method: 'POST', path: GADGETS, body: gadget('a-name-that-is-too-long', {}) },
    {
      name: 'a generated name',
      method: 'POST',
      path: GADGETS,
      query: { dryRun: 'All' },
      body: { ...gadget('', {}), metadata: { generateName: 'gen-' } },
      only: ['metadata.generateName', 'reason', 'code'],
    },
    { ...refused('dry run', { color: 'red' }), query: { dryRun: 'All' } },
    changed('nothing', {}),
    changed('fixed', { fixed: 'g' }),
    changed('fixed is removed', { fixed: null }),
    changed('fixed is set again', { fixed: 'g' }),
    changed('count falls', { count: 2 }),
    changed('count rises', { count: 4 }),
    changed('started is new no more', { started: 'new' }),
    changed('started is old', { started: 'old' }),
    changed('an item falls', {
      items: [
        { name: 'b', v: 1 },
        { name: 'a', v: 1 },
      ],
    }),
    changed('an item rises, another comes', {
      items: [
        { name: 'c', v: 0 },
        { name: 'b', v: 3 },
      ],
    }),
    changed('a tag goes', { tags: ['y'] }),
    changed('a tag comes', { tags: ['z', 'y', 'x'] }),
    changed('two fields together', { min: 9 }),
    {
      name: 'applied',
      method: 'PATCH',
      path: `${GADGETS}/one`,
      headers: APPLY,
      query: { fieldManager: 'applier' },
      body: gadget('one', { count: 1 }),
    },
    {
      name: 'applied by force',
      method: 'PATCH',
      path: `${GADGETS}/one`,
      headers: APPLY,
      query: { fieldManager: 'applier', force: 'true' },
      body: gadget('one', { count: 1 }),
    },
    {
      name: 'applied, new',
      method: 'PATCH',
      path: `${GADGETS}/two`,
      headers: APPLY,
      query: { fieldManager: 'applier' },
      body: gadget('two', { color: 'red' }),
    },
    status('status rises', 2),
    status('status falls', 1),
    status('status is above the spec', 9),
    changed('the spec is below the status', { min: 1, max: 1 }),
    { name: 'in the end', path: `${GADGETS}/one`, only: ['spec', 'status', 'metadata.generation'] },
  ],
};
