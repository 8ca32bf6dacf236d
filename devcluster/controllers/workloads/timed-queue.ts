import { WorkLoop } from '../work-loop.ts';
import type { Clock } from '../../clock.ts';

/** As client-go's rate limiter: from 5 ms on, doubled with each failure, up to 1000 s. */
const FIRST_RETRY = 5;
const LONGEST_RETRY = 1_000_000;

/** A work loop whose items can also come later, or again after a failure. An item waits for one moment only: the soonest. */
export class TimedQueue {
  readonly #clock: Clock;
  readonly #loop: WorkLoop<string>;
  readonly #waiting = new Map<string, { readonly due: number; readonly cancel: () => void }>();
  readonly #failures = new Map<string, number>();

  constructor(clock: Clock, work: (item: string) => void, report: (error: unknown) => void) {
    this.#clock = clock;
    this.#loop = new WorkLoop<string>(work, report);
  }

  add(item: string): void {
    this.#loop.add(item);
  }

  addAfter(item: string, ms: number): void {
    const due = this.#clock.now().getTime() + ms;
    const waiting = this.#waiting.get(item);
    if (waiting && waiting.due <= due) return;
    waiting?.cancel();
    const cancel = this.#clock.after(ms, () => {
      this.#waiting.delete(item);
      this.#loop.add(item);
    });
    this.#waiting.set(item, { due, cancel });
  }

  /** Adds the item later, the later the more often it failed in a row. */
  retry(item: string): void {
    const failures = this.#failures.get(item) ?? 0;
    this.#failures.set(item, failures + 1);
    this.addAfter(item, Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** failures));
  }

  succeeded(item: string): void {
    this.#failures.delete(item);
  }

  /** The item is gone: nothing waits for it any more. */
  forget(item: string): void {
    this.#waiting.get(item)?.cancel();
    this.#waiting.delete(item);
    this.#failures.delete(item);
  }

  stop(): void {
    this.#loop.stop();
    for (const { cancel } of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }
}
