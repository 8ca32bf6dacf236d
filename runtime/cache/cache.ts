import { apiVersionOf, keyOf, splitKey } from '../kube/paths.ts';
import { compareResourceVersions } from '../kube/resource-version.ts';
import { matches, type Requirement } from '../kube/selector.ts';
import type { KubernetesObject } from '../kube/types.ts';
import { InterestIndex } from './interest.ts';
import type { Selection, Sink } from './reflector.ts';
import { entryOf, Store, type Entry } from './store.ts';

/** One object changed: `old` absent = it appeared; `current` absent = it is gone or left the selection. Never both. */
export interface Change {
  readonly key: string;
  readonly old: Entry | undefined;
  readonly current: Entry | undefined;
  /** Whether a write of this operator brought it, and not a watch. */
  readonly own: boolean;
}

type Event =
  | { readonly type: 'changed'; readonly entry: Entry }
  | { readonly type: 'deleted'; readonly entry: Entry }
  /** A consistent list as of `resourceVersion` had it, or (undefined) did not. */
  | {
      readonly type: 'listed';
      readonly key: string;
      readonly entry: Entry | undefined;
      readonly resourceVersion: string;
      readonly writes: number;
    };

/**
 * `missing`: the server does not know the kind. `forbidden`: it never let us list. Whoever was let once keeps what he has, since a server
 * that has just started refuses for a moment what it will allow.
 */
type Availability = 'unlisted' | 'synced' | 'missing' | 'forbidden';

/**
 * What the cluster holds of one selection, as far as the operator knows: the watch's view with the operator's own writes laid over
 * it, so that a read is never older than the last own write.
 *
 * Not guaranteed: that the view is current with others' writes; a watch lags.
 */
export class Cache implements Sink {
  readonly selection: Selection;
  readonly interests = new InterestIndex();
  readonly #requirements: readonly Requirement[];
  readonly #fieldManager: string;
  readonly #store = new Store();
  readonly #listeners: ((change: Change) => void)[] = [];
  readonly #availabilityListeners: (() => void)[] = [];
  /** Objects with a write under way, with the events that came meanwhile. */
  readonly #held = new Map<string, { count: number; readonly events: Event[] }>();
  /** Uids that we deleted and whose DELETED event is to come: DELETE answers no resource version, so older events of it may follow. */
  readonly #tombstones = new Map<string, string>();
  /** For each key that an own write brought: the write's number. Goes when the watch has caught up. */
  readonly #overlay = new Map<string, number>();
  /** Own writes acknowledged so far. */
  #writes = 0;
  /** {@link #writes} when the list under way began: later writes may be missing in it. */
  #writesAtListing = 0;
  #availability: Availability = 'unlisted';

  constructor(selection: Selection, requirements: readonly Requirement[], fieldManager: string) {
    this.selection = selection;
    this.#requirements = requirements;
    this.#fieldManager = fieldManager;
  }

  /** Whether a consistent list has been seen, and the kind is still there. */
  get synced(): boolean {
    return this.#availability === 'synced';
  }

  /** Whether the server said that it does not know the kind. */
  get isKindMissing(): boolean {
    return this.#availability === 'missing';
  }

  /** Whether the operator has no right to list it, and never had since it started. */
  get isForbidden(): boolean {
    return this.#availability === 'forbidden';
  }

  /** Objects that are kept, and deletions whose event is waited for. */
  get size(): number {
    return this.#store.size + this.#tombstones.size;
  }

  get(key: string): Entry | undefined {
    return this.#store.get(key);
  }

  select(namespace: string | undefined, requirements: readonly Requirement[]): readonly Entry[] {
    return this.#store.select(namespace, requirements);
  }

  entries(): IterableIterator<Entry> {
    return this.#store.entries();
  }

  onChange(listener: (change: Change) => void): void {
    this.#listeners.push(listener);
  }

  /** Calls back whenever {@link synced}, {@link isKindMissing} or {@link isForbidden} becomes true. */
  onAvailability(listener: () => void): void {
    this.#availabilityListeners.push(listener);
  }

  /**
   * A write to this object begins: events about it wait until the returned function is called, after the answer was told by
   * {@link written} or {@link removed}. (A quarter of them come before the answer.)
   */
  hold(key: string): () => void {
    const held = this.#held.get(key) ?? { count: 0, events: [] };
    held.count += 1;
    this.#held.set(key, held);
    return () => {
      held.count -= 1;
      if (held.count > 0) return;
      this.#held.delete(key);
      for (const event of held.events) this.#handle(event);
    };
  }

