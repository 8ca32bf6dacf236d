/** Time as the runtime sees it; tests hand in one that they move by hand. */
export interface Clock {
  /** Wall clock, milliseconds since 1970. */
  now(): number;
  /** Milliseconds that never go back. */
  monotonic(): number;
  /** Calls back once, not before `milliseconds` have passed; the handle cancels. Does not keep the process alive. */
  after(milliseconds: number, callback: () => void): Timer;
  /** Has timers and sockets seen to that are due. Absent where no time passes while anything is done. */
  breathe?(): Promise<void>;
}

export interface Timer {
  cancel(): void;
}

/** Longest delay of setTimeout; beyond it Node fires at once. */
const LONGEST = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(milliseconds, callback) {
    const due = performance.now() + milliseconds;
    let timer: NodeJS.Timeout;
    // Node counts in whole milliseconds, and comes up to one of them early.
    const wait = (): void => {
      const left = due - performance.now();
      if (left <= 0) callback();
      else timer = setTimeout(wait, Math.min(left, LONGEST)).unref();
    };
    timer = setTimeout(wait, Math.min(Math.max(milliseconds, 0), LONGEST)).unref();
    return { cancel: () => clearTimeout(timer) };
  },
  breathe: () => new Promise((resolve) => setImmediate(resolve)),
};

/** Resolves after `milliseconds`, or at once when `signal` aborts. Never rejects: the caller looks at the signal. */
export function pause(clock: Clock, milliseconds: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = clock.after(milliseconds, done);
    signal?.addEventListener('abort', done, { once: true });
    function done(): void {
      timer.cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    }
  });
}
