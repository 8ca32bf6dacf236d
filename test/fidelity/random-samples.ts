/** Random requests for the custom resource of `custom-resource.ts`, of few values, so that writers get into each other's way. */
import type { JsonObject } from '../../devcluster/schema/json.ts';
import { API_VERSION, KIND } from './custom-resource.ts';
import type { Random } from './random.ts';
import type { Step } from './steps.ts';

const MANAGERS = ['alice', 'bob', 'carol', 'kubectl'] as const;

export function randomStep(random: Random, exists: boolean): Step {
  const manager = random.pick(MANAGERS);
  const force = random.chance(0.35);
  const status = exists && random.chance(0.12);
  const subresource = status ? 'status' : '';
  const base = { manager, force, subresource } as const;
  if (!exists) {
    return random.chance(0.5)
      ? { ...base, verb: 'create', body: whole({ spec: randomSpec(random, 0.35) }, random) }
      : { ...base, verb: 'apply', body: whole({ spec: randomSpec(random, 0.35) }, random) };
  }
  const roll = random.next();
  if (roll < 0.04) return { ...base, verb: 'delete', subresource: '', body: undefined };
  if (roll < 0.62) {
    const parts = status ? { status: randomStatus(random) } : { spec: randomSpec(random, 0.25) };
    return { ...base, verb: 'apply', body: whole(parts, random) };
  }
  if (roll < 0.72) return { ...base, verb: 'json', subresource: '', force: false, body: randomJsonPatch(random) };
  const parts: JsonObject = status ? { status: randomStatus(random) } : { spec: randomSpec(random, 0.15, true) };
  if (random.chance(0.1)) parts['metadata'] = randomMeta(random);
  if (random.chance(0.03)) parts['metadata'] = { managedFields: random.pick([[], [{}]]) };
  return { ...base, verb: random.chance(0.5) ? 'merge' : 'update', force: false, body: parts };
}

function whole(parts: JsonObject, random: Random): JsonObject {
  const meta = random.chance(0.15) ? randomMeta(random) : {};
  return { apiVersion: API_VERSION, kind: KIND, metadata: { name: 'sample', ...meta }, ...parts };
}

function randomMeta(random: Random): JsonObject {
  return {
    ...(random.chance(0.5) && {
      labels: Object.fromEntries(random.some(['a', 'b'], 0.6).map((key) => [key, text(random)])),
    }),
    ...(random.chance(0.5) && {
      annotations: Object.fromEntries(random.some(['c', 'd'], 0.6).map((key) => [key, text(random)])),
    }),
    ...(random.chance(0.3) && { finalizers: random.some(['example.com/a', 'example.com/b'], 0.5) }),
    ...(random.chance(0.2) && {
      ownerReferences: random
        .some(['u1', 'u2'], 0.6)
        .map((uid) => ({ apiVersion: 'v1', kind: 'ConfigMap', name: text(random), uid })),
    }),
  };
}

function randomStatus(random: Random): JsonObject {
  const status: JsonObject = {};
  if (random.chance(0.6)) status['phase'] = text(random);
  if (random.chance(0.6)) {
    status['conditions'] = random.some(['Ready', 'Done'], 0.6, true).map((type) => ({ type, status: text(random) }));
  }
  return status;
}

const text = (random: Random): string => random.pick(['x', 'y', 'z']);

type Make = (random: Random) => unknown;

const items: Make = (random) => {
  const names = random.some(['a', 'b', 'c', 'd'], 0.5, true);
  if (names[0] !== undefined && random.chance(0.05)) names.push(names[0]);
  return names.map((name) => item(random, name));
};

function item(random: Random, name: string): JsonObject {
  return {
    ...(!random.chance(0.02) && { name }),
    ...(random.chance(0.5) && { value: text(random) }),
    ...(random.chance(0.2) && { on: random.chance(0.5) }),
    ...(random.chance(0.3) && { tags: random.some(['x', 'y', 'z'], 0.5, true) }),
    ...(random.chance(0.3) && {
      parts: random.some([1, 2, 10], 0.5, true).map((id) => (random.chance(0.6) ? { id, note: text(random) } : { id })),
    }),
  };
}

