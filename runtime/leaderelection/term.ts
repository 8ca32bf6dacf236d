import type { Clock, Timer } from '../clock.ts';
import { errors } from '../errors.ts';
import { sendWithin, type RequestGate, type RequestLimit } from '../kube/gate.ts';

/** One moment by both clocks: the monotonic one stands still while a machine is suspended, the other can be set. */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

export function momentOf(clock: Clock): Moment {
  return { monotonic: clock.monotonic(), wall: clock.now() };
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
  readonly #underWay = new Set<Promise<unknown>>();
  #renewed: Moment;
  #timer: Timer;

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
    if (this.signal.aborted) return 0;
    const passed = Math.max(this.#clock.monotonic() - this.#renewed.monotonic, this.#clock.now() - this.#renewed.wall);
    return this.#renewDeadline - passed;
  }

  /** A renewal succeeded that was sent after `since`. One that comes too late changes nothing. */
  renewed(since: Moment): void {
    if (!this.isRunning()) return;
    this.#renewed = since;
    this.#timer.cancel();
    this.#timer = this.#watchDeadline();
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

  /** Nothing starts any more, and what is under way is cut off. `why` completes "since this replica does not lead any more". */
  end(why: string): void {
    this.#timer.cancel();
    if (!this.signal.aborted) this.#ending.abort(errors.notLeading(why));
  }

  async pass<Answer>(send: (limit: RequestLimit) => Promise<Answer>): Promise<Answer> {
    this.check();
    const limits = { clock: this.#clock, timeout: this.left(), cut: this.signal, mayStart: () => this.check() };
    const answered = sendWithin(limits, send);
    this.#underWay.add(answered);
    try {
      return await answered;
    } finally {
      this.#underWay.delete(answered);
    }
  }

  /** Resolves once all that is under way has been answered, or cut off. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  #watchDeadline(): Timer {
    return this.#clock.after(this.left(), () => {
      // A timer may fire a little early.
      if (this.isRunning()) this.#timer = this.#watchDeadline();
    });
  }
}
