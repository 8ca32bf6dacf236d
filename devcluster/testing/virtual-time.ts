import { setImmediate as turn } from 'node:timers/promises';
import { DevclusterError } from '../errors.ts';
import type { Clock as ClusterClock } from '../clock.ts';

interface Waiting {
  readonly at: number;
  readonly fire: () => void;
}

/** 2030-01-01: every simulation begins then. */
const BEGINNING = Date.UTC(2030, 0, 1);

const LONGEST_MS = 24 * 3_600_000;

/** So many turns of the event loop in which nothing happens: whoever had something to do has done it. */
const QUIET_TURNS = 3;

/** What the event loop waits for outside this process: files that are read, modules that are loaded. */
const OUTSIDE = /Req|Job/;

/**
 * The time of a simulation. It stands still while anybody is busy and jumps to the next moment for which somebody waits, so that hours pass
 * in milliseconds, and the same things happen in the same order each time.
 */
export class VirtualTime {
  readonly #waiting = new Set<Waiting>();
  #now = 0;
  #stirs = 0;

  /** Milliseconds since the beginning. */
  get now(): number {
    return this.#now;
  }

  /** The wall clock of those whose clock is right, milliseconds since 1970. */
  get wall(): number {
    return BEGINNING + this.#now;
  }

  /** For a cluster. */
  readonly clusterClock: ClusterClock = {
    now: () => new Date(this.wall),
    after: (ms, callback) => this.after(ms, callback),
  };

  /** Something happens: whoever waits for quiet waits on. */
  stir(): void {
    this.#stirs += 1;
  }

  /** Calls back once, after so many milliseconds. Returns how to take it back. */
  after(milliseconds: number, callback: () => void): () => void {
    this.stir();
    const waiting: Waiting = {
      // As setTimeout, which knows no shorter wait: whoever asks again and again "now" lets time pass.
      at: this.#now + Math.max(1, Number.isFinite(milliseconds) ? milliseconds : Number.MAX_SAFE_INTEGER),
      fire: () => {
        this.#waiting.delete(waiting);
        callback();
      },
    };
    this.#waiting.add(waiting);
    return () => void this.#waiting.delete(waiting);
  }

  /** Resolves when all that is to be done now has been done. */
  async rest(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS;) {
      const before = this.#stirs;
      await turn();
      if (before !== this.#stirs) quiet = 0;
      else if (quiet < QUIET_TURNS - 1 || !isBusyOutside()) quiet += 1;
    }
  }

  /** Lets so many milliseconds pass, and all happen that falls due; `enough` ends it before. */
  async pass(milliseconds: number, enough: () => boolean = () => false): Promise<void> {
    const end = this.#now + milliseconds;
    await this.#run(end, enough);
    if (!enough()) this.#now = end;
  }

  /** The same until a promise is settled. Throws ERR_AP_TEST_RESTLESS where that takes more than a day: `what` is what was waited for. */
  async passUntil<Value>(promise: Promise<Value>, what: string): Promise<Value> {
    let isSettled = false;
    const settle = (): void => void (isSettled = true);
    promise.then(settle, settle);
    await this.#run(this.#now + LONGEST_MS, () => isSettled);
    if (!isSettled)
      throw new DevclusterError(
        'ERR_AP_TEST_RESTLESS',
        `${what} does not end, within a day of the simulation. Look for a promise that nobody settles, or that waits for what is outside it: a socket, a timer that is not the given clock's.`,
      );
    return promise;
  }

  async #run(end: number, enough: () => boolean): Promise<void> {
    await this.rest();
    for (let next = this.#next(end); next && !enough(); next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.at);
      this.stir();
      next.fire();
      await this.rest();
    }
  }

  /** The first that is due by then: of several for the same moment, the one that has waited longest. */
  #next(end: number): Waiting | undefined {
    let first: Waiting | undefined;
    for (const waiting of this.#waiting)
      if (waiting.at <= end && (first === undefined || waiting.at < first.at)) first = waiting;
    return first;
  }
}

function isBusyOutside(): boolean {
  return process.getActiveResourcesInfo().some((name) => OUTSIDE.test(name));
}
