/** Random requests for one object, of few values, so that writers get into each other's way. */
import { isArray, isObject, type JsonObject } from '../../devcluster/schema/json.ts';
import type { Random } from './random.ts';
import type { Step } from './steps.ts';

export type Make = (random: Random) => unknown;

/** What random objects of a kind are made of. */
export interface Generator {
  readonly apiVersion: string;
  readonly kind: string;
  /** The member that writers write (`spec`); '' for the object itself. */
  readonly part: string;
  readonly members: { readonly [name: string]: Make };
  /** Members that every new object and every apply has, so that few are refused. */
  readonly always?: Make;
  /** What is written to the status subresource, for a kind that has one. */
  readonly status?: Make;
  /** Strategic merge patches are sent too, which custom resources do not have. */
  readonly strategic?: boolean;
  /** Who writes; default four. */
  readonly managers?: readonly [string, ...string[]];
  /** Members that are there now and then, and wrong. */
  readonly wrong?: JsonObject;
}

const MANAGERS = ['alice', 'bob', 'carol', 'kubectl'] as const;

export const text: (random: Random) => string = (random) => random.pick(['x', 'y', 'z']);

export function randomStep(random: Random, generator: Generator, exists: boolean): Step {
  const manager = random.pick(generator.managers ?? MANAGERS);
  const force = random.chance(0.35);
  const status = generator.status !== undefined && exists && random.chance(0.12);
  const subresource = status ? 'status' : '';
  const base = { manager, force, subresource } as const;
  if (!exists) {
    const verb = random.chance(0.5) ? 'create' : 'apply';
    return { ...base, verb, body: whole(generator, randomParts(random, generator, 0.35), random) };
  }
  const roll = random.next();
  if (roll < 0.04) return { ...base, verb: 'delete', subresource: '', body: undefined };
  if (roll < 0.62) {
    const parts = status ? { status: generator.status?.(random) } : randomParts(random, generator, 0.25);
    return { ...base, verb: 'apply', body: whole(generator, parts, random) };
  }
  if (roll < 0.72) {
    return { ...base, verb: 'json', subresource: '', force: false, body: randomJsonPatch(random, generator) };
  }
  const parts: JsonObject = status
    ? { status: generator.status?.(random) }
    : randomParts(random, generator, 0.15, true);
  if (random.chance(0.1)) parts['metadata'] = randomMeta(random);
  if (random.chance(0.03)) parts['metadata'] = { managedFields: random.pick([[], [{}]]) };
  if (generator.strategic === true && random.chance(0.5)) {
    return { ...base, verb: 'strategic', force: false, body: directed(random, generator, parts) };
  }
  return { ...base, verb: random.chance(0.5) ? 'merge' : 'update', force: false, body: parts };
}

function whole(generator: Generator, parts: JsonObject, random: Random): JsonObject {
  const { apiVersion, kind, always, part } = generator;
  const meta = random.chance(0.15) ? randomMeta(random) : {};
  const fixed = always?.(random);
  const written = parts[part];
  const filled = isObject(fixed) && isObject(written) ? { [part]: { ...fixed, ...written } } : {};
  return { apiVersion, kind, metadata: { name: 'sample', ...meta }, ...parts, ...filled };
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

function randomParts(random: Random, generator: Generator, density: number, withNulls = false): JsonObject {
  const made: JsonObject = {};
  for (const [name, make] of Object.entries(generator.members)) {
    if (!random.chance(density)) continue;
    made[name] = withNulls && random.chance(0.2) ? null : make(random);
  }
  for (const [name, value] of Object.entries(generator.wrong ?? {})) if (random.chance(0.02)) made[name] = value;
  return generator.part === '' ? made : { [generator.part]: made };
}

function randomJsonPatch(random: Random, { members, part }: Generator): JsonObject[] {
  return random.some(Object.entries(members), 0.12).map(([name, make]) => {
    const path = part === '' ? `/${name}` : `/${part}/${name}`;
    return random.chance(0.3) ? { op: 'remove', path } : { op: 'add', path, value: make(random) };
  });
}

/** The object itself keeps its name and type. */
function directed(random: Random, { part }: Generator, parts: JsonObject): JsonObject {
  const inner = parts[part];
  return isObject(inner) ? { ...parts, [part]: withDirectives(random, inner) } : parts;
}

/** A patch with directives of strategic merges here and there, most of which make sense. */
function withDirectives(random: Random, value: JsonObject): JsonObject {
  const out: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    out[key] = member;
    if (isObject(member)) out[key] = withDirectives(random, member);
    if (!isArray(member)) continue;
    const [first] = member;
    const mergeKey = isObject(first)
      ? ['name', 'containerPort', 'mountPath', 'port', 'uid'].find((k) => k in first)
      : '';
    if (mergeKey === undefined) continue;
    const items = member.map((item) => (isObject(item) ? withDirectives(random, item) : item));
    if (random.chance(0.25)) out[`$setElementOrder/${key}`] = orderOf(random, items, mergeKey);
    if (mergeKey !== '' && random.chance(0.1)) items.push({ $patch: 'replace' });
    if (mergeKey !== '' && isObject(first) && random.chance(0.15)) {
      items.splice(0, 1, { [mergeKey]: first[mergeKey], $patch: 'delete' });
    }
    if (mergeKey === '' && random.chance(0.2)) out[`$deleteFromPrimitiveList/${key}`] = ['x', 'example.com/a'];
    out[key] = items;
  }
  if (random.chance(0.03)) out['$patch'] = random.pick(['replace', 'delete', 'odd']);
  if (random.chance(0.03)) out['$retainKeys'] = Object.keys(value);
  return out;
}

/** The order of the items, with some more among them. */
function orderOf(random: Random, items: readonly unknown[], mergeKey: string): unknown[] {
  const named = items.map((item) => (isObject(item) ? { [mergeKey]: item[mergeKey] } : item));
  const more = random.some(['web', 'side', 'A', 'B', 'x', 'example.com/a'], 0.3, true);
  const place = random.below(named.length + 1);
  const extra = mergeKey === '' ? more : more.map((name) => ({ [mergeKey]: name }));
  return [...named.slice(0, place), ...extra, ...named.slice(place)];
}
