import type { FieldsV1 } from '../kube/types.ts';

/** A leaf of a body as managedFields names it: `['f:spec', 'f:ports', 'k:{"port":80}', 'f:name']`. */
export type FieldPath = readonly string[];

export interface LeafComparison {
  /** Leaves of the body that the entries hold. */
  readonly held: readonly FieldPath[];
  /** Leaves of the body that they should hold and do not. */
  readonly missing: readonly FieldPath[];
}

type Json = unknown;

/**
 * Compares a body that we wrote with our own entries of managedFields.
 *
 * A leaf counts as held where an entry has it, or has a whole that it is part of (an atomic list or map). List items are matched by
 * the keys that the body gives, since the server completes the others with defaults. Values that an entry of a create may lack
 * although they were written (null, false, 0, '', empty maps and lists) are never missing; nor are identity fields and `status` (cut off
 * where it is a subresource).
 */
export function compareLeaves(body: object, entries: readonly FieldsV1[]): LeafComparison {
  const held: FieldPath[] = [];
  const missing: FieldPath[] = [];
  visit(body, [...entries], [], { held, missing });
  return { held, missing };
}

/** Whether entries still hold all of these leaves. */
export function holdsAll(paths: readonly FieldPath[], entries: readonly FieldsV1[]): boolean {
  return paths.every((path) => entries.some((entry) => holds(entry, path)));
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

const IDENTITY: ReadonlySet<string> = new Set([
  'apiVersion',
  'kind',
  'metadata/name',
  'metadata/namespace',
  'metadata/uid',
]);

interface Result {
  readonly held: FieldPath[];
  readonly missing: FieldPath[];
}

function visit(value: object, nodes: readonly FieldsV1[], prefix: FieldPath, result: Result): void {
  for (const [name, member] of Object.entries(value) as [string, Json][]) {
    if (member === undefined) continue;
    const path = [...prefix, `f:${name}`];
    const plain = path.map((step) => step.slice(2)).join('/');
    if (IDENTITY.has(plain) || plain === 'status') continue;
    const children = nodes.flatMap((node) => node[`f:${name}`] ?? []);
    if (children.length > 0) visitValue(member, children, path, result);
    else if (isMap(member)) visit(member, [], path, result);
    else if (!isTrivial(member)) result.missing.push(path);
  }
}

function visitValue(value: Json, nodes: readonly FieldsV1[], path: FieldPath, result: Result): void {
  if (nodes.some(isAtomic)) result.held.push(path);
  else if (Array.isArray(value)) visitItems(value, nodes, path, result);
  else if (isMap(value)) visit(value, nodes, path, result);
  else result.held.push(path);
}

function visitItems(items: readonly Json[], nodes: readonly FieldsV1[], path: FieldPath, result: Result): void {
  for (const item of items) {
    const found = nodes.flatMap((node) => Object.keys(node).filter((name) => names(name, item)));
    const [name] = found;
    if (name === undefined) {
      if (!isTrivial(item)) result.missing.push([...path, `v:${JSON.stringify(item)}`]);
      continue;
    }
    visitValue(
      item,
      nodes.flatMap((node) => node[name] ?? []),
      [...path, name],
      result,
    );
  }
}

/** Whether a path element of a list means this item: `v:<value>` of a set, `k:<keys>` of a map. */
function names(element: string, item: Json): boolean {
  // Parsed, since Go writes <, > and & as escapes.
  if (element.startsWith('v:')) return typeof item !== 'object' && JSON.parse(element.slice(2)) === item;
  if (!element.startsWith('k:') || typeof item !== 'object' || item === null) return false;
  const keys = JSON.parse(element.slice(2)) as Readonly<Record<string, Json>>;
  const given = item as Readonly<Record<string, Json>>;
  return Object.entries(keys).every(([key, value]) => given[key] === undefined || given[key] === value);
}

function isMap(value: Json): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Held as a whole: a scalar, an atomic list or map. */
function isAtomic(node: FieldsV1): boolean {
  return Object.keys(node).length === 0;
}

/** Nothing below it is held; `.` alone is a map or list that is held without its members. */
function isLeaf(node: FieldsV1): boolean {
  return Object.keys(node).every((name) => name === '.');
}

function isTrivial(value: Json): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isTrivial);
  return value === null || value === undefined || value === false || value === 0 || value === '';
}
