import { History } from './history.ts';
import type { StoreEvent } from './history.ts';
import type { ApiObject } from './object.ts';

/** Texts that all watchers of one event share, by format: an event is serialised once, however many watch. */
export type SharedTexts = Map<string, string>;

export type Listener = (event: StoreEvent, texts: SharedTexts) => void;

/** All objects of one resource (`apps/deployments`), whatever versions it is served in. */
export class Collection {
  readonly name: string;
  readonly #objects = new Map<string, ApiObject>();
  readonly #history: History;
  readonly #listeners = new Set<Listener>();
  #sorted: readonly string[] | undefined = [];

  constructor(name: string, watchHistory: number) {
    this.name = name;
    this.#history = new History(watchHistory);
  }

  get size(): number {
    return this.#objects.size;
  }

  get history(): History {
    return this.#history;
  }

  get(key: string): ApiObject | undefined {
    return this.#objects.get(key);
  }

  /** All objects, in no particular order. */
  values(): Iterable<ApiObject> {
    return this.#objects.values();
  }

  /**
   * The objects of a namespace, or all, in the order of their keys: now, or as they were at `version`, of which undefined is told where
   * that is too long ago. Only those whose keys follow `after`.
   */
  list(namespace: string | undefined, version?: number, after?: string): readonly ApiObject[] | undefined {
    const state = version === undefined ? this.#objects : this.#history.stateAt(version, this.#objects);
    if (!state) return undefined;
    const keys = state === this.#objects ? this.#sortedKeys() : [...state.keys()].sort(byCodeUnits);
    const [from, to] = namespace ? range(keys, `${namespace}/`) : [0, keys.length];
    const start = after === undefined ? from : Math.max(from, lowerBound(keys, `${after}\0`));
    return keys.slice(start, to).flatMap((key) => state.get(key) ?? []);
  }

  /** Called after each change, at once and in the order of the changes; must not write. Returns how to stop it. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes a change in. Only the store calls this. */
  commit(event: StoreEvent): void {
    if (event.type === 'DELETED') this.#objects.delete(event.key);
    else this.#objects.set(event.key, event.object);
    if (event.type !== 'MODIFIED') this.#sorted = undefined;
    this.#history.record(event);
    const texts: SharedTexts = new Map();
    // A listener may end other subscriptions: iterate over those of now.
    for (const listener of Array.from(this.#listeners)) listener(event, texts);
  }

  #sortedKeys(): readonly string[] {
    this.#sorted ??= [...this.#objects.keys()].sort(byCodeUnits);
    return this.#sorted;
  }
}

/** Keys are ASCII: code units order them as etcd orders bytes. */
function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The place of the first key with this prefix, which ends with a slash, and the one after the last. */
function range(keys: readonly string[], prefix: string): readonly [from: number, to: number] {
  // '0' follows '/' in ASCII.
  return [lowerBound(keys, prefix), lowerBound(keys, `${prefix.slice(0, -1)}0`)];
}

function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
