import { Backoff } from '../queue/backoff.ts';

export const FIRST_PAUSE_MS = 1_000;
export const LONGEST_PAUSE_MS = 300_000;
const NONE: readonly string[] = [];

/**
 * Finds out when a resource goes round in circles: it takes a transition that it took before, and nothing has changed from outside since.
 * The way back alone is none (`Ready` → `Syncing` → `Ready`): only who leaves again in the same direction goes round. Then each further
 * transition waits, 1 s at first and 5 min at most, until something changes.
 */
export class Cycles {
  /** Few: a resource has as many as its phases allow. */
  #taken = NONE;
  #backoff: Backoff | undefined;
  /** On the monotonic clock. */
  #pausedUntil = 0;
  #asksAgainAt = Infinity;
  /** Since the present sync began: it may not have seen that yet, and what it does is no sign of a circle. */
  #hasChanged = false;

  /** Whether there is nothing to remember. */
  get isEmpty(): boolean {
    return this.#taken.length === 0 && this.#asksAgainAt === Infinity;
  }

  /** Something changed that is not the operator's own doing. */
  changed(): void {
    this.#taken = NONE;
    this.#backoff = undefined;
    this.#pausedUntil = 0;
    this.#asksAgainAt = Infinity;
    this.#hasChanged = true;
  }

  /** The phase stayed, and wants to be run again at that time: what it does then is not for nothing, since time has passed. */
  asksAgainAt(time: number): void {
    this.#asksAgainAt = time;
  }

  /** To be called as a sync begins. Milliseconds that it has to wait. */
  pause(now: number): number {
    if (now >= this.#asksAgainAt) this.changed();
    this.#hasChanged = false;
    return Math.max(0, this.#pausedUntil - now);
  }

  /** Whether this transition was taken before. */
  closes(from: string, to: string): boolean {
    return !this.#hasChanged && this.#taken.includes(`${from} ${to}`);
  }

  /** It was recorded. Milliseconds to wait before the next sync: more than none where it closes a circle. */
  took(from: string, to: string, now: number): number {
    let pause = 0;
    if (this.closes(from, to)) {
      this.#backoff ??= new Backoff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
      pause = this.#backoff.next('');
    } else if (!this.#hasChanged) {
      this.#taken = [...this.#taken, `${from} ${to}`];
    }
    this.#pausedUntil = now + pause;
    return pause;
  }
}
