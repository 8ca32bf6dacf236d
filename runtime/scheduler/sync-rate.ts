import type { ReconcileResult } from '../controller/reconciler.ts';
import type { StormCause } from '../observe/metrics.ts';

/** What made a resource run. One is made for each source, once, and compared by identity. */
export interface Wake {
  readonly cause: StormCause;
  /** Of the objects that change. */
  readonly kind?: string;
}

const TIMER: Wake = { cause: 'timer' };
const ITSELF: Wake = { cause: 'itself' };
const STATUS_CONFLICT: Wake = { cause: 'status_conflict' };

/** So many syncs for nothing within this time are a storm. */
export const STORM_SYNCS = 100;
export const STORM_WINDOW_MS = 60_000;

export interface Storm {
  /** What woke the resource most. */
  readonly wake: Wake;
  /** The key of an object that did; '' where it was none. */
  readonly example: string;
}

/**
 * Finds out that a resource is synced far more often than anything changes. For nothing is each sync but one that something outside woke and
 * in which something was written: an input that changes all the time and makes no difference, a worker that reads what it writes and writes
 * something else each time, an interval far too short. Failed syncs do not count, since they come with growing pauses. A storm is told once,
 * until it has been over for a while. What is remembered is of one size, whatever happens, and of the resources that were synced last only.
 */
export class SyncRate {
  /** What woke it since its last sync began, with the object's key, and whether any of that came from outside. */
  #by: Wake | undefined;
  #key = '';
  #outside = false;
  /** What its last sync asked for. */
  #asked: Wake | undefined;
  /** Of the sync under way. */
  #wake: Wake | undefined;
  #example = '';
  #fromOutside = false;
  #wrote = false;

  /** Of the window under way: when it began, and how many syncs were for nothing. */
  #since = -Infinity;
  #count = 0;
  #told = false;
  /** By majority vote: right where one thing woke it more than half of the times. */
  #most: Wake | undefined;
  #votes = 0;

  /** Something changed that it has to look at; `key` is the object's. */
  woken(by: Wake, key: string, outside: boolean): void {
    this.#by = by;
    this.#key = key;
    if (outside) this.#outside = true;
  }

  begin(): void {
    this.#wake = this.#by ?? this.#asked;
    this.#example = this.#by ? this.#key : '';
    this.#fromOutside = this.#outside;
    this.#wrote = false;
    this.#by = undefined;
    this.#asked = undefined;
    this.#outside = false;
  }

  /** The sync under way has written something. */
  wrote(): void {
    this.#wrote = true;
  }

  /** The sync under way has lost its status write: somebody else was faster, and it is done over. */
  lostStatus(): void {
    this.#asked = STATUS_CONFLICT;
  }

  /** Returns a storm that is to be told. */
  end({ outcome }: ReconcileResult, now: number): Storm | undefined {
    if (outcome === 'backoff' || outcome === 'failed') return undefined;
    if (outcome !== 'done') this.#asked ??= outcome === 'later' ? TIMER : ITSELF;
    const wake = this.#wake;
    if (!wake || (this.#fromOutside && this.#wrote)) return undefined;
    this.#count = this.#isNewWindow(now) ? 1 : this.#count + 1;
    if (this.#votes === 0) this.#most = wake;
    this.#votes += this.#most === wake ? 1 : -1;
    if (this.#told || this.#count < STORM_SYNCS) return undefined;
    this.#told = true;
    const most = this.#most ?? wake;
    return { wake: most, example: most === wake ? this.#example : '' };
  }

  #isNewWindow(now: number): boolean {
    const passed = now - this.#since;
    if (passed < STORM_WINDOW_MS) return false;
    // One that goes on is not told again.
    this.#told &&= this.#count >= STORM_SYNCS && passed < 2 * STORM_WINDOW_MS;
    this.#since = now;
    this.#votes = 0;
    return true;
  }
}
