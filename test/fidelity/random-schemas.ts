/** Random definitions, and objects for them: the same seed gives the same. */
import { isObject, type JsonObject } from '../../devcluster/schema/json.ts';
import { Random } from './random.ts';

export const GROUP = 'random.example.com';

export interface Sample {
  readonly definition: JsonObject;
  readonly objects: readonly JsonObject[];
  /** For each object, what is sent to it after that: a merge patch. */
  readonly changes: readonly JsonObject[];
}

const MOST_LEVELS = 3;

export function randomSample(seed: number): Sample {
  const random = new Random(seed);
  const spec = objectSchema(random, 0);
  const status = random.chance(0.3) ? objectSchema(random, 2) : undefined;
  const root: JsonObject = { type: 'object', properties: { spec, ...(status !== undefined && { status }) } };
  if (random.chance(0.3)) root['required'] = ['spec'];
  const plural = `samples${seed}`;
  const kind = `Sample${seed}`;
  const names = { kind, plural, singular: `sample${seed}`, listKind: `${kind}List` };
  const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: root } };
  const apiVersion = `${GROUP}/v1`;
  const objects = Array.from({ length: 6 }, (_, index) => ({
    apiVersion,
    kind,
    metadata: { name: `o${index}` },
    ...(!random.chance(0.1) && { spec: valueOf(random, spec, 0.15) }),
    ...(status !== undefined && random.chance(0.5) && { status: valueOf(random, status, 0.1) }),
  }));
  return {
    definition: {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${GROUP}` },
      spec: { group: GROUP, scope: 'Namespaced', names, versions: [version] },
    },
    objects,
    changes: objects.map(() => ({ spec: valueOf(random, spec, 0.1) })),
  };
}

const NAMES = ['a', 'b', 'c', 'd', 'x-y', 'namespace'] as const;

function objectSchema(random: Random, level: number): JsonObject {
  const names = random.some(NAMES, level === 0 ? 0.8 : 0.5);
  const properties = Object.fromEntries(names.map((name) => [name, anySchema(random, level + 1)]));
  const required = random.some(names, 0.15);
  const schema: JsonObject = { type: 'object', ...(names.length > 0 && { properties }) };
  if (required.length > 0) schema['required'] = required;
  if (random.chance(0.1)) schema['x-kubernetes-preserve-unknown-fields'] = true;
  if (random.chance(0.08)) schema['minProperties'] = 1;
  if (random.chance(0.05)) schema['x-kubernetes-map-type'] = 'atomic';
  addRule(random, schema, [
    'size(self) < 4',
    'self == self',
    'has(self.a) || !has(self.b)',
    'self.a == 1',
    'has(self.c) ? self.c == self.c : true',
  ]);
  return schema;
}

type Make = (random: Random, level: number) => JsonObject;

const text: Make = (random) => {
  const schema: JsonObject = { type: 'string' };
  if (random.chance(0.6)) schema['maxLength'] = random.pick([2, 5, 20]);
  if (random.chance(0.15)) schema['minLength'] = 1;
  if (random.chance(0.2)) schema['pattern'] = random.pick(['^[a-z]*$', 'b', '^.{2,}$']);
  if (random.chance(0.15)) schema['enum'] = ['a', 'bb', ''];
  if (random.chance(0.1)) schema['format'] = random.pick(['date', 'date-time', 'duration', 'byte', 'uuid', 'ipv4']);
  addRule(random, schema, [
    "self != 'a'",
    'self.size() < 4',
    "self.startsWith('b')",
    "self.matches('^[a-z]*$')",
    'self > 5',
    'type(self) == string',
    'self == oldSelf',
  ]);
  return addCommon(random, schema, ['a', 'bb', 'CCC', 7]);
};

const integer: Make = (random) => {
  const schema: JsonObject = { type: 'integer' };
  if (random.chance(0.3)) schema['minimum'] = 0;
  if (random.chance(0.3)) schema['maximum'] = 10;
  if (random.chance(0.1) && 'maximum' in schema) schema['exclusiveMaximum'] = true;
  if (random.chance(0.1)) schema['multipleOf'] = 2;
  if (random.chance(0.1)) schema['format'] = random.pick(['int32', 'int64']);
  addRule(random, schema, [
    'self > 0',
    'self % 2 == 0',
    '10 / self > 1',
    'self >= oldSelf',
    "self == 'a'",
    'self.x == 1',
  ]);
  return addCommon(random, schema, [1, 4, 12, 'x']);
};

const number: Make = (random) => {
  const schema: JsonObject = { type: 'number' };
  if (random.chance(0.3)) schema['maximum'] = 1.5;
  addRule(random, schema, ['self < 2.0', 'self != 0.5', 'self + 1 > 0']);
  return addCommon(random, schema, [0.5, 1, 2.5]);
};

const boolean: Make = (random) => addCommon(random, { type: 'boolean' }, [true, false]);

const list: Make = (random, level) => {
  const items = level >= MOST_LEVELS ? text(random, level) : anySchema(random, level + 1);
  const schema: JsonObject = { type: 'array', items };
  if (random.chance(0.7)) schema['maxItems'] = random.pick([1, 3, 5]);
  if (random.chance(0.1)) schema['minItems'] = 1;
  if (random.chance(0.15)) schema['x-kubernetes-list-type'] = random.pick(['set', 'atomic']);
  addRule(random, schema, [
    'self.size() < 3',
    'self.all(x, x == x)',
    'self.all(x, x != 1)',
    'self.exists_one(x, x == self[0])',
    'self[0] == self[0]',
    'oldSelf.all(x, x in self)',
  ]);
  return addCommon(random, schema, [[], ['a']]);
};

const mapList: Make = (random, level) => {
  const items: JsonObject = {
    type: 'object',
    properties: {
      k: { type: 'string', maxLength: 5 },
      v: level >= MOST_LEVELS ? integer(random, level) : anySchema(random, level + 1),
    },
  };
  if (random.chance(0.85)) items['required'] = ['k'];
  addRule(random, items, ["self.k != 'a'", 'self == oldSelf', 'has(self.v)']);
  return {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['k'],
    maxItems: 4,
    items,
  };
};

const map: Make = (random, level) => {
  const additionalProperties = level >= MOST_LEVELS ? integer(random, level) : anySchema(random, level + 1);
  const schema: JsonObject = { type: 'object', additionalProperties };
  if (random.chance(0.6)) schema['maxProperties'] = 2;
  addRule(random, schema, ['self.size() > 0', "'a' in self", 'self.all(key, key.size() < 3)', 'self.a == self.a']);
  return addCommon(random, schema, [{}, { a: 1 }]);
};

const intOrString: Make = (random) => {
  const schema: JsonObject = { 'x-kubernetes-int-or-string': true };
  addRule(random, schema, ['self == 1', 'type(self) == int', "self.startsWith('5')"]);
  return addCommon(random, schema, [1, '5%']);
};

const MAKES: readonly [Make, ...Make[]] = [
  text,
  text,
  integer,
  integer,
  number,
  boolean,
  list,
  mapList,
  map,
  intOrString,
  (random, level) => (level >= MOST_LEVELS ? text(random, level) : objectSchema(random, level)),
];

function anySchema(random: Random, level: number): JsonObject {
  return random.pick(MAKES)(random, level);
}

function addRule(random: Random, schema: JsonObject, rules: readonly [string, ...string[]]): void {
  if (!random.chance(0.2)) return;
  const rule = random.pick(rules);
  schema['x-kubernetes-validations'] = [{ rule, ...(random.chance(0.3) && { message: 'is wrong' }) }];
}

function addCommon(random: Random, schema: JsonObject, values: readonly [unknown, ...unknown[]]): JsonObject {
  if (random.chance(0.12)) schema['default'] = random.pick(values);
  if (random.chance(0.1)) schema['nullable'] = true;
  return schema;
}

const WORDS = ['a', 'b', 'bb', 'CCC', '', '2024-02-29', 'long enough a text', '1h', 'YQ=='] as const;

/** A value that mostly fits. */
function valueOf(random: Random, schema: JsonObject, mistakes: number): unknown {
  if (random.chance(mistakes / 3)) return random.pick<unknown>([null, 'x', 5, true, [], {}, 1.5]);
  const inner = (value: unknown): unknown => valueOf(random, isObject(value) ? value : {}, mistakes);
  switch (schema['type']) {
    case 'string':
      return random.pick(WORDS);
    case 'integer':
      return random.pick([0, 1, 2, 4, 7, 12, -3]);
    case 'number':
      return random.pick([0.5, 1, 1.5, 2.5, -1]);
    case 'boolean':
      return random.chance(0.5);
    case 'array':
      return Array.from({ length: random.below(4) }, () => inner(schema['items']));
    case 'object':
      return objectOf(random, schema, inner);
    default:
      return random.pick<unknown>([1, 2, '5%', 'x']);
  }
}

function objectOf(random: Random, schema: JsonObject, inner: (schema: unknown) => unknown): JsonObject {
  const { properties, additionalProperties } = schema;
  if (additionalProperties !== undefined) {
    return Object.fromEntries(random.some(['a', 'b', 'ccc'], 0.5).map((name) => [name, inner(additionalProperties)]));
  }
  const members = Object.entries(isObject(properties) ? properties : {}).filter(() => random.chance(0.75));
  const value = Object.fromEntries(members.map(([name, member]) => [name, inner(member)]));
  return random.chance(0.15) ? { ...value, unknown: { deep: [1] } } : value;
}
