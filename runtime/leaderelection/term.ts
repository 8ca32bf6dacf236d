import type { Clock, Timer } from '../clock.ts';
import { errors } from '../errors.ts';
import { reasonOf, type RequestGate, type RequestLimit } from '../kube/gate.ts';

/** One moment by both clocks: the monotonic one stands still while a machine is suspended, the other can be set. */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

export function momentOf(clock: Clock): Moment {
  return { monotonic: clock.monotonic(), wall: clock.now() };
}

/** The deadline of requests. It stands for all of them between two renewals: a timer and a signal for each would be most of what they cost. */
interface Limit {
  readonly cut: AbortController;
  readonly timer: Timer;
  readonly start: () => void;
  /** Of each request that is under way, what ends the wait for its answer. */
  readonly waiting: Set<(reason: Error) => void>;
}

/**
 * The time for which this process holds the lease, and the gate for all that it may send only then. A request starts before the renew
 * deadline of the last renewal, by whichever clock is earlier, tells the server how long it may take, and is cut off then.
 *
 * Not guaranteed: that a request which had started leaves no trace after it was cut off. What is on its way may land.
 */
export class Term implements RequestGate {
  readonly #clock: Clock;
  readonly #renewDeadline: number;
  readonly #ending = new AbortController();
  #isOver = false;
  #renewed: Moment;
  #timer: Timer;
  /** Of all requests since the last renewal, which share one deadline. Undefined: there has been none. */
  #limit: Limit | undefined;
  readonly #limits = new Set<Limit>();
  #idle: (() => void)[] = [];

  /** `since`: before the request was sent by which the lease was acquired. */
  constructor(clock: Clock, renewDeadline: number, since: Moment) {
    this.#clock = clock;
    this.#renewDeadline = renewDeadline;
    this.#renewed = since;
    this.#timer = this.#watchDeadline();
  }

  /** Aborts when the term is over; its reason is an Error that says why. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Milliseconds until the deadline, by the clock that says less. 0 and below: over. */
  left(): number {
    if (this.#isOver) return 0;
    const passed = Math.max(this.#clock.monotonic() - this.#renewed.monotonic, this.#clock.now() - this.#renewed.wall);
    return this.#renewDeadline - passed;
  }

  /** A renewal succeeded that was sent after `since`. One that comes too late changes nothing. */
  renewed(since: Moment): void {
    if (!this.isRunning()) return;
    this.#renewed = since;
    this.#timer.cancel();
    this.#timer = this.#watchDeadline();
    const limit = this.#limit;
    this.#limit = undefined;
    if (limit) this.#release(limit);
  }

  /** Whether anything may still be sent. Where time has run out unnoticed (a process that was stopped), ends the term. */
  isRunning(): boolean {
    if (this.left() >= 1) return true;
    this.end(`the lease was not renewed within ${this.#renewDeadline / 1000} s`);
    return false;
  }

  /** Throws ERR_AP_NOT_LEADING where nothing may be sent any more. */
  check(): void {
    if (!this.isRunning()) this.signal.throwIfAborted();
  }

  /** Milliseconds that a request may take which begins now, at least 1: less would be no limit to the server. Throws as {@link check}. */
  timeout(): number {
    this.check();
    return Math.max(1, this.left());
  }

  /** Nothing starts any more, and what is under way is cut off. `why` completes "since this replica does not lead any more". */
  end(why: string): void {
    this.#timer.cancel();
    if (this.#isOver) return;
    this.#isOver = true;
    const reason = errors.notLeading(why);
    this.#ending.abort(reason);
    for (const { cut, timer } of this.#limits) {
      timer.cancel();
      cut.abort(reason);
    }
  }

  pass<Answer>(send: (limit: RequestLimit) => Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const timeout = this.timeout();
      const limit = (this.#limit ??= this.#newLimit());
      const end = (settle: () => void): void => {
        limit.waiting.delete(giveUp);
        this.#release(limit);
        if (this.#isIdle) for (const tell of this.#idle.splice(0)) tell();
        settle();
      };
      const giveUp = (reason: Error): void => end(() => reject(reason));
      limit.waiting.add(giveUp);
      const answer = send({ timeout, signal: limit.cut.signal, start: limit.start });
      answer.then(
        (answered) => end(() => resolve(answered)),
        (error: Error) => end(() => reject(error)),
      );
    });
  }

  /** Resolves once all that is under way has been answered, or cut off. */
  idle(): Promise<void> {
    return this.#isIdle ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve));
  }

  get #isIdle(): boolean {
    for (const { waiting } of this.#limits) if (waiting.size > 0) return false;
    return true;
  }

  #newLimit(): Limit {
    const cut = new AbortController();
    const waiting: Limit['waiting'] = new Set();
    cut.signal.addEventListener('abort', () => {
      for (const giveUp of waiting) giveUp(reasonOf(cut.signal));
    });
    const timeout = this.left();
    const timer = this.#clock.after(timeout, () => cut.abort(errors.requestTimedOut(this.#renewDeadline)));
    const start = (): void => {
      cut.signal.throwIfAborted();
      this.check();
    };
    const limit = { cut, timer, start, waiting };
    this.#limits.add(limit);
    return limit;
  }

  /** No request is to have it any more, and none has. */
  #release(limit: Limit): void {
    if (limit === this.#limit || limit.waiting.size > 0) return;
    limit.timer.cancel();
    this.#limits.delete(limit);
  }

  #watchDeadline(): Timer {
    return this.#clock.after(this.left(), () => {
      // A timer may fire a little early.
      if (this.isRunning()) this.#timer = this.#watchDeadline();
    });
  }
}
