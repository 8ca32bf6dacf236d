import type { Scenario, Step } from '../scenario.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const GROUP = 'ruledefs.conformance.example.com';

const text = { type: 'string' };
const short = { type: 'string', maxLength: 10 };
const integer = { type: 'integer' };
const ruled = (schema: object, ...rules: object[]): object => ({ ...schema, 'x-kubernetes-validations': rules });
const list = (items: object, more: object = {}): object => ({ type: 'array', items, ...more });

const crd = (spec: object): object => ({
  metadata: { name: `things.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { kind: 'Thing', plural: 'things' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
      },
    ],
  },
});
const definition = (name: string, spec: object): Step => ({
  name,
  method: 'POST',
  path: CRDS,
  query: { dryRun: 'All' },
  body: crd(spec),
  only: ['kind', 'reason', 'message', 'details', 'code'],
});
/** A rule of an object with a few fields. */
const rule = (name: string, ...rules: object[]): Step =>
  definition(name, ruled({ type: 'object', properties: { s: short, n: integer, l: list(short) } }, ...rules));

/** Rules in CEL: what definitions may say, and what they may cost. */
export const ruleDefinitions: Scenario = {
  name: 'rule-definitions',
  cleanup: [`${CRDS}/things.${GROUP}`],
  steps: [
    rule('sound', { rule: "has(self.s) && self.s == 'a'", message: 'm', reason: 'FieldValueInvalid', fieldPath: '.s' }),
    rule('no rule', { rule: ' ' }),
    rule('an empty message', { rule: 'true', message: '  ' }),
    rule('a message of two lines', { rule: 'true', message: 'a\nb' }),
    rule('a rule of two lines', { rule: 'true\n&& true' }),
    rule('a rule of two lines with a message', { rule: 'true\n&& true', message: 'm' }),
    rule('an empty message expression', { rule: 'true', messageExpression: ' ' }),
    rule('an unknown reason', { rule: 'true', reason: 'Whatever' }),
    rule('an empty path', { rule: 'true', fieldPath: ' ' }),
    rule('a path to nowhere', { rule: 'true', fieldPath: '.nosuch' }),
    rule('a path into a list', { rule: 'true', fieldPath: '.l[0]' }),
    rule('a path without a dot', { rule: 'true', fieldPath: 's' }),
    rule('syntax', { rule: 'self.s ==' }),
    rule('no such field', { rule: 'self.nosuch == 1' }),
    rule('no such name', { rule: 'foo == 1' }),
    rule('types', { rule: 'self.s == self.n' }),
    rule('no bool', { rule: 'self.s' }),
    rule('two wrong rules', { rule: 'self.s' }, { rule: 'true' }, { rule: 'self.n == "a"', message: 'told' }),
    rule('a message expression that is no text', { rule: 'true', messageExpression: 'self.n' }),
    rule('a message expression with a mistake', { rule: 'true', messageExpression: 'self.nosuch' }),
    rule('a pattern with a mistake', { rule: "self.s.matches('(')" }),
    rule('another pattern with a mistake', { rule: "self.s.find('(') == ''" }),
    rule('an optional old self that is not used', { rule: 'true', optionalOldSelf: true }),
    rule('not an optional old self', { rule: 'true', optionalOldSelf: false }),
    rule('an old self that is no optional', { rule: 'oldSelf.orValue(self) == self' }),
    rule('an optional old self', { rule: 'oldSelf.orValue(self) == self', optionalOldSelf: true }),
    definition('a transition in a list', list(ruled(short, { rule: 'self == oldSelf' }))),
    definition(
      'a transition in a set',
      list(ruled(short, { rule: 'self == oldSelf' }), { 'x-kubernetes-list-type': 'set' }),
    ),
    definition(
      'a transition in a map list',
      list(ruled({ type: 'object', required: ['s'], properties: { s: short } }, { rule: 'self == oldSelf' }), {
        maxItems: 5,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['s'],
      }),
    ),
    definition(
      'a transition below a list',
      list({ type: 'object', properties: { s: ruled(short, { rule: 'self == oldSelf' }) } }, { maxItems: 3 }),
    ),
    definition('a transition in a map', {
      type: 'object',
      maxProperties: 5,
      additionalProperties: ruled(short, { rule: 'self == oldSelf' }),
    }),
    definition('too expensive', ruled(list(text), { rule: 'self.all(a, self.all(b, a == b))' })),
    definition('too expensive in a list', list(ruled(text, { rule: "self.contains('abc')" }))),
    definition(
      'a little too expensive',
      list(ruled(short, { rule: "self.matches('[a-z]+') && self.contains('abc')" })),
    ),
    definition('cheap by its limits', list(ruled(short, { rule: "self.contains('abc')" }), { maxItems: 100 })),
    definition(
      'a message that is too expensive',
      ruled(list(text), { rule: 'true', messageExpression: "self.map(a, self.join(a)).join(',')" }),
    ),
    definition(
      'too expensive together',
      ruled(
        { type: 'object', properties: { l: list(short, { maxItems: 200 }) } },
        ...Array.from({ length: 20 }, (_, index) => ({
          rule: `self.l.all(a, self.l.all(b, a + b != '${'x'.repeat(index)}' && self.l.all(c, c != a)))`,
        })),
      ),
    ),
    definition(
      'a rule in a schema that is not sound',
      ruled({ type: 'object', properties: { x: {} } }, { rule: 'foo' }),
    ),
    definition(
      'a rule where nothing is known',
      ruled({ 'x-kubernetes-preserve-unknown-fields': true }, { rule: 'true' }),
    ),
    definition('a rule on what may be either', ruled({ 'x-kubernetes-int-or-string': true }, { rule: 'self > 1' })),
    definition('rules inside of allOf', {
      type: 'object',
      properties: { s: short },
      allOf: [ruled({}, { rule: 'self.s == "a"' })],
    }),
    definition('a default that keeps to its rule', ruled({ ...short, default: 'a' }, { rule: "self == 'a'" })),
    definition('a default that does not', ruled({ ...short, default: 'b' }, { rule: "self == 'a'" })),
    definition('a default of an object that does not', {
      type: 'object',
      default: { s: 'b' },
      properties: { s: ruled(short, { rule: "self == 'a'", message: 'only a' }) },
    }),
    definition(
      'a default that a transition rule is for',
      ruled({ ...short, default: 'b' }, { rule: 'self == oldSelf' }),
    ),
  ],
};