const MEMBERS: { readonly [name: string]: Make } = {
  text,
  number: (random) => random.below(3),
  float: (random) => random.pick([0.5, 1, 1.5]),
  flag: (random) => random.chance(0.5),
  amount: (random) => random.pick<unknown>([1, '1', '50%']),
  maybe: (random) => random.pick([null, 'x', 'y']),
  preset: (random) => random.pick(['preset', 'x']),
  inner: (random) => ({
    ...(random.chance(0.5) && { a: text(random) }),
    ...(random.chance(0.5) && { b: random.below(3) }),
    ...(random.chance(0.5) && {
      deep: { ...(random.chance(0.5) && { x: text(random) }), ...(random.chance(0.5) && { y: text(random) }) },
    }),
  }),
  atomicMap: (random) => Object.fromEntries(random.some(['a', 'b'], 0.5).map((key) => [key, text(random)])),
  atomicStruct: (random) => ({
    ...(random.chance(0.5) && { a: text(random) }),
    ...(random.chance(0.5) && { b: text(random) }),
  }),
  labels: (random) => Object.fromEntries(random.some(['a', 'b', 'c'], 0.5).map((key) => [key, text(random)])),
  objects: (random) =>
    Object.fromEntries(
      random
        .some(['k', 'l'], 0.6)
        .map((key) => [
          key,
          { ...(random.chance(0.6) && { a: text(random) }), ...(random.chance(0.5) && { b: text(random) }) },
        ]),
    ),
  set: (random) => [...random.some(['a', 'b', 'c', 'd'], 0.5, true), ...(random.chance(0.05) ? ['a'] : [])],
  numbers: (random) => random.some([1, 2, 10, 20], 0.5, true),
  atomicList: items,
  plainList: (random) => random.some(['a', 'b', 'c'], 0.5, true),
  named: items,
  ports: (random) =>
    random.some([80, 443, 9090], 0.5, true).flatMap((port) => [
      {
        port,
        ...(random.chance(0.4) && { protocol: random.pick(['TCP', 'UDP']) }),
        ...(random.chance(0.5) && { name: text(random) }),
      },
    ]),
  open: (random) => ({
    ...(random.chance(0.5) && { a: text(random) }),
    ...(random.chance(0.5) && { list: random.some(['x', 'y'], 0.5) }),
    ...(random.chance(0.5) && {
      deep: { ...(random.chance(0.5) && { x: 1 }), ...(random.chance(0.5) && { y: [{ a: 1 }] }) },
    }),
    ...(random.chance(0.1) && { nothing: null }),
  }),
  halfOpen: (random) => ({
    ...(random.chance(0.5) && { named: items(random) }),
    ...(random.chance(0.5) && { other: { x: text(random) } }),
  }),
  embedded: (random) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'inner',
      ...(random.chance(0.5) && { labels: random.chance(0.3) ? null : { a: text(random) } }),
      ...(random.chance(0.1) && { unknown: text(random) }),
    },
    ...(random.chance(0.5) && { data: { a: text(random), ...(random.chance(0.5) && { b: text(random) }) } }),
  }),
};

function randomSpec(random: Random, density: number, withNulls = false): JsonObject {
  const spec: JsonObject = {};
  for (const [name, make] of Object.entries(MEMBERS)) {
    if (!random.chance(density)) continue;
    spec[name] = withNulls && random.chance(0.2) ? null : make(random);
  }
  if (random.chance(0.02)) spec['unknown'] = 'x';
  if (random.chance(0.02)) spec['text'] = 5;
  if (random.chance(0.02)) spec['inner'] = null;
  return spec;
}

function randomJsonPatch(random: Random): JsonObject[] {
  return random.some(Object.entries(MEMBERS), 0.12).map(([name, make]) => {
    const path = `/spec/${name}`;
    return random.chance(0.3) ? { op: 'remove', path } : { op: 'add', path, value: make(random) };
  });
}
