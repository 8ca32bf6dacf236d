import type { Clock } from '../clock.ts';

export interface Deadline {
  readonly clock: Clock;
  /** Milliseconds. */
  readonly timeout: number;
  /** Gives the work up before its time. */
  readonly signal: AbortSignal;
  /** What it fails with when its time is over, and when it is given up. */
  readonly late: () => Error;
  readonly aborted: () => Error;
}

/** Made once: an exception for each call, with its stack, would cost more than all else here. */
const OVER = new DOMException('The call is over', 'AbortError');

/**
 * Waits for somebody's work until its deadline, or until it is given up: then nobody waits any more, whatever becomes of it. `over` is
 * aborted in the end, however that came.
 */
export function settledWithin<Result>(
  { clock, timeout, signal, late, aborted }: Deadline,
  over: AbortController,
  work: () => Promise<Result>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(timeout, () => end(() => reject(late())));
    const giveUp = (): void => end(() => reject(aborted()));
    signal.addEventListener('abort', giveUp, { once: true });
    function end(settle: () => void): void {
      timer.cancel();
      signal.removeEventListener('abort', giveUp);
      over.abort(OVER);
      settle();
    }
    if (signal.aborted) giveUp();
    else {
      const outcome = work();
      // Taken as it is, without a look at what was thrown: that may throw in its turn, and then nothing would settle.
      const settled = (): void => end(() => resolve(outcome));
      outcome.then(settled, settled);
    }
  });
}
