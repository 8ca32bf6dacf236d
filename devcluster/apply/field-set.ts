import { compareElements, type PathElement } from './path-element.ts';

export type FieldPath = readonly PathElement[];

/**
 * A set of field paths, as a trie. A path is in the set only if it was put there: its prefixes need not be.
 * Operations return new sets, which may share branches with the old ones: `insert` is for sets that are being built.
 * Source: sigs.k8s.io/structured-merge-diff/v6/fieldpath Set.
 */
export class FieldSet {
  readonly members: Set<PathElement>;
  readonly children: Map<PathElement, FieldSet>;

  constructor(members = new Set<PathElement>(), children = new Map<PathElement, FieldSet>()) {
    this.members = members;
    this.children = children;
  }

  static of(...paths: readonly FieldPath[]): FieldSet {
    const set = new FieldSet();
    for (const path of paths) set.insert(path);
    return set;
  }

  insert(path: FieldPath): void {
    const last = path.at(-1);
    if (last === undefined) return;
    this.#node(path).members.add(last);
  }

  /** The set that holds the last element of a path. */
  #node(path: FieldPath, depth = 0): FieldSet {
    const element = path[depth];
    return element === undefined || depth >= path.length - 1 ? this : this.#descend(element).#node(path, depth + 1);
  }

  #descend(element: PathElement): FieldSet {
    let child = this.children.get(element);
    if (child === undefined) {
      child = new FieldSet();
      this.children.set(element, child);
    }
    return child;
  }

  /** What is below an element, maybe nothing. */
  below(element: PathElement): FieldSet {
    return this.children.get(element) ?? EMPTY;
  }

  has(path: FieldPath): boolean {
    const [element, ...rest] = path;
    if (element === undefined) return false;
    return rest.length === 0 ? this.members.has(element) : this.below(element).has(rest);
  }

  get isEmpty(): boolean {
    if (this.members.size > 0) return false;
    for (const child of this.children.values()) {
      if (!child.isEmpty) return false;
    }
    return true;
  }

  union(other: FieldSet): FieldSet {
    if (other.isEmpty) return this;
    if (this.isEmpty) return other;
    const children = new Map(this.children);
    for (const [element, theirs] of other.children) {
      const ours = children.get(element);
      children.set(element, ours === undefined ? theirs : ours.union(theirs));
    }
    return new FieldSet(this.members.union(other.members), children);
  }

  intersection(other: FieldSet): FieldSet {
    const children = new Map<PathElement, FieldSet>();
    for (const [element, ours] of this.children) {
      const theirs = other.children.get(element);
      if (theirs === undefined) continue;
      const shared = ours.intersection(theirs);
      if (!shared.isEmpty) children.set(element, shared);
    }
    return new FieldSet(this.members.intersection(other.members), children);
  }

  /** Without the paths of the other set. What is below a path of the other set stays. */
  difference(other: FieldSet): FieldSet {
    if (other.isEmpty) return this;
    const children = new Map<PathElement, FieldSet>();
    for (const [element, ours] of this.children) {
      const theirs = other.children.get(element);
      const rest = theirs === undefined ? ours : ours.difference(theirs);
      if (theirs === undefined || !rest.isEmpty) children.set(element, rest);
    }
    return new FieldSet(this.members.difference(other.members), children);
  }

  /** Without the paths of the other set and all that is below them. */
  recursiveDifference(other: FieldSet): FieldSet {
    const children = new Map<PathElement, FieldSet>();
    for (const [element, ours] of this.children) {
      if (other.members.has(element)) continue;
      const theirs = other.children.get(element);
      const rest = theirs === undefined ? ours : ours.recursiveDifference(theirs);
      if (theirs === undefined || !rest.isEmpty) children.set(element, rest);
    }
    return new FieldSet(this.members.difference(other.members), children);
  }

  equals(other: FieldSet): boolean {
    if (this.members.size !== other.members.size || this.children.size !== other.children.size) return false;
    for (const element of this.members) {
      if (!other.members.has(element)) return false;
    }
    for (const [element, ours] of this.children) {
      const theirs = other.children.get(element);
      if (theirs === undefined || !ours.equals(theirs)) return false;
    }
    return true;
  }

  /** All paths: at each level first those that end there, then those that go on, each in the order of elements. */
  *paths(prefix: FieldPath = []): Generator<FieldPath> {
    for (const element of [...this.members].sort(compareElements)) yield [...prefix, element];
    for (const element of [...this.children.keys()].sort(compareElements)) {
      yield* this.below(element).paths([...prefix, element]);
    }
  }
}

const EMPTY = new FieldSet();
