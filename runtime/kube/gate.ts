import type { Clock } from '../clock.ts';
import { errors, messageOf } from '../errors.ts';

/** Decides whether requests may be sent, and how long they may take: the one place that all of a client's requests go through. */
export interface RequestGate {
  /** Calls `send`, which makes the request, and returns what became of it. Throws without a call where none may start. */
  pass<Answer>(send: (limit: RequestLimit) => Promise<Answer>): Promise<Answer>;
}

/** How long one request may take. */
export interface RequestLimit {
  /** Milliseconds, at least 1. */
  readonly timeout: number;
  /** Aborts when they are over, or the request is cut off before. */
  readonly signal: AbortSignal;
  /** To be called when the request is about to be written to its connection, which may have had to be made first: throws where it is too late. */
  readonly start: () => void;
}

export interface SendLimits {
  readonly clock: Clock;
  /** Milliseconds, at least 1. */
  readonly timeout: number;
  /** Cuts the request off; its reason is what the request fails with. */
  readonly cut?: AbortSignal;
  /** Throws where the request may no longer start. */
  readonly mayStart?: () => void;
}

/** Sends one request within so much time; waits no longer, and lets nothing of the limit live on after it. */
export async function sendWithin<Answer>(
  { clock, timeout, cut, mayStart }: SendLimits,
  send: (limit: RequestLimit) => Promise<Answer>,
): Promise<Answer> {
  const limit = new AbortController();
  const { signal } = limit;
  const timer = clock.after(timeout, () => limit.abort(errors.requestTimedOut(timeout)));
  const cutOff = (): void => limit.abort(cut?.reason);
  cut?.addEventListener('abort', cutOff, { once: true });
  const start = (): void => {
    signal.throwIfAborted();
    mayStart?.();
  };
  try {
    return await waitNoLonger(signal, send({ timeout, signal, start }));
  } finally {
    timer.cancel();
    cut?.removeEventListener('abort', cutOff);
  }
}

/** The answer, or the reason of the signal where that aborts first. */
function waitNoLonger<Answer>(signal: AbortSignal, answer: Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(reasonOf(signal));
    signal.addEventListener('abort', aborted, { once: true });
    const over = (): void => signal.removeEventListener('abort', aborted);
    answer.then(resolve, reject);
    answer.then(over, over);
  });
}

/** Why it was aborted. */
export function reasonOf({ reason }: AbortSignal): Error {
  const why: unknown = reason;
  return why instanceof Error ? why : new Error(messageOf(why), { cause: why });
}
