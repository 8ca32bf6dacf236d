import { OWNER } from '../cache/store.ts';
import type { FieldsV1 } from '../kube/types.ts';

/** A leaf of a body as managedFields names it: `['f:spec', 'f:ports', 'k:{"port":80}', 'f:name']`. */
export type FieldPath = readonly string[];

/** Several paths, as JSON without the outer brackets, with {@link OWNER} as it stood in the entries; '' for none. */
export type PathsText = string;

export interface LeafComparison {
  /** Leaves of the body that the entries hold. */
  readonly held: PathsText;
  /** Leaves of the body that they should hold and do not. */
  readonly missing: PathsText;
}

type Json = unknown;

/** Entries of one object, read as one: made once for all objects that were written alike. */
export interface FieldTree {
  /** Where it stands, as JSON without brackets; '' for the whole object. */
  readonly path: PathsText;
  /** Held as a whole: a scalar, an atomic list or map. */
  readonly isAtomic: boolean;
  readonly fields: ReadonlyMap<string, FieldTree>;
  readonly items: readonly ItemTree[];
}

/** An item of a set, by its value, or of a list that is a map, by its keys. */
interface ItemTree {
  readonly value: Json;
  readonly keys: readonly (readonly [string, Json])[] | undefined;
  readonly tree: FieldTree;
}

/** Reads entries: what any of them holds. */
export function treeOf(entries: readonly FieldsV1[], path = ''): FieldTree {
  const children = new Map<string, FieldsV1[]>();
  for (const entry of entries)
    for (const [name, child] of Object.entries(entry)) children.set(name, [...(children.get(name) ?? []), child]);
  const fields = new Map<string, FieldTree>();
  const items: ItemTree[] = [];
  for (const [name, below] of children) {
    const tree = treeOf(below, joined(path, quoted(name)));
    // Parsed, since Go writes <, > and & as escapes.
    if (name.startsWith('f:')) fields.set(name.slice(2), tree);
    else if (name.startsWith('v:')) items.push({ tree, value: parsed(name.slice(2)), keys: undefined });
    else if (name.startsWith('k:'))
      items.push({ tree, value: undefined, keys: Object.entries(parsed(name.slice(2)) as object) });
  }
  const isAtomic = entries.some((entry) => Object.keys(entry).length === 0);
  return { path, isAtomic, fields, items };
}

/** A path, and what is below it. */
function joined(path: PathsText, step: string): PathsText {
  return path === '' ? step : `${path},${step}`;
}

/** As JSON, but for what stands for the owner. */
function quoted(name: string): string {
  const parts = name.split(OWNER).map((part) => JSON.stringify(part).slice(1, -1));
  return `"${parts.join(OWNER)}"`;
}

/** JSON in which something stands for the owner. */
export function parsed(json: string): Json {
  return JSON.parse(json.replaceAll(OWNER, '\\u0001'));
}

export function pathsOf(text: PathsText): readonly FieldPath[] {
  return JSON.parse(`[${text}]`) as readonly FieldPath[];
}

/**
 * Compares a body that we wrote with our own entries of managedFields.
 *
 * A leaf counts as held where an entry has it, or has a whole that it is part of (an atomic list or map). List items are matched by
 * the keys that the body gives, since the server completes the others with defaults. Values that an entry of a create may lack
 * although they were written (null, false, 0, '', empty maps and lists) are never missing; nor are identity fields and `status` (cut off
 * where it is a subresource).
 */
export function compareLeaves(body: object, entries: FieldTree, owner = ''): LeafComparison {
  const result = new Result(owner);
  visit(body, entries, entries.path, 'object', result);
  return result;
}

/** Whether entries still hold all of these leaves. */
export function holdsAll(paths: readonly FieldPath[], entries: readonly FieldsV1[]): boolean {
  return paths.every((path) => entries.some((entry) => holds(entry, path)));
}

/** Which of these leaves entries held before, and hold no longer. What was lost earlier was told then. */
export function lostOf(
  leaves: readonly FieldPath[],
  before: readonly FieldsV1[],
  after: readonly FieldsV1[],
): readonly FieldPath[] {
  if (holdsAll(leaves, after)) return [];
  return leaves.filter((leaf) => holdsAll([leaf], before) && !holdsAll([leaf], after));
}

/** All leaves of an entry: what is compared where no body is at hand. */
export function leavesOf(entry: FieldsV1, prefix: FieldPath = []): readonly FieldPath[] {
  return Object.entries(entry).flatMap(([name, child]) => {
    if (name === '.') return [];
    const path = [...prefix, name];
    return isLeaf(child) ? [path] : leavesOf(child, path);
  });
}

/** What either of two entries holds. */
export function unionOf(one: FieldsV1, other: FieldsV1): FieldsV1 {
  const union: Record<string, FieldsV1> = { ...one };
  for (const [name, child] of Object.entries(other)) union[name] = unionOf(one[name] ?? {}, child);
  return union;
}

