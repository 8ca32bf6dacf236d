import type { Clock } from '../clock.ts';
import type { Instruments } from './instruments.ts';

/** Buckets of controller-runtime (reconciles) and client-go (work queue): that one's grow tenfold by multiplication, rounding included. */
export const RECONCILE_BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];
const QUEUE_BUCKETS = [1e-8];
while (QUEUE_BUCKETS.length < 12) QUEUE_BUCKETS.push((QUEUE_BUCKETS.at(-1) ?? 0) * 10);

/** How one reconciliation ended, under controller-runtime's names. */
export type ReconcileOutcome = 'success' | 'requeue' | 'requeue_after' | 'error';

/** Why one failed, where it is one of these. */
export type ReconcileFault =
  /** A fault of the program: where a Go program would have panicked. */
  | 'panic'
  /** Its deadline passed. */
  | 'timeout'
  /** Trying again would not help. */
  | 'terminal';

export interface ControllerMetricsOptions {
  readonly controller: string;
  readonly concurrency: number;
  readonly clock: Clock;
}

/** What is measured of controllers and their queues, as controller-runtime and client-go have it: made once, for all of them. */
export class ControllerInstruments {
  readonly reconciles;
  readonly errors;
  readonly faults;
  readonly time;
  readonly maxConcurrent;
  readonly adds;
  readonly retries;
  readonly queueTime;
  readonly workTime;
  /** What is asked at each scrape, of each controller. */
  readonly controllers: MeasuredController[] = [];

  constructor(instruments: Instruments) {
    const counter = (name: string, help: string) =>
      instruments.counter(`controller_runtime_${name}`, `${help} per controller`, ['controller']);
    this.reconciles = instruments.counter(
      'controller_runtime_reconcile_total',
      'Total number of reconciliations per controller',
      ['controller', 'result'],
    );
    this.errors = counter('reconcile_errors_total', 'Total number of reconciliation errors');
    this.faults = {
      panic: counter('reconcile_panics_total', 'Reconciliations that ended with a fault of the program (TypeError …)'),
      timeout: counter('reconcile_timeouts_total', 'Reconciliations whose deadline passed'),
      terminal: counter('terminal_reconcile_errors_total', 'Reconciliation errors that are not tried again'),
    };
    this.time = instruments.histogram(
      'controller_runtime_reconcile_time_seconds',
      'Length of time per reconciliation per controller',
      ['controller'],
      RECONCILE_BUCKETS,
    );
    this.maxConcurrent = instruments.gauge(
      'controller_runtime_max_concurrent_reconciles',
      'Maximum number of concurrent reconciles per controller',
      ['controller'],
    );
    instruments.collected(
      'controller_runtime_active_workers',
      'Number of currently used workers per controller',
      ['controller'],
      (gauge) => {
        for (const { queue, active } of this.controllers) gauge.set({ controller: queue.controller }, active());
      },
    );
    const labels: ('name' | 'controller')[] = ['name', 'controller'];
    instruments.collected(
      'workqueue_depth',
      'Current depth of workqueue',
      ['name', 'controller', 'priority'],
      (gauge) => {
        // There is one priority only, controller-runtime's ordinary one.
        for (const { queue, depth } of this.controllers) gauge.set({ ...queue, priority: '0' }, depth());
      },
    );
    this.adds = instruments.counter('workqueue_adds_total', 'Total number of adds handled by workqueue', labels);
    this.retries = instruments.counter(
      'workqueue_retries_total',
      'Total number of adds with a delay: after a failure, or because a reconciliation asked for it',
      labels,
    );
    this.queueTime = instruments.histogram(
      'workqueue_queue_duration_seconds',
      'How long in seconds an item stays in workqueue before being requested',
      labels,
      QUEUE_BUCKETS,
    );
    this.workTime = instruments.histogram(
      'workqueue_work_duration_seconds',
      'How long in seconds processing an item from workqueue takes.',
      labels,
      QUEUE_BUCKETS,
    );
    const measured = (name: string, help: string, value: (seconds: readonly number[]) => number): void =>
      instruments.collected(name, help, labels, (gauge) => {
        for (const { queue, seconds } of this.controllers) gauge.set(queue, value(seconds()));
      });
    measured(
      'workqueue_unfinished_work_seconds',
      'Seconds of work in progress that work_duration has not observed yet. One that grows and grows is stuck.',
      (seconds) => seconds.reduce((sum, each) => sum + each, 0),
    );
    measured(
      'workqueue_longest_running_processor_seconds',
      'How many seconds has the longest running processor for workqueue been running.',
      (seconds) => Math.max(0, ...seconds),
    );
  }
}

