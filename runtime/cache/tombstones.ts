import { compareResourceVersions } from '../kube/resource-version.ts';
import type { HeldEvents } from './held-events.ts';
import type { Entry } from './store.ts';

/** What an own write, or a list beside the watch, took away. */
export interface Tombstone {
  readonly uid: string;
  /** The number of that write. */
  readonly write: number;
  /** DELETE answers no version, and the object of this uid never comes back; what only left the selection may. */
  readonly isGone: boolean;
  /** The version in which it left the selection, or the last known before it was deleted. */
  readonly resourceVersion: string;
  /** The number of the own write that told of this version; 0: the watch did. */
  readonly told: number;
}

/** So many are remembered of what only left the selection: a watch may be slow to tell how far it is. */
const MOST_LEFT = 10_000;

/**
 * What was taken away and whose DELETED event is to come, so that older events, which the watch has still to bring, do not bring it back.
 * One goes with its event, with an object that came later, or with a list that began later. Of what only left the selection there may be
 * no event, since it may not have been in it: it goes once the watch has told all up to then, too.
 */
export class Tombstones {
  readonly #byKey = new Map<string, Tombstone>();
  /** Keys of what only left the selection, in the order in which it did. */
  readonly #left = new Set<string>();

  get size(): number {
    return this.#byKey.size;
  }

  set(key: string, tombstone: Tombstone): void {
    this.#byKey.set(key, tombstone);
    if (!tombstone.isGone) this.#addLeft(key);
  }

  #addLeft(key: string): void {
    this.#left.delete(key);
    this.#left.add(key);
    if (this.#left.size <= MOST_LEFT) return;
    const [first = key] = this.#left;
    this.#forgetLeft(first);
  }

  #forgetLeft(key: string): void {
    this.#left.delete(key);
    if (this.#byKey.get(key)?.isGone === false) this.#byKey.delete(key);
  }

  /** The watch has told all up to this version, but for the events that are held. */
  toldUpTo(resourceVersion: string, held: Pick<HeldEvents, 'has'>): void {
    if (this.#left.size === 0) return;
    for (const key of this.#left) {
      const tombstone = this.#byKey.get(key);
      if (tombstone?.isGone === false) {
        const isToCome = compareResourceVersions(tombstone.resourceVersion, resourceVersion) > 0;
        // Those after it left the selection later.
        if (isToCome || held.has(key)) return;
      }
      this.#forgetLeft(key);
    }
  }

  delete(key: string): void {
    this.#byKey.delete(key);
  }

  /** Whether this is what was taken away, or an object of that name from before that. */
  bury({ key, uid, resourceVersion }: Entry): boolean {
    const tombstone = this.#byKey.get(key);
    if (!tombstone) return false;
    return (
      (tombstone.isGone && tombstone.uid === uid) ||
      compareResourceVersions(resourceVersion, tombstone.resourceVersion) <= 0
    );
  }

  /**
   * Whether it was taken away after `writes` own writes, and a list as of `resourceVersion` that began then, and had `entry` or (undefined)
   * had it not, is of the time before that.
   */
  buryListed(key: string, entry: Entry | undefined, resourceVersion: string, writes: number): boolean {
    const tombstone = this.#byKey.get(key);
    if (!tombstone || tombstone.write <= writes) return false;
    if (entry && tombstone.isGone && tombstone.uid === entry.uid) return true;
    return compareResourceVersions(resourceVersion, tombstone.resourceVersion) < 0;
  }

  /** A DELETED event: the one that was waited for, unless it tells of an earlier time at which the object left the selection. */
  confirm({ key, uid, resourceVersion }: Entry): void {
    const tombstone = this.#byKey.get(key);
    if (tombstone?.uid !== uid || compareResourceVersions(resourceVersion, tombstone.resourceVersion) < 0) return;
    this.#byKey.delete(key);
  }

  /** A list of the watch, begun after `writes` own writes, tells what has become of all that was taken away before. */
  listed(listed: ReadonlyMap<string, Entry>, resourceVersion: string, writes: number): void {
    for (const [key, tombstone] of this.#byKey) {
      if (tombstone.write <= writes) {
        if (!listed.has(key)) this.#byKey.delete(key);
      } else if (tombstone.told <= writes && compareResourceVersions(tombstone.resourceVersion, resourceVersion) > 0) {
        // Known before the list began, and later than it: of the time before the server was restored.
        this.#byKey.set(key, { ...tombstone, resourceVersion: '' });
      }
    }
  }

  /** A list beside the watch, begun after `writes` own writes: what it has, has come back. */
  listedBeside(listed: ReadonlyMap<string, Entry>, writes: number): void {
    for (const [key, { write }] of this.#byKey) if (write <= writes && listed.has(key)) this.#byKey.delete(key);
  }
}
