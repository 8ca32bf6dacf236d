import { systemClock, type Clock, type Timer } from '../../runtime/clock.ts';

interface Waiting {
  readonly at: number;
  readonly fire: () => void;
  timer: Timer;
}

/** The system's clock, of which a test can skip some time; and it remembers what was waited for. */
export class SteppedClock implements Clock {
  /** Milliseconds, in the order in which the waits began. */
  readonly waits: number[] = [];
  readonly #waiting = new Set<Waiting>();
  #skipped = 0;

  now(): number {
    return systemClock.now() + this.#skipped;
  }

  monotonic(): number {
    return systemClock.monotonic() + this.#skipped;
  }

  after(milliseconds: number, callback: () => void): Timer {
    this.waits.push(milliseconds);
    const fire = (): void => {
      this.#waiting.delete(waiting);
      callback();
    };
    const waiting = { at: this.monotonic() + milliseconds, fire, timer: systemClock.after(milliseconds, fire) };
    this.#waiting.add(waiting);
    return {
      cancel: () => {
        this.#waiting.delete(waiting);
        waiting.timer.cancel();
      },
    };
  }

  /** So much time passes at once; what falls due happens now. */
  skip(milliseconds: number): void {
    this.#skipped += milliseconds;
    const now = this.monotonic();
    for (const waiting of this.#waiting) {
      waiting.timer.cancel();
      if (waiting.at <= now) waiting.fire();
      else waiting.timer = systemClock.after(waiting.at - now, waiting.fire);
    }
  }
}
