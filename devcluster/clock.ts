/** Time as the cluster sees it. Tests hand in their own; everything that waits or stamps goes through it. */
export interface Clock {
  now(): Date;
  /** Calls `callback` once after `ms` milliseconds. Never keeps the process alive. Returns a way to take it back. */
  after(ms: number, callback: () => void): () => void;
}

/** Node refuses longer timers: such a wait is cut into several. */
const LONGEST_TIMER = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => new Date(),
  after(ms, callback) {
    let timer: NodeJS.Timeout;
    const wait = (left: number): void => {
      const part = Math.min(left, LONGEST_TIMER);
      timer = setTimeout(() => (left > part ? wait(left - part) : callback()), part);
      timer.unref();
    };
    wait(Math.max(0, ms));
    return () => clearTimeout(timer);
  },
};

/** `metav1.Time`: RFC 3339 in UTC without fractions of a second. */
export function formatTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
