import type { Cache } from '../cache/cache.ts';
import type { InterestIndex, Read } from '../cache/interest.ts';

/** Where it is kept who read what of a cache. */
export type Interests = (cache: Cache) => InterestIndex;

const NO_READS: ReadonlySet<string> = new Set();

/** What a run read, by cache: the ids of its reads. */
export class Tracker {
  readonly #reader: string;
  readonly #interests: Interests;
  readonly #reads = new Map<Cache, Set<string>>();

  /** `reader` is woken by changes of what it read. Default of `interests`: those that the cache has itself, for the phase machine. */
  constructor(reader: string, interests: Interests = (cache) => cache.interests) {
    this.#reader = reader;
    this.#interests = interests;
  }

  /** To be called before the read is answered, so that no change falls between the two. */
  track(cache: Cache, read: Read): void {
    const id = this.#interests(cache).add(this.#reader, read);
    const ids = this.#reads.get(cache);
    if (ids) ids.add(id);
    else this.#reads.set(cache, new Set([id]));
  }

  /** From now on only what this run read concerns the resource. */
  replaceEarlierReads(caches: readonly Cache[]): void {
    for (const cache of caches) this.#interests(cache).retain(this.#reader, this.#reads.get(cache) ?? NO_READS);
  }
}
