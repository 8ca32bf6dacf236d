import type { Clock, Timer } from '../clock.ts';

/**
 * Servers send a bookmark about once a minute (seen: 60 to 61 s, the first one of a quiet kind up to 121 s). A watch that is silent for longer
 * than that may be one of whose connection the other end has gone: it is opened again, which costs one request where nothing was wrong.
 */
export const LONGEST_SILENCE_MS = 75_000;

/** Gives a watch up that is silent for too long, or goes on for too long; with one timer, whatever comes. */
export class SilenceGuard {
  /** To be set whenever something comes (monotonic). */
  heardAt: number;
  isOver = false;
  readonly #clock: Clock;
  readonly #end: number;
  readonly #giveUp: () => void;
  #timer: Timer;

  constructor(clock: Clock, longest: number, giveUp: () => void) {
    this.#clock = clock;
    this.#giveUp = giveUp;
    this.heardAt = clock.monotonic();
    this.#end = this.heardAt + longest;
    this.#timer = clock.after(LONGEST_SILENCE_MS, () => this.#look());
  }

  cancel(): void {
    this.#timer.cancel();
  }

  #look(): void {
    const left = Math.min(this.heardAt + LONGEST_SILENCE_MS, this.#end) - this.#clock.monotonic();
    if (left > 0) {
      this.#timer = this.#clock.after(left, () => this.#look());
      return;
    }
    this.isOver = true;
    this.#giveUp();
  }
}
