import { isDeepStrictEqual } from 'node:util';
import { apiVersionOf, keyOf, splitKey } from '../kube/paths.ts';
import { compareResourceVersions } from '../kube/resource-version.ts';
import { matches, type Requirement } from '../kube/selector.ts';
import { managersOf, type Managers } from '../kube/managed-fields.ts';
import type { KubernetesObject } from '../kube/types.ts';
import { Availability } from './availability.ts';
import type { CatchUp } from './catch-up.ts';
import { HeldEvents, type CacheEvent } from './held-events.ts';
import { InterestIndex } from './interest.ts';
import type { Known } from '../kube/frames.ts';
import type { Selection, Sink } from './reflector.ts';
import { entryOf, Store, type Entry } from './store.ts';
import { Tombstones, type Tombstone } from './tombstones.ts';

/** One object changed: `old` absent = it appeared; `current` absent = it is gone or left the selection. Never both. */
export interface Change {
  readonly key: string;
  readonly old: Entry | undefined;
  readonly current: Entry | undefined;
  /** Whether a write of this operator brought it, and not a watch. */
  readonly own: boolean;
  /** The key of the resource whose sync wrote it; undefined where `own` is not set. To all others it is somebody else's doing. */
  readonly writer?: string | undefined;
  /** Who holds which fields of `current`: told here and kept nowhere. */
  readonly managers?: Managers | undefined;
}

/** So many are remembered: a watch that lags further behind is read in full. */
const MOST_ECHOES = 10_000;

/**
 * What the cluster holds of one selection, as far as the operator knows: the watch's view with the operator's own writes laid over
 * it, so that a read is never older than the last own write.
 *
 * Not guaranteed: that the view is current with others' writes; a watch lags.
 */
export class Cache extends Availability implements Sink<Entry> {
  readonly selection: Selection;
  readonly interests = new InterestIndex();
  readonly #apiVersion: string;
  readonly #requirements: readonly Requirement[];
  readonly #fieldManager: string;
  readonly #store = new Store();
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #held = new HeldEvents((event) => this.#handle(event));
  readonly #tombstones = new Tombstones();
  /** For each key that an own write brought: the write's number. Goes when the watch has caught up. */
  readonly #overlay = new Map<string, number>();
  /** The versions that own writes were answered with and the watch has not told of, with the objects' keys. */
  readonly #echoes = new Map<string, string>();
  readonly echoes: Known;
  /** Own writes acknowledged so far. */
  #writes = 0;
  /** {@link #writes} when the list under way began: later writes may be missing in it. */
  #writesAtListing = 0;
  /** A list beside the watch had all up to this version: what the watch tells of earlier ones is old. */
  #caughtUpTo: string | undefined;
  /** The same when the list under way began. */
  #caughtUpAtListing: string | undefined;

  constructor(selection: Selection, requirements: readonly Requirement[], fieldManager: string) {
    super();
    this.selection = selection;
    this.#apiVersion = apiVersionOf(selection.type);
    this.#requirements = requirements;
    this.#fieldManager = fieldManager;
    const echoes = this.#echoes;
    this.echoes = {
      get some() {
        return echoes.size > 0;
      },
      is: (resourceVersion, has) => this.#isAnswered(resourceVersion, has),
    };
  }

  /** Objects that are kept, and those of which something is waited for: that they went, or left the selection. */
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

  /** Returns how to stop it. */
  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  override forgetListeners(): void {
    super.forgetListeners();
    this.#listeners.clear();
  }

  /**
   * A write to this object begins: events about it wait until the returned function is called, after the answer was told by
   * {@link written} or {@link removed}. (A quarter of them come before the answer.)
   */
  hold(key: string): () => void {
    return this.#held.hold(key);
  }

