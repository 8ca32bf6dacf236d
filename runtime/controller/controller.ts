import type { Clock } from '../clock.ts';
import { isProgramFault, messageOf } from '../errors.ts';
import type { ReconcileFault, ReconcileOutcome } from '../observe/controller-metrics.ts';
import type { Logger } from '../observe/logger.ts';
import { Backoff } from '../queue/backoff.ts';
import { DelayedAdder } from '../queue/delayed-adder.ts';
import { WorkQueue, type QueueObserver } from '../queue/work-queue.ts';
import type { Reconciler, ReconcileResult } from './reconciler.ts';

export interface ControllerOptions {
  readonly reconciler: Reconciler;
  /** Keys processed at once. */
  readonly concurrency: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observer: ControllerObserver;
}

/** For metrics. */
export interface ControllerObserver extends QueueObserver {
  started(): void;
  finished(result: ReconcileOutcome, seconds: number): void;
  fault(fault: ReconcileFault): void;
  /** A key is to come back after a delay. */
  retried(): void;
}

/**
 * So long workers go on without a look at timers and sockets, in milliseconds. Runs that send nothing, such as those over ten thousand resources
 * at rest after a start, would else be one turn of the event loop, in which no lease is renewed and no probe answered.
 */
const LONGEST_TURN = 10;

/** The loop that runs a {@link Reconciler}: a queue, so many workers, delays and backoff. */
export class Controller {
  readonly #options: ControllerOptions;
  readonly #queue: WorkQueue;
  readonly #delayed: DelayedAdder;
  readonly #backoff = new Backoff();
  readonly #stopping = new AbortController();
  readonly #workers = new Set<Promise<void>>();
  /** How many workers there are to be, and how many there are that were not told to go. */
  #concurrency = 0;
  #staying = 0;
  /** When timers and sockets were seen to last. */
  #breathed = 0;
  #breath: Promise<void> | undefined;

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#queue = new WorkQueue(options.observer);
    this.#delayed = new DelayedAdder(options.clock, (key) => this.#queue.add(key));
  }

  /** Process this key as soon as a worker is free. */
  add(key: string): void {
    this.#queue.add(key);
  }

  /** The object is gone for good: nothing is kept for it. */
  forget(key: string): void {
    this.#backoff.forget(key);
    this.#delayed.cancel(key);
  }

  /** Process this key after so long, unless that happens before anyway. */
  addAfter(key: string, milliseconds: number): void {
    this.#delayed.addAfter(key, milliseconds);
  }

  start(): void {
    this.setConcurrency(this.#options.concurrency);
  }

  /** How many keys are processed at once from now on; what is under way ends first. */
  setConcurrency(concurrency: number): void {
    this.#concurrency = concurrency;
    for (; this.#staying < concurrency; this.#staying += 1) {
      const worker = this.#work();
      this.#workers.add(worker);
      void worker.finally(() => this.#workers.delete(worker));
    }
    // Those who are busy go when they are done.
    for (; this.#staying > concurrency && this.#queue.dismiss(); this.#staying -= 1);
  }

  /** Gives out no more keys, aborts the signal of what runs, and waits until it has ended. */
  async stop(): Promise<void> {
    this.#delayed.close();
    this.#queue.close();
    this.#stopping.abort();
    await Promise.all(this.#workers);
  }

  async #work(): Promise<void> {
    for (let key = await this.#queue.take(); key !== undefined; key = await this.#queue.take()) {
      await this.#process(key);
      this.#queue.done(key);
      if (this.#staying > this.#concurrency) {
        this.#staying -= 1;
        return;
      }
      if (this.#isOutOfBreath()) await (this.#breath ??= this.#breathe());
    }
  }

  #isOutOfBreath(): boolean {
    const { clock } = this.#options;
    return clock.breathe !== undefined && clock.monotonic() - this.#breathed > LONGEST_TURN;
  }

  async #breathe(): Promise<void> {
    const { clock } = this.#options;
    await clock.breathe?.();
    this.#breathed = clock.monotonic();
    this.#breath = undefined;
  }

  async #process(key: string): Promise<void> {
    const { reconciler, clock, logger, observer } = this.#options;
    const started = clock.monotonic();
    observer.started();
    // What is to happen later is decided anew by each run.
    this.#delayed.cancel(key);
    let result: ReconcileResult | undefined;
    try {
      result = await reconciler.reconcile({ key, signal: this.#stopping.signal });
    } catch (error) {
      if (isProgramFault(error)) observer.fault('panic');
      if (!this.#stopping.signal.aborted)
        logger.error({ resource: key, err: error }, `sync failed: ${messageOf(error)}`);
    }
    observer.finished(METRIC_RESULT[result?.outcome ?? 'error'], (clock.monotonic() - started) / 1000);
    this.#schedule(key, result);
  }

  #schedule(key: string, result: ReconcileResult | undefined): void {
    const { observer } = this.#options;
    switch (result?.outcome) {
      case undefined:
      case 'backoff':
        observer.retried();
        this.#delayed.addAfter(key, this.#backoff.next(key));
        return;
      case 'failed':
        observer.fault('terminal');
        this.#backoff.forget(key);
        return;
      case 'done':
        this.#backoff.forget(key);
        return;
      case 'requeue':
        this.#backoff.forget(key);
        this.#queue.add(key);
        return;
      case 'later':
        observer.retried();
        this.#backoff.forget(key);
        this.#delayed.addAfter(key, result.after);
    }
  }
}

/** controller-runtime's values of the label `result`. */
const METRIC_RESULT = {
  done: 'success',
  requeue: 'requeue',
  later: 'requeue_after',
  backoff: 'error',
  failed: 'error',
  error: 'error',
} as const;