function holds(entry: FieldsV1, path: FieldPath): boolean {
  let node: FieldsV1 | undefined = entry;
  for (const step of path) {
    node = node[step];
    if (!node) return false;
  }
  return true;
}

/** What is never a leaf, by where it stands. */
const NO_LEAVES = {
  object: new Set(['apiVersion', 'kind', 'status']),
  metadata: new Set(['name', 'namespace', 'uid']),
  below: new Set<string>(),
};

class Result implements LeafComparison {
  /** What {@link OWNER} stands for. */
  readonly owner: string;
  held: PathsText = '';
  missing: PathsText = '';

  constructor(owner: string) {
    this.owner = owner;
  }

  holds(path: PathsText): void {
    this.held += this.held === '' ? `[${path}]` : `,[${path}]`;
  }

  misses(path: PathsText, step: string): void {
    const missing = `[${joined(path, JSON.stringify(step))}]`;
    this.missing += this.missing === '' ? missing : `,${missing}`;
  }
}

/** `tree`: undefined where nothing is held. Makes nothing but the result: it is done for each output that is written. */
function visit(
  value: object,
  tree: FieldTree | undefined,
  path: PathsText,
  at: keyof typeof NO_LEAVES,
  result: Result,
): void {
  const members = value as Readonly<Record<string, Json>>;
  for (const name in members) {
    const member = members[name];
    if (member === undefined || NO_LEAVES[at].has(name)) continue;
    const below = at === 'object' && name === 'metadata' ? 'metadata' : 'below';
    const held = tree && fieldOf(tree, name, result.owner);
    if (held) visitValue(member, held, below, result);
    else if (isMap(member)) visit(member, undefined, joined(path, JSON.stringify(`f:${name}`)), below, result);
    else if (!isTrivial(member)) result.misses(path, `f:${name}`);
  }
}

/** The member of a name. One with the owner's uid in it stands there with {@link OWNER}; most names are shorter than a uid. */
function fieldOf({ fields }: FieldTree, name: string, owner: string): FieldTree | undefined {
  const found = fields.get(name);
  if (found || owner === '' || name.length < owner.length) return found;
  return fields.get(name.replaceAll(owner, OWNER));
}

function visitValue(value: Json, tree: FieldTree, at: keyof typeof NO_LEAVES, result: Result): void {
  if (!tree.isAtomic && Array.isArray(value)) visitItems(value, tree, result);
  else if (!tree.isAtomic && isMap(value)) visit(value, tree, tree.path, at, result);
  else result.holds(tree.path);
}

function visitItems(items: readonly Json[], tree: FieldTree, result: Result): void {
  for (const item of items) {
    const held = tree.items.find(
      (each) => isMeant(each, item, result.owner) && !isOfAnother(each, item, items, result.owner),
    );
    if (held) visitValue(item, held.tree, 'below', result);
    else if (!isTrivial(item)) result.misses(tree.path, `v:${JSON.stringify(item)}`);
  }
}

/** Whether a step in a list means this item: by the value of a set, the keys of a map. */
function isMeant({ value, keys }: ItemTree, item: Json, owner: string): boolean {
  if (!keys) return typeof item !== 'object' && isSame(value, item, owner);
  if (typeof item !== 'object' || item === null) return false;
  const given = item as Readonly<Record<string, Json>>;
  for (const [key, named] of keys) if (given[key] !== undefined && !isSame(named, given[key], owner)) return false;
  return true;
}

/** Whether another item gives more of a step's keys and so is the one that it means: what an item leaves out is another value there. */
function isOfAnother(step: ItemTree, item: Json, items: readonly Json[], owner: string): boolean {
  const { keys } = step;
  if (!keys) return false;
  const given = countGiven(keys, item);
  if (given === keys.length) return false;
  return items.some((other) => other !== item && isMeant(step, other, owner) && countGiven(keys, other) > given);
}

function countGiven(keys: NonNullable<ItemTree['keys']>, item: Json): number {
  if (typeof item !== 'object' || item === null) return 0;
  let count = 0;
  for (const [key] of keys) if ((item as Readonly<Record<string, Json>>)[key] !== undefined) count += 1;
  return count;
}

/** Whether it is the same, with the owner's uid where {@link OWNER} stands. */
function isSame(named: Json, given: Json, owner: string): boolean {
  if (named === given) return true;
  if (named === OWNER) return given === owner;
  return typeof named === 'string' && named.includes(OWNER) && given === named.replaceAll(OWNER, owner);
}

function isMap(value: Json): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Nothing below it is held; `.` alone is a map or list that is held without its members. */
function isLeaf(node: FieldsV1): boolean {
  return Object.keys(node).every((name) => name === '.');
}

function isTrivial(value: Json): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isTrivial);
  return value === null || value === undefined || value === false || value === 0 || value === '';
}