interface MeasuredController {
  readonly queue: QueueLabels;
  /** Keys that wait. */
  readonly depth: () => number;
  /** Keys that are processed. */
  readonly active: () => number;
  /** For each of those, how long it has taken so far. */
  readonly seconds: () => readonly number[];
}

interface QueueLabels extends Readonly<Record<'name' | 'controller', string>> {}

/** The metrics of one controller and its queue. Its series are there from the beginning: a rate over one that begins with its first event misses that. */
export class ControllerMetrics {
  readonly #clock: Clock;
  readonly #instruments: ControllerInstruments;
  readonly #controller: { readonly controller: string };
  readonly #counts;
  readonly #times;
  readonly #addedAt = new Map<string, number>();
  readonly #takenAt = new Map<string, number>();
  #active = 0;

  constructor(instruments: ControllerInstruments, { controller, concurrency, clock }: ControllerMetricsOptions) {
    this.#clock = clock;
    this.#instruments = instruments;
    this.#controller = { controller };
    const queue = { name: controller, controller };
    const reconciles = (result: ReconcileOutcome) => instruments.reconciles.of({ controller, result });
    this.#counts = {
      adds: instruments.adds.of(queue),
      retries: instruments.retries.of(queue),
      errors: instruments.errors.of(this.#controller),
      success: reconciles('success'),
      requeue: reconciles('requeue'),
      requeue_after: reconciles('requeue_after'),
      error: reconciles('error'),
    };
    for (const fault of Object.values(instruments.faults)) fault.of(this.#controller);
    this.#times = {
      reconcile: instruments.time.of(this.#controller),
      queue: instruments.queueTime.of(queue),
      work: instruments.workTime.of(queue),
    };
    this.setConcurrency(concurrency);
    instruments.controllers.push({
      queue,
      depth: () => this.#addedAt.size,
      active: () => this.#active,
      seconds: () => Array.from(this.#takenAt.values(), (since) => (clock.monotonic() - since) / 1000),
    });
  }

  /** How many are reconciled at once. */
  setConcurrency(concurrency: number): void {
    this.#instruments.maxConcurrent.set(this.#controller, concurrency);
  }

  fault(fault: ReconcileFault): void {
    this.#instruments.faults[fault].inc(this.#controller);
  }

  added(key: string): void {
    this.#counts.adds.inc();
    this.#addedAt.set(key, this.#clock.monotonic());
  }

  taken(key: string): void {
    const now = this.#clock.monotonic();
    this.#times.queue.observe((now - (this.#addedAt.get(key) ?? now)) / 1000);
    this.#addedAt.delete(key);
    this.#takenAt.set(key, now);
  }

  done(key: string): void {
    this.#times.work.observe((this.#clock.monotonic() - (this.#takenAt.get(key) ?? 0)) / 1000);
    this.#takenAt.delete(key);
  }

  dropped(key: string): void {
    this.#addedAt.delete(key);
  }

  started(): void {
    this.#active += 1;
  }

  finished(result: ReconcileOutcome, seconds: number): void {
    this.#active -= 1;
    this.#counts[result].inc();
    if (result === 'error') this.#counts.errors.inc();
    this.#times.reconcile.observe(seconds);
  }

  retried(): void {
    this.#counts.retries.inc();
  }
}
