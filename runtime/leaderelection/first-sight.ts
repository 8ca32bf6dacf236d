import type { Clock, Timer } from '../clock.ts';

/** Who hears nothing of the lease for so long begins all the same. */
const PATIENCE_MS = 1_000;

/**
 * The moment at which a process that has just started sees its lease for the first time. What is listed from then on has all that others
 * wrote by the lease, if it was free and is then acquired as it was seen: the acquisition fails where anybody had it in between.
 */
export class FirstSight {
  readonly #begin: () => void;
  #timer: Timer | undefined;
  #hasBegun = false;

  /** `begin` is called once: at the sight, or after a second without one. */
  constructor(clock: Clock, begin: () => void) {
    this.#begin = begin;
    this.#timer = clock.after(PATIENCE_MS, () => this.#start());
  }

  /** The lease is seen. To be called before it is asked for. */
  seen(): void {
    if (!this.#timer) return;
    this.#start();
    this.#hasBegun = true;
  }

  /** Nothing is to begin any more, or it has begun already. */
  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#hasBegun = false;
  }

  /** Whether it began at the sight, and this was not asked before. */
  take(): boolean {
    const hasBegun = this.#hasBegun;
    this.#hasBegun = false;
    return hasBegun;
  }

  #start(): void {
    this.cancel();
    this.#begin();
  }
}
