/** Random requests for the custom resource of `custom-resource.ts`. */
import type { JsonObject } from '../../devcluster/schema/json.ts';
import { API_VERSION, KIND } from './custom-resource.ts';
import type { Random } from './random.ts';
import { text, type Generator, type Make } from './random-steps.ts';

const randomStatus: Make = (random) => {
  const status: JsonObject = {};
  if (random.chance(0.6)) status['phase'] = text(random);
  if (random.chance(0.6)) {
    status['conditions'] = random.some(['Ready', 'Done'], 0.6, true).map((type) => ({ type, status: text(random) }));
  }
  return status;
};

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

export const SAMPLES: Generator = {
  apiVersion: API_VERSION,
  kind: KIND,
  part: 'spec',
  members: MEMBERS,
  status: randomStatus,
  wrong: { unknown: 'x', text: 5, inner: null },
};

/** The same by more writers than are remembered one by one. */
export const CROWDED_SAMPLES: Generator = {
  ...SAMPLES,
  managers: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p'],
};
