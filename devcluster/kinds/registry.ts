import { builtinKinds } from './builtin.ts';
import { nativeKind } from './native-kind.ts';
import { apiVersionOf } from './served-kind.ts';
import type { ServedKind } from './served-kind.ts';

/** All that the cluster serves: built-in kinds, and those of the CustomResourceDefinitions that are installed. */
export class KindRegistry {
  /** By `group/version/plural`. */
  readonly #kinds = new Map<string, ServedKind>();
  /** By `apiVersion kind`. */
  readonly #byKind = new Map<string, ServedKind>();
  /** Any of the versions of a collection. */
  readonly #byCollection = new Map<string, ServedKind>();
  /** The kinds of each CustomResourceDefinition, by its name. */
  readonly #custom = new Map<string, readonly ServedKind[]>();
  /** Kinds that are not served for a while, though they are there. */
  readonly #hidden = new Set<string>();
  readonly #onReplaced = new Map<string, Set<() => void>>();
  #generation = 1;

  constructor() {
    for (const builtin of builtinKinds()) {
      const kind = nativeKind(builtin);
      this.#kinds.set(pathOf(kind), kind);
    }
    this.#index();
  }

  /** Changes whenever what is served changes: documents made of it can be kept until then. */
  get generation(): number {
    return this.#generation;
  }

  find(group: string, version: string, plural: string): ServedKind | undefined {
    const path = `${group}/${version}/${plural}`;
    return this.#hidden.has(path) ? undefined : this.#kinds.get(path);
  }

  /** Whether a group is built in. */
  isNativeGroup(group: string): boolean {
    return this.all().some((kind) => kind.group === group && !kind.custom);
  }

  /** By `apiVersion` and `kind` of an object. */
  findByKind(apiVersion: string, kind: string): ServedKind | undefined {
    return this.#byKind.get(`${apiVersion} ${kind}`);
  }

  all(): readonly ServedKind[] {
    const all = [...this.#kinds.values()];
    return this.#hidden.size === 0 ? all : all.filter((kind) => !this.#hidden.has(pathOf(kind)));
  }

  /** Serves a kind to nobody who asks for its path, and ends its watches. Returns how to serve it again. */
  hide(kind: ServedKind): () => void {
    const path = pathOf(kind);
    this.#hidden.add(path);
    this.#generation++;
    this.replaced(kind.collection);
    return () => {
      this.#hidden.delete(path);
      this.#generation++;
    };
  }

  /** One kind for each resource that is stored, whatever versions it is served in. */
  collections(): readonly ServedKind[] {
    return [...this.#byCollection.values()];
  }

  /** Any of the versions in which a collection is served. */
  findByCollection(collection: string): ServedKind | undefined {
    return this.#byCollection.get(collection);
  }

  /** Calls once the kinds of a collection are served no longer, or otherwise than now. Returns how to take it back. */
  onReplaced(collection: string, callback: () => void): () => void {
    const callbacks = this.#onReplaced.get(collection) ?? new Set();
    this.#onReplaced.set(collection, callbacks.add(callback));
    return () => callbacks.delete(callback);
  }

  /** Tells those who use the kinds of a collection that they are not what they were. */
  replaced(collection: string): void {
    const callbacks = this.#onReplaced.get(collection);
    this.#onReplaced.delete(collection);
    callbacks?.forEach((callback) => callback());
  }

  /** Serves the kinds of a CustomResourceDefinition, instead of those it had before; none: no longer. */
  setCustom(definition: string, kinds: readonly ServedKind[]): void {
    const before = this.#custom.get(definition) ?? [];
    for (const kind of before) this.#kinds.delete(pathOf(kind));
    if (kinds.length > 0) this.#custom.set(definition, kinds);
    else this.#custom.delete(definition);
    for (const kind of kinds) this.#kinds.set(pathOf(kind), kind);
    this.#index();
    this.#generation++;
  }

  #index(): void {
    this.#byKind.clear();
    this.#byCollection.clear();
    for (const kind of this.#kinds.values()) {
      this.#byKind.set(`${apiVersionOf(kind)} ${kind.kind}`, kind);
      if (kind.stored && !this.#byCollection.has(kind.collection)) this.#byCollection.set(kind.collection, kind);
    }
  }
}

function pathOf({ group, version, plural }: ServedKind): string {
  return `${group}/${version}/${plural}`;
}
