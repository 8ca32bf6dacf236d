/** What a simulation leaves to chance, all of it from one seed: the same seed, the same decisions. */
export class Chance {
  #state: number;

  /** `seed`: an integer. */
  constructor(seed: number) {
    // The generator knows no zero, and seeds that are near to each other must not begin alike.
    this.#state = Math.imul(seed + 1, 2_654_435_761) >>> 0 || 1;
    for (let i = 0; i < 8; i += 1) this.next();
  }

  /** 0 to below 1. Source: G. Marsaglia, Xorshift RNGs (2003), of 32 bits. */
  readonly next = (): number => {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state / 2 ** 32;
  };

  /** 0 to below `limit`. */
  integer(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** From `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.integer(high - low + 1);
  }

  /** True with this probability. */
  isSo(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of them. Throws a RangeError where there is none. */
  of<Item>(items: readonly Item[]): Item {
    const item = items[this.integer(items.length)];
    if (item === undefined) throw new RangeError('there is nothing to choose from');
    return item;
  }
}