  /** The server's answer to an own write. */
  written(object: KubernetesObject): void {
    const { namespace } = this.selection;
    if (namespace !== undefined && object.metadata.namespace !== namespace) return;
    const entry = this.#entry(object);
    const known = this.#store.get(entry.key);
    if (!matches(this.#requirements, object.metadata.labels)) {
      if (known?.uid === entry.uid) this.removed(entry.key, entry.uid);
      return;
    }
    this.#writes += 1;
    if (known && compareResourceVersions(known.resourceVersion, entry.resourceVersion) > 0) return;
    this.#overlay.set(entry.key, this.#writes);
    this.#tell({ key: entry.key, old: this.#store.put(entry), current: entry, own: true });
  }

  /** An own write deleted the object of this uid. */
  removed(key: string, uid: string): void {
    this.#writes += 1;
    const known = this.#store.get(key);
    // Of what is not in the selection no event will come that could take the tombstone away.
    if (known?.uid === uid || this.#selectsAll(key)) this.#tombstones.set(key, uid);
    if (known?.uid !== uid) return;
    this.#overlay.delete(key);
    this.#tell({ key, old: this.#store.delete(key), current: undefined, own: true });
  }

  listing(): void {
    this.#writesAtListing = this.#writes;
  }

  replace(objects: readonly KubernetesObject[], resourceVersion: string): void {
    const listed = new Map(objects.map((object) => [keyOf(object), this.#entry(object)]));
    const missing = [...this.#store.entries()].filter(({ key }) => !listed.has(key)).map(({ key }) => key);
    // A tombstone whose object the list does not have has served its purpose.
    for (const [key, uid] of this.#tombstones) if (listed.get(key)?.uid !== uid) this.#tombstones.delete(key);
    for (const [key, entry] of listed)
      this.#deliver(key, { type: 'listed', key, entry, resourceVersion, writes: this.#writesAtListing });
    for (const key of missing)
      this.#deliver(key, { type: 'listed', key, entry: undefined, resourceVersion, writes: this.#writesAtListing });
    this.#becomes('synced');
  }

  missing(): void {
    this.#becomes('missing');
  }

  forbidden(): void {
    if (this.#availability !== 'synced') this.#becomes('forbidden');
  }

  #becomes(availability: Availability): void {
    if (this.#availability === availability) return;
    this.#availability = availability;
    for (const listener of this.#availabilityListeners) listener();
  }

  changed(object: KubernetesObject): void {
    const entry = this.#entry(object);
    this.#deliver(entry.key, { type: 'changed', entry });
  }

  deleted(object: KubernetesObject): void {
    const entry = this.#entry(object);
    this.#deliver(entry.key, { type: 'deleted', entry });
  }

  #selectsAll(key: string): boolean {
    const { namespace } = this.selection;
    return this.#requirements.length === 0 && (namespace === undefined || splitKey(key).namespace === namespace);
  }

  #entry(object: KubernetesObject): Entry {
    const { type, metadataOnly } = this.selection;
    // Items of a list carry no kind, and metadata comes as kind PartialObjectMetadata.
    const kept = metadataOnly ? { metadata: object.metadata } : object;
    return entryOf({ ...kept, apiVersion: apiVersionOf(type), kind: type.kind }, this.#fieldManager);
  }

  #deliver(key: string, event: Event): void {
    const held = this.#held.get(key);
    if (held) held.events.push(event);
    else this.#handle(event);
  }

  #handle(event: Event): void {
    if (event.type === 'changed') this.#handleChanged(event.entry);
    else if (event.type === 'deleted') this.#handleDeleted(event.entry);
    else this.#handleListed(event.key, event.entry, event.resourceVersion, event.writes);
  }

  #handleChanged(entry: Entry): void {
    const { key, uid } = entry;
    if (this.#tombstones.get(key) === uid) return;
    const known = this.#store.get(key);
    if (known && compareResourceVersions(entry.resourceVersion, known.resourceVersion) <= 0) {
      if (entry.resourceVersion === known.resourceVersion) this.#overlay.delete(key);
      return;
    }
    this.#tombstones.delete(key);
    this.#overlay.delete(key);
    this.#tell({ key, old: this.#store.put(entry), current: entry, own: false });
  }

  #handleDeleted({ key, uid, resourceVersion }: Entry): void {
    if (this.#tombstones.get(key) === uid) this.#tombstones.delete(key);
    const known = this.#store.get(key);
    if (!known || compareResourceVersions(known.resourceVersion, resourceVersion) > 0) return;
    this.#overlay.delete(key);
    this.#tell({ key, old: this.#store.delete(key), current: undefined, own: false });
  }

  #handleListed(key: string, entry: Entry | undefined, resourceVersion: string, writesBefore: number): void {
    const known = this.#store.get(key);
    const written = this.#overlay.get(key);
    // Acknowledged after the list began: the list may not have it yet, the watch will bring it.
    if (
      written !== undefined &&
      written > writesBefore &&
      known &&
      compareResourceVersions(known.resourceVersion, resourceVersion) > 0
    )
      return;
    // Otherwise the list is the truth even where it is older than what is known: then the server was restored from a backup.
    this.#overlay.delete(key);
    if (entry) {
      if (this.#tombstones.get(key) === entry.uid || known?.resourceVersion === entry.resourceVersion) return;
      this.#tell({ key, old: this.#store.put(entry), current: entry, own: false });
    } else if (known) {
      this.#tell({ key, old: this.#store.delete(key), current: undefined, own: false });
    }
  }

  #tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}