  /**
   * The server's answer to a write by the sync of the resource `writer`, or (undefined) to a read of this one object; between {@link hold}
   * and its end. Returns false where it cannot be: it is older than what was known before it was asked for, so the server was restored
   * from a backup, and the cache is to be listed anew.
   */
  written(object: KubernetesObject, writer: string | undefined): boolean {
    const { namespace } = this.selection;
    if (namespace !== undefined && object.metadata.namespace !== namespace) return true;
    const managers = managersOf(object);
    const entry = this.#entry(object, managers);
    const { key, uid, resourceVersion } = entry;
    const listed = this.#held.deliverList(key);
    // It has this, or something later.
    if (listed !== undefined && compareResourceVersions(resourceVersion, listed) <= 0) return true;
    const known = this.#store.get(key);
    const age = known ? compareResourceVersions(resourceVersion, known.resourceVersion) : 1;
    // Events waited meanwhile, so only the answer to another own write can have come in between.
    if (age < 0) return this.#held.overlaps(key);
    if (age > 0 && !this.#held.answer(key, resourceVersion)) return true;
    this.#writes += 1;
    const isSelected = matches(this.#requirements, object.metadata.labels);
    // Nothing was changed: it was as it was to be. (A server that was restored counts once more through versions that it had before.)
    if (age === 0 && isDeepStrictEqual(known?.object, entry.object)) {
      this.#overlay.set(key, this.#writes);
      return true;
    }
    if (this.#tombstones.bury(entry)) return true;
    if (isSelected) {
      this.#overlay.set(key, this.#writes);
      if (!this.#held.hasEvent(key, resourceVersion)) {
        if (this.#echoes.size >= MOST_ECHOES) this.#echoes.clear();
        this.#echoes.set(resourceVersion, key);
      }
      const old = this.#store.put(entry);
      this.#tell({ key, old, current: entry, own: writer !== undefined, writer, managers });
    } else {
      const write = this.#writes;
      const tombstone = { uid, isGone: false, resourceVersion, write, told: write };
      if (known) this.#bury(key, tombstone, writer);
      // That it came into the selection, the watch may have still to tell.
      else this.#tombstones.set(key, tombstone);
    }
    return true;
  }

  /** A write by the sync of the resource `writer` deleted the object of this uid. */
  removed(key: string, uid: string, writer: string): void {
    this.#held.deliverList(key);
    this.#writes += 1;
    const write = this.#writes;
    const known = this.#store.get(key);
    if (known?.uid === uid) {
      const { resourceVersion } = known;
      this.#held.answer(key, resourceVersion);
      const told = this.#overlay.get(key) ?? 0;
      this.#bury(key, { uid, isGone: true, resourceVersion, write, told }, writer);
    } else if (this.#selectsAll(key)) {
      // Of what is not in the selection no event will come that could take the tombstone away.
      this.#tombstones.set(key, { uid, isGone: true, resourceVersion: '', write, told: 0 });
    }
  }

  /** An own deletion found no object of this uid: the watch may have told of that already, and no event is to come then. */
  gone(key: string, uid: string, writer: string): void {
    if (this.#store.get(key)?.uid === uid) this.removed(key, uid, writer);
  }

  /** What own writes made of this object never was: it is as given, or (undefined) there is none. Only while nothing is watched. */
  takeBack(key: string, object: KubernetesObject | undefined): void {
    this.#tombstones.delete(key);
    this.#overlay.delete(key);
    const { namespace } = this.selection;
    const isHere = object && (namespace === undefined || object.metadata.namespace === namespace);
    const entry = isHere && matches(this.#requirements, object.metadata.labels) ? this.#entry(object) : undefined;
    const old = entry ? this.#store.put(entry) : this.#store.delete(key);
    if (old || entry) this.#tell({ key, old, current: entry, own: false });
  }

  #bury(key: string, tombstone: Tombstone, writer: string | undefined): void {
    this.#tombstones.set(key, tombstone);
    this.#overlay.delete(key);
    this.#tell({ key, old: this.#store.delete(key), current: undefined, own: writer !== undefined, writer });
  }

  override listing(): void {
    super.listing();
    // The events of those before the list are not going to come.
    this.#echoes.clear();
    this.#writesAtListing = this.#writes;
    this.#caughtUpAtListing = this.#caughtUpTo;
  }

  keep(object: KubernetesObject, managers = managersOf(object)): Entry {
    return this.#entry(object, managers);
  }

  replace(entries: readonly Entry[], resourceVersion: string): void {
    if (!this.#isOvertaken(resourceVersion)) this.#replace(entries, resourceVersion);
    this.wasListed();
  }

  /** Whether a list beside the watch, of a later version, began after this one and ended before it. */
  #isOvertaken(resourceVersion: string): boolean {
    const caughtUpTo = this.#caughtUpTo;
    if (caughtUpTo === undefined || caughtUpTo === this.#caughtUpAtListing) return false;
    return compareResourceVersions(resourceVersion, caughtUpTo) <= 0;
  }

  #replace(entries: readonly Entry[], resourceVersion: string): void {
    // The list may be older than all that was known: of a server that was restored from a backup.
    this.#caughtUpTo = undefined;
    const writes = this.#writesAtListing;
    const listed = new Map(entries.map((entry) => [entry.key, entry]));
    const missing = this.#missingIn(listed);
    this.#tombstones.listed(listed, resourceVersion, writes);
    for (const [key, entry] of listed) this.#held.deliver(key, { type: 'listed', key, entry, resourceVersion, writes });
    for (const key of missing)
      this.#held.deliver(key, { type: 'listed', key, entry: undefined, resourceVersion, writes });
  }

  /** Begins to compare with a list beside the watch. */
  beginCatchUp(): CatchUp {
    const caughtUp = this.catchesUp();
    const writes = this.#writes;
    return {
      compare: (objects, resourceVersion) => {
        const listed = new Map(objects.map((object) => [keyOf(object), this.#entry(object)]));
        this.#tombstones.listedBeside(listed, writes);
        for (const key of this.#missingIn(listed)) this.#held.deliver(key, { type: 'absent', key, resourceVersion });
        return [...listed.values()].filter((entry) => !this.#isKnown(entry)).map(({ object }) => object);
      },
      fetched: (object) => {
        const managers = managersOf(object);
        const entry = this.#entry(object, managers);
        this.#held.deliver(entry.key, { type: 'changed', entry, managers, isBeside: true });
      },
      absent: (key, resourceVersion) => this.#held.deliver(key, { type: 'absent', key, resourceVersion }),
      end: (resourceVersion) => {
        this.#caughtUpTo = resourceVersion;
        caughtUp();
      },
    };
  }

  /** What is here and not in a list, and what a write under way may have made: it may be gone again. */
  #missingIn(listed: ReadonlyMap<string, Entry>): readonly string[] {
    const here = Array.from(this.#store.entries(), ({ key }) => key);
    return [...here, ...this.#held.keys()].filter((key) => !listed.has(key));
  }

  /** Whether this version is here or a later one, or we deleted the object. */
  #isKnown(entry: Entry): boolean {
    if (this.#tombstones.bury(entry)) return true;
    const known = this.#store.get(entry.key);
    const age = known ? compareResourceVersions(known.resourceVersion, entry.resourceVersion) : -1;
    return age > 0 || (age === 0 && known?.uid === entry.uid);
  }

  /** Whether this is the event of an own write whose answer is here. */
  #isAnswered(resourceVersion: string, has: (text: string) => boolean): boolean {
    const key = this.#echoes.get(resourceVersion);
    if (key === undefined) return false;
    this.#echoes.delete(resourceVersion);
    const known = this.#store.get(key);
    // A server that was restored from a backup counts once more through versions that it had before.
    return known !== undefined && has(known.uid) && this.#isEcho(key, { uid: known.uid, resourceVersion });
  }

  changed(object: KubernetesObject, managers = managersOf(object)): void {
    // Most events tell what the answer to an own write has told.
    if (this.#isEcho(keyOf(object), object.metadata)) return;
    const entry = this.#entry(object, managers);
    if (!this.#isOld(entry)) this.#held.deliver(entry.key, { type: 'changed', entry, managers, isBeside: false });
  }

  deleted(object: KubernetesObject): void {
    const entry = this.#entry(object);
    if (!this.#isOld(entry)) this.#held.deliver(entry.key, { type: 'deleted', entry });
    else this.#tombstones.confirm(entry);
  }

  toldUpTo(resourceVersion: string): void {
    this.#tombstones.toldUpTo(resourceVersion, this.#held);
  }

  /** Whether just this version is here; nothing that is to come can make a difference then. */
  #isEcho(
    key: string,
    { uid, resourceVersion = '' }: Pick<KubernetesObject['metadata'], 'uid' | 'resourceVersion'>,
  ): boolean {
    const known = this.#store.get(key);
    if (known?.resourceVersion !== resourceVersion || known.uid !== uid || this.#held.has(key)) return false;
    if (!this.#isOld(known)) this.#overlay.delete(key);
    return true;
  }

  /** The watch lags behind a list that was read beside it. */
  #isOld({ resourceVersion }: Entry): boolean {
    return this.#caughtUpTo !== undefined && compareResourceVersions(resourceVersion, this.#caughtUpTo) <= 0;
  }

  #selectsAll(key: string): boolean {
    const { namespace } = this.selection;
    return this.#requirements.length === 0 && (namespace === undefined || splitKey(key).namespace === namespace);
  }

  #entry(object: KubernetesObject, managers = managersOf(object)): Entry {
    const { type, metadataOnly } = this.selection;
    const apiVersion = this.#apiVersion;
    // Items of a list carry no kind, and metadata comes as kind PartialObjectMetadata.
    const { kind } = type;
    const kept = metadataOnly ? { apiVersion, kind, metadata: object.metadata } : { ...object, apiVersion, kind };
    return entryOf(kept, this.#fieldManager, managers);
  }

  #handle(event: CacheEvent): void {
    if (event.type === 'changed') this.#handleChanged(event);
    else if (event.type === 'deleted') this.#handleDeleted(event.entry);
    else if (event.type === 'absent') this.#handleAbsent(event.key, event.resourceVersion);
    else this.#handleListed(event.key, event.entry, event.resourceVersion, event.writes);
  }

  #handleChanged({ entry, managers, isBeside }: Extract<CacheEvent, { type: 'changed' }>): void {
    const { key } = entry;
    if (this.#tombstones.bury(entry)) return;
    const known = this.#store.get(key);
    const age = known ? compareResourceVersions(entry.resourceVersion, known.resourceVersion) : 1;
    // What was read beside the watch, a list of the watch may still lack.
    if (age >= 0 && !isBeside) this.#overlay.delete(key);
    if (age <= 0) return;
    this.#tombstones.delete(key);
    this.#tell({ key, old: this.#store.put(entry), current: entry, own: false, managers });
  }

  #handleDeleted(entry: Entry): void {
    this.#tombstones.confirm(entry);
    const { key, resourceVersion } = entry;
    const known = this.#store.get(key);
    if (!known || compareResourceVersions(known.resourceVersion, resourceVersion) > 0) return;
    this.#overlay.delete(key);
    this.#tell({ key, old: this.#store.delete(key), current: undefined, own: false });
  }

  #handleAbsent(key: string, resourceVersion: string): void {
    const known = this.#store.get(key);
    if (!known || compareResourceVersions(known.resourceVersion, resourceVersion) > 0) return;
    this.#overlay.delete(key);
    // What the watch and a list that is under way tell next may be of an earlier time.
    this.#writes += 1;
    const write = this.#writes;
    const tombstone = { uid: known.uid, write, told: write };
    // With a selector it may have left the selection only, and come back.
    if (this.#requirements.length > 0) this.#tombstones.set(key, { ...tombstone, isGone: false, resourceVersion });
    else this.#tombstones.set(key, { ...tombstone, isGone: true, resourceVersion: known.resourceVersion });
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
    if (this.#tombstones.buryListed(key, entry, resourceVersion, writesBefore)) return;
    if (entry) {
      this.#tombstones.delete(key);
      if (known?.resourceVersion === entry.resourceVersion && isDeepStrictEqual(known.object, entry.object)) return;
      this.#tell({ key, old: this.#store.put(entry), current: entry, own: false });
    } else if (known) {
      this.#tell({ key, old: this.#store.delete(key), current: undefined, own: false });
    }
  }

  #tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}
