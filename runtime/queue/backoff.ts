/** Defaults of client-go's and controller-runtime's rate limiter. */
const FIRST_MS = 5;
const LONGEST_MS = 1_000_000;

/** Exponential backoff a key: 5 ms, doubled by each failure in a row, at most 1,000 s. */
export class Backoff {
  readonly #failures = new Map<string, number>();
  readonly #first: number;
  readonly #longest: number;

  constructor(first: number = FIRST_MS, longest: number = LONGEST_MS) {
    this.#first = first;
    this.#longest = longest;
  }

  /** Counts a failure; milliseconds to wait before the next try. */
  next(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    return Math.min(this.#first * 2 ** failures, this.#longest);
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** After a success, and when the key is gone. */
  forget(key: string): void {
    this.#failures.delete(key);
  }
}
