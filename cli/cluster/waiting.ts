import { pause, type Clock } from '../../runtime/clock.ts';

/** Between two looks. */
const POLL_MS = 500;
/** How often a wait is heard of in which nothing changes. */
const STILL_MS = 15_000;

export interface Wait {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly timeout: number;
  readonly progress: (line: string) => void;
}

/** What a look shows: done, or how far it is. */
export type Look<Result> = { readonly done: Result } | { readonly waitsFor: string };

/**
 * Looks again and again until all is done; undefined where the time is over before. Tells each change of how far it is, and now and then
 * that nothing changed. Throws what the signal was aborted with.
 */
export async function waitUntil<Result>(
  { clock, signal, timeout, progress }: Wait,
  look: () => Promise<Look<Result>>,
): Promise<Result | undefined> {
  const started = clock.monotonic();
  let told = { line: '', at: started };
  for (;;) {
    const found = await look();
    if ('done' in found) return found.done;
    const now = clock.monotonic();
    if (found.waitsFor !== told.line) {
      progress(found.waitsFor);
      told = { line: found.waitsFor, at: now };
    } else if (now - told.at >= STILL_MS) {
      progress(`${found.waitsFor} (for ${Math.round((now - started) / 1000)} s)`);
      told = { line: found.waitsFor, at: now };
    }
    if (now - started >= timeout) return undefined;
    await pause(clock, POLL_MS, signal);
    signal.throwIfAborted();
  }
}
