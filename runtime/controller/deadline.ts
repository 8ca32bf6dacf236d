import type { Clock, Timer } from '../clock.ts';
import type { Ending } from './ending.ts';

export interface Deadline {
  readonly clock: Clock;
  /** Milliseconds. */
  readonly timeout: number;
  /** Gives the work up before its time. Nobody else may wait for it. */
  readonly given: Ending;
  /** What it fails with when its time is over, and when it is given up. */
  readonly late: () => Error;
  readonly aborted: () => Error;
}

/** Made once: an exception for each call, with its stack, would cost more than all else here. */
const OVER = new DOMException('The call is over', 'AbortError');

/**
 * Waits for somebody's work until its deadline, or until it is given up: then nobody waits any more, whatever becomes of it. `over` ends
 * then, however that came. Of work that returns no promise the result is there at once.
 */
export function settledWithin(
  { clock, timeout, given, late, aborted }: Deadline,
  over: Ending,
  work: () => unknown,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const deadlines = deadlinesOf(clock);
    const end = (settle: () => void): void => {
      deadlines.delete(isLate);
      given.onEnd = undefined;
      over.end(OVER);
      settle();
    };
    const isLate = (): void => end(() => reject(late()));
    const giveUp = (): void => end(() => reject(aborted()));
    if (given.isOver) {
      giveUp();
      return;
    }
    deadlines.add(isLate, timeout);
    given.onEnd = giveUp;
    const failed = (thrown: unknown): void => end(() => reject(thrown));
    try {
      const outcome = work();
      if (isThenable(outcome)) Promise.resolve(outcome).then((result) => end(() => resolve(result)), failed);
      else end(() => resolve(outcome));
    } catch (thrown) {
      failed(thrown);
    }
  });
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Many deadlines by one timer: nearly all work is done long before its own. */
class Deadlines {
  readonly #clock: Clock;
  readonly #due = new Map<() => void, number>();
  #timer: Timer | undefined;
  #next = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(late: () => void, milliseconds: number): void {
    const due = this.#clock.monotonic() + milliseconds;
    this.#due.set(late, due);
    if (due < this.#next) this.#wait(due);
  }

  delete(late: () => void): void {
    this.#due.delete(late);
  }

  #wait(next: number): void {
    this.#timer?.cancel();
    this.#next = next;
    this.#timer = this.#clock.after(next - this.#clock.monotonic(), () => this.#look());
  }

  #look(): void {
    const now = this.#clock.monotonic();
    this.#next = Infinity;
    for (const [late, due] of this.#due) {
      if (due > now) continue;
      this.#due.delete(late);
      late();
    }
    const next = Math.min(...this.#due.values());
    if (next < this.#next) this.#wait(next);
  }
}

const byClock = new WeakMap<Clock, Deadlines>();

function deadlinesOf(clock: Clock): Deadlines {
  let deadlines = byClock.get(clock);
  if (!deadlines) {
    deadlines = new Deadlines(clock);
    byClock.set(clock, deadlines);
  }
  return deadlines;
}
