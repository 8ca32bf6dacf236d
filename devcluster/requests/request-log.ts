import { DevclusterError } from '../errors.ts';
import { matchesRequest } from './request-record.ts';
import type { Clock } from '../clock.ts';
import type { RequestFilter, RequestRecord } from './request-record.ts';

/** So many records are kept; older ones go. */
const KEPT = 100_000;

export interface WaitOptions {
  /** How many matching requests there have to be. Default 1. */
  readonly count?: number;
  /** Milliseconds; default 10 s. */
  readonly timeout?: number;
}

/** What clients asked of the cluster over the network. Calls from within the process are not here: they are the test's own hand. */
export interface Requests extends Iterable<RequestRecord> {
  /** In the order in which they came. */
  readonly all: readonly RequestRecord[];
  filter(filter: RequestFilter): readonly RequestRecord[];
  count(filter?: RequestFilter): number;
  /** How many there were by verb. */
  byVerb(filter?: RequestFilter): Readonly<Record<string, number>>;
  /** Forgets all up to now. */
  clear(): void;
  /** Calls for every request that begins from now on. Returns how to stop it. What the listener throws is told to `onError`. */
  subscribe(listener: (request: RequestRecord) => void): () => void;
  /**
   * Waits until so many matching requests have been answered, counting those that are known already; resolves to them. Rejects
   * with `ERR_AP_UNTIL_TIMEOUT`.
   */
  until(filter: RequestFilter, options?: WaitOptions): Promise<readonly RequestRecord[]>;
}

type Open = { -readonly [Field in keyof RequestRecord]: RequestRecord[Field] };

export class RequestLog implements Requests {
  readonly #clock: Clock;
  readonly #report: (error: unknown) => void;
  readonly #started = new Set<(request: RequestRecord) => void>();
  readonly #answered = new Set<() => void>();
  #records: RequestRecord[] = [];
  #next = 1;

  constructor(clock: Clock, report: (error: unknown) => void) {
    this.#clock = clock;
    this.#report = report;
  }

  get all(): readonly RequestRecord[] {
    return [...this.#records];
  }

  [Symbol.iterator](): Iterator<RequestRecord> {
    return this.all[Symbol.iterator]();
  }

  filter(filter: RequestFilter): readonly RequestRecord[] {
    return this.#records.filter((record) => matchesRequest(filter, record));
  }

  count(filter?: RequestFilter): number {
    return this.#records.filter((record) => matchesRequest(filter, record)).length;
  }

  byVerb(filter?: RequestFilter): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const record of this.#records) {
      if (matchesRequest(filter, record)) counts[record.verb] = (counts[record.verb] ?? 0) + 1;
    }
    return counts;
  }

  clear(): void {
    this.#records = [];
  }

  subscribe(listener: (request: RequestRecord) => void): () => void {
    this.#started.add(listener);
    return () => this.#started.delete(listener);
  }

  until(filter: RequestFilter, { count = 1, timeout = 10_000 }: WaitOptions = {}): Promise<readonly RequestRecord[]> {
    const found = (): readonly RequestRecord[] => this.filter(filter).filter(({ code }) => code !== undefined);
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(timeout, () => {
        this.#answered.delete(check);
        const seen = this.#records.slice(-10).map((record) => `  ${describe(record)}`);
        const message = `${found().length} of ${count} requests that were waited for came within ${timeout} ms. The last ones of all were:\n${seen.join('\n') || '  none'}`;
        reject(new DevclusterError('ERR_AP_UNTIL_TIMEOUT', message));
      });
      const check = (): void => {
        const now = found();
        if (now.length < count) return;
        cancel();
        this.#answered.delete(check);
        resolve(now);
      };
      this.#answered.add(check);
      check();
    });
  }

  /** Notes a request that begins. */
  begin(request: Omit<RequestRecord, 'id' | 'code' | 'started' | 'ended'>): Open {
    const record: Open = {
      id: this.#next++,
      ...request,
      code: undefined,
      started: this.#clock.now(),
      ended: undefined,
    };
    this.#records.push(record);
    if (this.#records.length > KEPT * 1.1) this.#records = this.#records.slice(-KEPT);
    for (const listener of Array.from(this.#started)) {
      try {
        listener(record);
      } catch (error) {
        this.#report(error);
      }
    }
    return record;
  }

  /** Notes the answer of a request, and its end unless it is a watch. */
  answered(record: Open, code: number): void {
    record.code = code;
    for (const check of Array.from(this.#answered)) check();
  }

  ended(record: Open): void {
    record.ended ??= this.#clock.now();
  }
}

function describe({ user, verb, path, code }: RequestRecord): string {
  return `${user} ${verb} ${path} ${code ?? 'unanswered'}`;
}
