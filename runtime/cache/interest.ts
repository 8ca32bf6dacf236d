import { matches, type Requirement } from '../kube/selector.ts';
import type { KubernetesObject } from '../kube/types.ts';

/** Something that a worker read: an object by name, or what a selector matches in a namespace (undefined: in all). */
export type Read =
  | { readonly by: 'name'; readonly key: string }
  | { readonly by: 'selector'; readonly namespace: string | undefined; readonly requirements: readonly Requirement[] };

/** A read with those whom a change of it concerns. Identical reads of several readers are one interest. */
interface Interest {
  readonly id: string;
  readonly read: Read;
  readonly readers: Set<string>;
}

/** The selectors of one namespace, by the labels that they demand: a step down for each `label=value`, in the order of the texts. */
interface Node {
  readonly interests: Set<Interest>;
  readonly next: Map<string, Node>;
}

/** A selector is placed under so many combinations of values at most, but under each value of the label that has fewest. */
const MOST_PLACES = 16;

const NOBODY: ReadonlySet<string> = new Set();

/**
 * Who read what, for one cache: from a changed object to the readers that it concerns, without asking each of them. Names are looked up,
 * and so are the label values that selectors demand, all of them together: that many selectors share one of their labels costs nothing.
 * Only selectors that demand no value stand on a list, one for each namespace.
 */
export class InterestIndex {
  readonly #byId = new Map<string, Interest>();
  readonly #byName = new Map<string, Interest>();
  readonly #byNamespace = new Map<string | undefined, Node>();
  readonly #byReader = new Map<string, Set<Interest>>();

  /** Records that `reader` read this; returns the read's id. To be called before the read is answered. */
  add(reader: string, read: Read): string {
    const id = idOf(read);
    let interest = this.#byId.get(id);
    if (!interest) {
      interest = { id, read, readers: new Set() };
      this.#byId.set(id, interest);
      this.#place(interest);
    }
    interest.readers.add(reader);
    const own = this.#byReader.get(reader);
    if (own) own.add(interest);
    else this.#byReader.set(reader, new Set([interest]));
    return id;
  }

  /** Forgets what `reader` read, other than the reads of these ids. */
  retain(reader: string, ids: ReadonlySet<string>): void {
    const own = this.#byReader.get(reader);
    if (!own) return;
    for (const interest of own) {
      if (ids.has(interest.id)) continue;
      own.delete(interest);
      interest.readers.delete(reader);
      if (interest.readers.size === 0) this.#displace(interest);
    }
    if (own.size === 0) this.#byReader.delete(reader);
  }

  /** Forgets all readers. */
  clear(): void {
    for (const index of [this.#byId, this.#byName, this.#byNamespace, this.#byReader]) index.clear();
  }

  /** Those whose reads would now be answered differently. Either side may be missing: the object appeared, or is gone. */
  readersOf(
    key: string,
    old: KubernetesObject | undefined,
    current: KubernetesObject | undefined,
  ): ReadonlySet<string> {
    if (this.#byId.size === 0) return NOBODY;
    const found = new Set<string>(this.#byName.get(key)?.readers);
    const concerned = (interest: Interest): void => {
      for (const reader of interest.readers) found.add(reader);
    };
    if (old) this.#visitSelectors(old, concerned);
    // Most changes leave the labels as they are.
    if (current && !(old && isEquallyLabelled(old, current))) this.#visitSelectors(current, concerned);
    return found;
  }

  /** All selectors that this object matches. */
  #visitSelectors({ metadata }: KubernetesObject, visit: (interest: Interest) => void): void {
    const { labels = {}, namespace } = metadata;
    let pairs: readonly string[] | undefined;
    for (const node of [this.#byNamespace.get(namespace), this.#byNamespace.get(undefined)]) {
      if (!node) continue;
      pairs ??= Object.entries(labels)
        .map(([label, value]) => pairOf(label, value))
        .sort();
      visitNode(node, pairs, 0, (interest) => {
        const { read } = interest;
        if (read.by === 'selector' && matches(read.requirements, labels)) visit(interest);
      });
      if (namespace === undefined) return;
    }
  }

  #place(interest: Interest): void {
    const { read } = interest;
    if (read.by === 'name') {
      this.#byName.set(read.key, interest);
      return;
    }
    const root = this.#byNamespace.get(read.namespace) ?? newNode();
    this.#byNamespace.set(read.namespace, root);
    for (const place of placesOf(read.requirements)) {
      let node = root;
      for (const pair of place) {
        const next = node.next.get(pair) ?? newNode();
        node.next.set(pair, next);
        node = next;
      }
      node.interests.add(interest);
    }
  }

  #displace(interest: Interest): void {
    const { id, read } = interest;
    this.#byId.delete(id);
    if (read.by === 'name') {
      this.#byName.delete(read.key);
      return;
    }
    const root = this.#byNamespace.get(read.namespace);
    if (!root) return;
    for (const place of placesOf(read.requirements)) removeFrom(root, place, 0, interest);
    if (isEmpty(root)) this.#byNamespace.delete(read.namespace);
  }
}

function newNode(): Node {
  return { interests: new Set(), next: new Map() };
}

function isEmpty({ interests, next }: Node): boolean {
  return interests.size === 0 && next.size === 0;
}

/** All that stands on ways down that the object's labels open. */
function visitNode(
  { interests, next }: Node,
  pairs: readonly string[],
  from: number,
  visit: (found: Interest) => void,
): void {
  for (const interest of interests) visit(interest);
  if (next.size === 0) return;
  for (let index = from; index < pairs.length; index += 1) {
    const node = next.get(pairs[index] ?? '');
    if (node) visitNode(node, pairs, index + 1, visit);
  }
}

function removeFrom(node: Node, place: readonly string[], depth: number, interest: Interest): void {
  const pair = place[depth];
  if (pair === undefined) {
    node.interests.delete(interest);
    return;
  }
  const next = node.next.get(pair);
  if (!next) return;
  removeFrom(next, place, depth + 1, interest);
  if (isEmpty(next)) node.next.delete(pair);
}

/** Where a selector is placed: at the end of each combination of values that it demands. */
function placesOf(requirements: readonly Requirement[]): readonly (readonly string[])[] {
  const demanded = new Map<string, readonly string[]>();
  for (const { key, operator, values } of requirements) {
    if (operator !== 'In') continue;
    const known = demanded.get(key);
    demanded.set(key, [...new Set(known ? known.filter((value) => values.includes(value)) : values)]);
  }
  let places: readonly (readonly string[])[] = [[]];
  for (const [label, values] of [...demanded].sort(([, some], [, others]) => some.length - others.length)) {
    const isFirst = places.length === 1 && places[0]?.length === 0;
    if (!isFirst && places.length * values.length > MOST_PLACES) break;
    places = places.flatMap((place) => values.map((value) => place.concat(pairOf(label, value))));
  }
  return places.map((place) => place.toSorted());
}

function pairOf(label: string, value: string): string {
  return `${label}=${value}`;
}

/** As JSON: what a worker asks for may be of any text, and no two reads may be taken for one. */
function idOf(read: Read): string {
  return read.by === 'name' ? `name ${read.key}` : JSON.stringify([read.namespace ?? null, read.requirements]);
}

function isEquallyLabelled({ metadata: one }: KubernetesObject, { metadata: other }: KubernetesObject): boolean {
  if (one.namespace !== other.namespace) return false;
  const [some = {}, others = {}] = [one.labels, other.labels];
  const names = Object.keys(some);
  return names.length === Object.keys(others).length && names.every((name) => some[name] === others[name]);
}
