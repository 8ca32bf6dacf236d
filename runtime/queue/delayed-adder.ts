import type { Clock, Timer } from '../clock.ts';

/**
 * Adds keys later. One delay is kept a key, the earliest: a later one for the same key is dropped, since whoever runs then looks at
 * everything anyway.
 */
export class DelayedAdder {
  readonly #clock: Clock;
  readonly #add: (key: string) => void;
  readonly #due = new Map<string, { readonly at: number; readonly timer: Timer }>();
  #closed = false;

  constructor(clock: Clock, add: (key: string) => void) {
    this.#clock = clock;
    this.#add = add;
  }

  /** Keys that wait for their time. */
  get size(): number {
    return this.#due.size;
  }

  /** `milliseconds` of zero or less adds at once. */
  addAfter(key: string, milliseconds: number): void {
    if (this.#closed) return;
    if (milliseconds <= 0) {
      this.#add(key);
      return;
    }
    const at = this.#clock.monotonic() + milliseconds;
    const known = this.#due.get(key);
    if (known && known.at <= at) return;
    known?.timer.cancel();
    const timer = this.#clock.after(milliseconds, () => {
      this.#due.delete(key);
      this.#add(key);
    });
    this.#due.set(key, { at, timer });
  }

  /** Forgets what was to come for this key. */
  cancel(key: string): void {
    this.#due.get(key)?.timer.cancel();
    this.#due.delete(key);
  }

  close(): void {
    this.#closed = true;
    for (const { timer } of this.#due.values()) timer.cancel();
    this.#due.clear();
  }
}
