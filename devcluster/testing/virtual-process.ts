import type { VirtualTime } from './virtual-time.ts';

/** Time as an operator sees it. */
export interface OperatorClock {
  /** Wall clock, milliseconds since 1970. */
  now(): number;
  /** Milliseconds that never go back. */
  monotonic(): number;
  /** Calls back once, not before `milliseconds` have passed; the handle cancels. */
  after(milliseconds: number, callback: () => void): { cancel(): void };
}

/** What comes to a process from outside, which waits while the process is stopped. */
type Arrival = 'timer' | 'network';

/**
 * A process of a simulation: its clocks, and whether it runs. All that makes it act comes through here. While it is paused nothing
 * does, and what would have is there when it goes on.
 */
export class VirtualProcess {
  readonly clock: OperatorClock;
  readonly #time: VirtualTime;
  /** Milliseconds by which its wall clock is fast. */
  #wallOffset = 0;
  /** Milliseconds for which its monotonic clock stood still. */
  #suspended = 0;
  #paused: { readonly since: number; readonly as: 'stopped' | 'suspended' } | undefined;
  #arrived: { readonly as: Arrival; readonly act: () => void }[] = [];

  constructor(time: VirtualTime) {
    this.#time = time;
    this.clock = {
      now: () => time.wall + this.#wallOffset,
      monotonic: () => time.now - this.#suspended - this.#suspendedNow(),
      after: (milliseconds, callback) => this.#after(milliseconds, callback),
    };
  }

  get isPaused(): boolean {
    return this.#paused !== undefined;
  }

  /** Calls at once, or when it goes on. */
  arrive(as: Arrival, act: () => void): void {
    this.#time.stir();
    if (this.#paused) this.#arrived.push({ as, act });
    else act();
  }

  /** `stopped`: as by SIGSTOP, its clocks go on. `suspended`: as a machine that sleeps, only the wall clock goes on. */
  pause(as: 'stopped' | 'suspended'): void {
    this.#paused ??= { since: this.#time.now, as };
  }

  /** Goes on; `first` says what of that which has come meanwhile it learns of first. */
  resume(first: Arrival): void {
    if (!this.#paused) return;
    this.#suspended += this.#suspendedNow();
    this.#paused = undefined;
    const arrived = this.#arrived.splice(0);
    for (const { act } of arrived.filter(({ as }) => as === first)) act();
    for (const { act } of arrived.filter(({ as }) => as !== first)) act();
  }

  /** Somebody sets its wall clock by so much. */
  setClock(by: number): void {
    this.#wallOffset += by;
  }

  #suspendedNow(): number {
    return this.#paused?.as === 'suspended' ? this.#time.now - this.#paused.since : 0;
  }

  /** By the monotonic clock: a wait that a suspension falls into ends so much later. */
  #after(milliseconds: number, callback: () => void): { cancel(): void } {
    const due = this.clock.monotonic() + milliseconds;
    let isCancelled = false;
    let cancel: () => void;
    const wait = (left: number): void => {
      cancel = this.#time.after(left, () => {
        this.arrive('timer', () => {
          if (isCancelled) return;
          const rest = due - this.clock.monotonic();
          if (rest > 0) wait(rest);
          else callback();
        });
      });
    };
    wait(milliseconds);
    return {
      cancel: () => {
        isCancelled = true;
        cancel();
      },
    };
  }
}
