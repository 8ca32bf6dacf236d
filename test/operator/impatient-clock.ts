import { systemClock, type Clock, type Timer } from '../../runtime/clock.ts';

/** The system's clock, for which what is to be waited for comes at once where that is short: pauses before another try. */
export const impatientClock: Clock = {
  ...systemClock,
  after(milliseconds: number, callback: () => void): Timer {
    if (milliseconds > 40_000) return systemClock.after(milliseconds, callback);
    const timer = setImmediate(callback);
    return { cancel: () => clearImmediate(timer) };
  },
};
