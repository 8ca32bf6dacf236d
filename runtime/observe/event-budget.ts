/** As client-go's spam filter: so many events about one object at once, then one more each five minutes. */
const BURST = 25;
const REFILL_MS = 5 * 60_000;

interface Bucket {
  /** Since when it fills: it holds one for each {@link REFILL_MS} that passed, {@link BURST} at most. */
  emptyAt: number;
  last: number;
}

/** How many new events each object may have: a message that differs every time must not fill the server. */
export class EventBudget {
  /** In the order of their last use. */
  readonly #buckets = new Map<string, Bucket>();

  /** Takes one from the object's bucket; false where it is empty. */
  take(uid: string, now: number): boolean {
    forgetIdle(this.#buckets, now - BURST * REFILL_MS);
    const full = now - BURST * REFILL_MS;
    const bucket = this.#buckets.get(uid) ?? { emptyAt: full, last: now };
    this.#buckets.delete(uid);
    this.#buckets.set(uid, bucket);
    bucket.last = now;
    const emptyAt = Math.max(bucket.emptyAt, full) + REFILL_MS;
    if (emptyAt > now) return false;
    bucket.emptyAt = emptyAt;
    return true;
  }
}

/** Drops from the front of a map that is in the order of last use all that was last used before `since`. */
export function forgetIdle(used: Map<string, { readonly last: number }>, since: number): void {
  for (const [key, { last }] of used) {
    if (last >= since) return;
    used.delete(key);
  }
}
