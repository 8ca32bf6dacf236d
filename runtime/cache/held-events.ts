import type { Managers } from '../kube/managed-fields.ts';
import { compareResourceVersions } from '../kube/resource-version.ts';
import type { Entry } from './store.ts';

/** What a cache is told of one object. */
export type CacheEvent =
  | {
      readonly type: 'changed';
      readonly entry: Entry;
      /** Who holds which of its fields. */
      readonly managers: Managers | undefined;
      /** Whether it was read beside the watch. */
      readonly isBeside: boolean;
    }
  | { readonly type: 'deleted'; readonly entry: Entry }
  /** A list beside the watch, of this version, did not have it. */
  | { readonly type: 'absent'; readonly key: string; readonly resourceVersion: string }
  /** A consistent list as of `resourceVersion`, begun after so many own writes, had it, or (undefined) did not. */
  | {
      readonly type: 'listed';
      readonly key: string;
      readonly entry: Entry | undefined;
      readonly resourceVersion: string;
      readonly writes: number;
    };

/** Writes of one object that are under way. */
interface Held {
  count: number;
  overlaps: boolean;
  /** The latest version that one of them was answered with; '' where none was. */
  answered: string;
  readonly events: CacheEvent[];
}

/** Events about objects with a write under way, which wait for its answer: a quarter of them come before it. */
export class HeldEvents {
  readonly #byKey = new Map<string, Held>();
  readonly #handle: (event: CacheEvent) => void;

  constructor(handle: (event: CacheEvent) => void) {
    this.#handle = handle;
  }

  keys(): Iterable<string> {
    return this.#byKey.keys();
  }

  /** Whether a write of this object is under way. */
  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  /** See `Cache.hold`. */
  hold(key: string): () => void {
    const held = this.#byKey.get(key) ?? { count: 0, overlaps: false, answered: '', events: [] };
    held.count += 1;
    if (held.count > 1) held.overlaps = true;
    this.#byKey.set(key, held);
    return () => {
      held.count -= 1;
      if (held.count > 0) return;
      this.#byKey.delete(key);
      for (const event of held.events) if (!isAnswered(event, held)) this.#handle(event);
    };
  }

  /** Handles the event now, or once no write of the object is under way any more. */
  deliver(key: string, event: CacheEvent): void {
    const held = this.#byKey.get(key);
    if (held) held.events.push(event);
    else this.#handle(event);
  }

  /** Whether there were several writes at once, whose answers may come in any order. */
  overlaps(key: string): boolean {
    return this.#byKey.get(key)?.overlaps ?? true;
  }

  /** Whether the event of this version waits. */
  hasEvent(key: string, resourceVersion: string): boolean {
    const held = this.#byKey.get(key);
    return (
      held?.events.some((event) => event.type === 'changed' && event.entry.resourceVersion === resourceVersion) ?? false
    );
  }

  /** An answer is of this version. False: another one was of a later version. */
  answer(key: string, resourceVersion: string): boolean {
    const held = this.#byKey.get(key);
    if (!held) return true;
    if (compareResourceVersions(resourceVersion, held.answered) <= 0) return false;
    held.answered = resourceVersion;
    return true;
  }

  /**
   * Handles now what waits, up to the last list, and returns the version of that; undefined: no list waits. The list goes on waiting, since
   * another answer may be older still.
   */
  deliverList(key: string): string | undefined {
    const events = this.#byKey.get(key)?.events ?? [];
    const index = events.findLastIndex(({ type }) => type === 'listed');
    const list = events[index];
    if (list?.type !== 'listed') return undefined;
    for (const event of events.splice(0, index)) this.#handle(event);
    this.#handle(list);
    return list.resourceVersion;
  }
}

/** Whether an answer was of a later version than this event. */
function isAnswered(event: CacheEvent, { answered }: Held): boolean {
  return event.type === 'changed' && compareResourceVersions(event.entry.resourceVersion, answered) < 0;
}
