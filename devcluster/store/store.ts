import { Collection } from './collection.ts';
import { freezeJson } from './json.ts';
import { keyOf } from './object.ts';
import type { StoreEvent } from './history.ts';
import type { ApiObject, Draft } from './object.ts';

export type StoreListener = (collection: Collection, event: StoreEvent) => void;

/**
 * All objects of the cluster, in memory. One counter gives every change its resource version, as etcd's revision does.
 * Writes are synchronous: a verb that checks and then writes without awaiting in between is atomic.
 */
export class Store {
  readonly #watchHistory: number;
  readonly #collections = new Map<string, Collection>();
  readonly #listeners = new Set<StoreListener>();
  #version = 1;
  /** What happened up to here is not told by anybody. */
  #forgotten = 0;

  /** `watchHistory`: how many changes of each collection can be watched again or paged over. */
  constructor(watchHistory: number) {
    this.#watchHistory = watchHistory;
  }

  /** The resource version of the latest change. */
  get version(): number {
    return this.#version;
  }

  /** The collection of that name, made where there is none yet. */
  collection(name: string): Collection {
    let collection = this.#collections.get(name);
    if (!collection) {
      collection = new Collection(name, this.#watchHistory);
      collection.history.clear(this.#forgotten);
      this.#collections.set(name, collection);
    }
    return collection;
  }

  collections(): Iterable<Collection> {
    return this.#collections.values();
  }

  /** Called after each change of any collection, after the collection's own listeners. */
  subscribe(listener: StoreListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Stores an object, new or changed, and returns it with its resource version, frozen. */
  put(collection: Collection, draft: Draft): ApiObject {
    const key = keyOf(draft);
    const previous = collection.get(key);
    const version = ++this.#version;
    draft.metadata.resourceVersion = String(version);
    const object: ApiObject = freezeJson(draft);
    this.#commit(collection, { version, type: previous ? 'MODIFIED' : 'ADDED', key, object, previous });
    return object;
  }

  /** Removes an object that is there, and returns its last state under the deletion's resource version. */
  remove(collection: Collection, previous: ApiObject): ApiObject {
    const version = ++this.#version;
    const object: ApiObject = freezeJson({
      ...previous,
      metadata: { ...previous.metadata, resourceVersion: String(version) },
    });
    this.#commit(collection, { version, type: 'DELETED', key: keyOf(previous), object, previous });
    return object;
  }

  /** Forgets the past of all collections: older resource versions are answered 410 from now on. */
  compact(): void {
    this.#forgotten = this.#version;
    for (const collection of this.#collections.values()) collection.history.clear(this.#version);
  }

  /**
   * Takes in what an earlier store held at a version of its, in the order given: told to all listeners as additions, under the
   * resource versions of then. For a store that is new.
   */
  restore(version: number, objects: Iterable<readonly [collection: string, object: ApiObject]>): void {
    this.#version = version;
    for (const [name, object] of objects) {
      const frozen = freezeJson(object);
      const key = keyOf(frozen);
      const event = { version: Number(frozen.metadata.resourceVersion), key, object: frozen, previous: undefined };
      this.#commit(this.collection(name), { type: 'ADDED', ...event });
    }
    this.compact();
  }

  /**
   * Goes back to what there was at an earlier version: told to all listeners as changes, under the resource versions of then. Later
   * versions will be given out again, or, with `bump`, those that are so much later.
   */
  rewind(version: number, objects: Iterable<readonly [collection: string, object: ApiObject]>, bump = 0): void {
    const wanted = Map.groupBy(objects, ([name]) => name);
    this.#version = version;
    // Definitions before the objects of their kinds, as they were made.
    for (const [name, entries] of wanted) {
      const collection = this.collection(name);
      for (const [, object] of entries) {
        const key = keyOf(object);
        const previous = collection.get(key);
        if (previous === object) continue;
        const type = previous ? 'MODIFIED' : 'ADDED';
        this.#commit(collection, { version: Number(object.metadata.resourceVersion), type, key, object, previous });
      }
    }
    for (const collection of this.#collections.values()) {
      const kept = new Set(wanted.get(collection.name)?.map(([, object]) => keyOf(object)));
      for (const previous of Array.from(collection.values())) {
        const key = keyOf(previous);
        if (!kept.has(key)) this.#commit(collection, { version, type: 'DELETED', key, object: previous, previous });
      }
    }
    this.#version += bump;
    this.compact();
  }

  #commit(collection: Collection, event: StoreEvent): void {
    collection.commit(event);
    for (const listener of Array.from(this.#listeners)) listener(collection, event);
  }
}
