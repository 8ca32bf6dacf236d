import type { ApiObject } from './object.ts';

/** One change of one object, as watches see it. */
export interface StoreEvent {
  /** The cluster's version that this change made. */
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly key: string;
  /** The object after the change; of a deletion its last state, with the deletion's resource version. */
  readonly object: ApiObject;
  /** The object before the change. */
  readonly previous: ApiObject | undefined;
}

/**
 * The latest changes of one collection, so that a watch can be resumed and a paged list reads one consistent state.
 * The oldest go first; whoever asks for something older gets nothing and answers 410.
 */
export class History {
  readonly #capacity: number;
  #events: StoreEvent[] = [];
  #lost = 0;

  constructor(capacity: number) {
    this.#capacity = Math.max(0, capacity);
  }

  /** The version up to which changes may be missing. */
  get lost(): number {
    const beyond = this.#events.length - this.#capacity;
    return this.#events[beyond - 1]?.version ?? this.#lost;
  }

  record(event: StoreEvent): void {
    this.#events.push(event);
    // Memory is freed in blocks: taking one from the front of an array moves all the others. What is told is cut exactly.
    if (this.#events.length > this.#capacity + Math.max(16, this.#capacity / 4)) this.#cut();
  }

  /** Forgets all changes up to now. `version` is the cluster's: what is older counts as lost. */
  clear(version: number): void {
    this.#events = [];
    this.#lost = version;
  }

  /** The changes after `version` in their order, or undefined where some of them are gone. */
  since(version: number): readonly StoreEvent[] | undefined {
    if (version < this.lost) return undefined;
    return this.#events.slice(this.#indexAfter(version));
  }

  /** The objects as they were at `version`, made by undoing what came later; undefined where that is too long ago. */
  stateAt(version: number, now: ReadonlyMap<string, ApiObject>): ReadonlyMap<string, ApiObject> | undefined {
    const later = this.since(version);
    if (!later || later.length === 0) return later && now;
    const state = new Map(now);
    for (const event of later.toReversed()) {
      if (event.previous) state.set(event.key, event.previous);
      else state.delete(event.key);
    }
    return state;
  }

  #cut(): void {
    this.#lost = this.lost;
    this.#events = this.#events.slice(this.#events.length - this.#capacity);
  }

  #indexAfter(version: number): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle]?.version ?? 0) > version) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
