import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Clock } from '../clock.ts';
import type { RequestRecord } from '../kube/client.ts';

/** Buckets of controller-runtime (reconciles) and client-go (work queue). */
const RECONCILE_BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];
const QUEUE_BUCKETS = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000];

/** What happened to one output. */
export type OutputAction = 'created' | 'applied' | 'unchanged' | 'pruned' | 'refused' | 'withheld';

/** What happened to one patch. */
export type PatchAction = 'applied' | 'unchanged' | 'withheld' | 'absent' | 'refused' | 'given_up';

/**
 * The operator's metrics, under controller-runtime's and client-go's names where they have one (so that existing dashboards work),
 * and `autopilot_…` for phases. No label names an object.
 */
export class Metrics {
  readonly registry = new Registry();
  readonly #controller: string;
  readonly #host: string;
  readonly #clock: Clock;

  readonly #info = this.#gauge('autopilot_operator_info', 'The operator and its version; always 1', [
    'operator',
    'version',
  ]);

  readonly #reconciles = this.#counter(
    'controller_runtime_reconcile_total',
    'Total number of reconciliations per controller',
    ['controller', 'result'],
  );
  readonly #reconcileErrors = this.#counter(
    'controller_runtime_reconcile_errors_total',
    'Total number of reconciliation errors per controller',
    ['controller'],
  );
  readonly #reconcileTime = this.#histogram(
    'controller_runtime_reconcile_time_seconds',
    'Length of time per reconciliation per controller',
    ['controller'],
    RECONCILE_BUCKETS,
  );
  readonly #maxConcurrent = this.#gauge(
    'controller_runtime_max_concurrent_reconciles',
    'Maximum number of concurrent reconciles per controller',
    ['controller'],
  );
  readonly #active = this.#gauge(
    'controller_runtime_active_workers',
    'Number of currently used workers per controller',
    ['controller'],
  );

  readonly #depth = this.#gauge('workqueue_depth', 'Current depth of workqueue', ['name', 'controller']);
  readonly #adds = this.#counter('workqueue_adds_total', 'Total number of adds handled by workqueue', [
    'name',
    'controller',
  ]);
  readonly #retries = this.#counter('workqueue_retries_total', 'Total number of retries handled by workqueue', [
    'name',
    'controller',
  ]);
  readonly #queueTime = this.#histogram(
    'workqueue_queue_duration_seconds',
    'How long in seconds an item stays in workqueue before being requested',
    ['name', 'controller'],
    QUEUE_BUCKETS,
  );
  readonly #workTime = this.#histogram(
    'workqueue_work_duration_seconds',
    'How long in seconds processing an item from workqueue takes.',
    ['name', 'controller'],
    QUEUE_BUCKETS,
  );
  readonly #requests = this.#counter(
    'rest_client_requests_total',
    'Number of HTTP requests, partitioned by status code, method, and host.',
    ['code', 'host', 'method'],
  );

  readonly #syncs = this.#counter('autopilot_phase_syncs_total', 'Runs of a phase, by how they ended', [
    'phase',
    'result',
  ]);
  readonly #workerTime = this.#histogram(
    'autopilot_worker_duration_seconds',
    'How long workers run, by phase',
    ['phase'],
    RECONCILE_BUCKETS,
  );
  readonly #transitions = this.#counter('autopilot_transitions_total', 'Transitions that were recorded', [
    'from',
    'to',
  ]);
  readonly #outputs = this.#counter(
    'autopilot_outputs_total',
    'What became of outputs that workers returned or ceased to return',
    ['phase', 'action'],
  );
  readonly #patches = this.#counter(
    'autopilot_patches_total',
    "What became of the fields that workers set in others' objects",
    ['phase', 'action'],
  );
  readonly #drifts = this.#counter(
    'autopilot_output_drift_total',
    'Outputs that somebody else changed or deleted, by the phase that made them',
    ['phase', 'repaired'],
  );
  readonly #queryTime = this.#histogram(
    'autopilot_query_duration_seconds',
    'How long queries of workers take, by the method of the metrics client',
    ['query'],
    RECONCILE_BUCKETS,
  );
  readonly #queries = this.#counter(
    'autopilot_queries_total',
    'Queries of workers, by what came of them: value, empty, or the code of an error',
    ['query', 'result'],
  );
  readonly #statusConflicts = this.#counter(
    'autopilot_status_conflicts_total',
    'Status writes that lost their compare-and-swap',
    ['phase'],
  );

  constructor(options: {
    readonly operator: string;
    /** Of the operator, from its configuration. */
    readonly version: string;
    readonly controller: string;
    readonly host: string;
    readonly concurrency: number;
    readonly clock: Clock;
  }) {
    this.#controller = options.controller;
    this.#host = options.host;
    this.#clock = options.clock;
    this.#info.set({ operator: options.operator, version: options.version }, 1);
    this.#maxConcurrent.set({ controller: this.#controller }, options.concurrency);
    this.#beginAtZero();
    this.#observeQueue();
  }

  /** As controller-runtime does: a rate over a series that begins with its first event misses that. */
  #beginAtZero(): void {
    const controller = { controller: this.#controller };
    const name = { name: this.#controller, controller: this.#controller };
    this.#active.set(controller, 0);
    this.#reconcileErrors.inc(controller, 0);
    for (const result of ['success', 'requeue', 'requeue_after', 'error'])
      this.#reconciles.inc({ ...controller, result }, 0);
    this.#depth.set(name, 0);
    this.#adds.inc(name, 0);
    this.#retries.inc(name, 0);
  }

  /** The metrics of the process itself (memory, CPU, event loop): once a process. */
  collectProcessMetrics(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  request({ method, status }: RequestRecord): void {
    this.#requests.inc({ code: status === 0 ? '<error>' : String(status), host: this.#host, method });
  }

  /** What the controller tells of its queue and its runs. */
  controllerObserver() {
    const name = { name: this.#controller, controller: this.#controller };
    const controller = { controller: this.#controller };
    return {
      added: (key: string): void => {
        this.#adds.inc(name);
        this.#depth.inc(name);
        this.#addedAt.set(key, this.#clock.monotonic());
      },
      taken: (key: string): void => {
        this.#depth.dec(name);
        const now = this.#clock.monotonic();
        this.#queueTime.observe(name, (now - (this.#addedAt.get(key) ?? now)) / 1000);
        this.#addedAt.delete(key);
        this.#takenAt.set(key, now);
      },
      done: (key: string): void => {
        this.#workTime.observe(name, (this.#clock.monotonic() - (this.#takenAt.get(key) ?? 0)) / 1000);
        this.#takenAt.delete(key);
      },
      dropped: (key: string): void => {
        this.#depth.dec(name);
        this.#addedAt.delete(key);
      },
      started: (): void => this.#active.inc(controller),
      finished: (result: string, seconds: number): void => {
        this.#active.dec(controller);
        this.#reconciles.inc({ ...controller, result });
        if (result === 'error') this.#reconcileErrors.inc(controller);
        this.#reconcileTime.observe(controller, seconds);
      },
      retried: (): void => this.#retries.inc(name),
    };
  }

  readonly #addedAt = new Map<string, number>();
  readonly #takenAt = new Map<string, number>();

  /** How long what is under way has taken so far is asked at each scrape. */
  #observeQueue(): void {
    const name = { name: this.#controller, controller: this.#controller };
    const running = (): readonly number[] =>
      [...this.#takenAt.values()].map((since) => (this.#clock.monotonic() - since) / 1000);
    this.#measured(
      'workqueue_unfinished_work_seconds',
      'How many seconds of work has been done that is in progress and has not been observed by work_duration.',
      name,
      () => running().reduce((sum, seconds) => sum + seconds, 0),
    );
    this.#measured(
      'workqueue_longest_running_processor_seconds',
      'How many seconds has the longest running processor for workqueue been running.',
      name,
      () => Math.max(0, ...running()),
    );
  }

  /** Says, at each scrape, how many resources wait for a kind that their phase needs to be listed. */
  observeWaiting(count: () => number): void {
    const help = 'Resources whose phase waits until a kind that it reads or writes has been listed';
    this.#measured('autopilot_waiting_resources', help, {}, count);
  }

  /** Says, at each scrape, which kinds are not installed in the cluster, and which the operator may not watch. */
  observeKinds(kinds: {
    readonly missing: () => readonly string[];
    readonly forbidden: () => readonly string[];
  }): void {
    const use = 'Kinds that some phase reads or writes and that';
    this.#observeKinds('autopilot_missing_kinds', `${use} are not installed in the cluster`, kinds.missing);
    this.#observeKinds('autopilot_forbidden_kinds', `${use} the operator has no right to list`, kinds.forbidden);
  }

  #observeKinds(name: string, help: string, kinds: () => readonly string[]): void {
    this.#collected(name, help, ['kind'], (gauge) => {
      gauge.reset();
      for (const kind of kinds()) gauge.set({ kind }, 1);
    });
  }

  /** Tells from now on whether this process leads; `lease` is the lease's name. */
  leader(lease: string): (leads: boolean) => void {
    const gauge = this.#gauge(
      'leader_election_master_status',
      'Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master.',
      ['name'],
    );
    const tell = (leads: boolean): void => gauge.set({ name: lease }, leads ? 1 : 0);
    tell(false);
    return tell;
  }

  synced(phase: string, result: 'transition' | 'stayed' | 'failed' | 'aborted'): void {
    this.#syncs.inc({ phase, result });
  }

  worked(phase: string, seconds: number): void {
    this.#workerTime.observe({ phase }, seconds);
  }

  queried(query: string, result: string, seconds: number): void {
    this.#queries.inc({ query, result });
    this.#queryTime.observe({ query }, seconds);
  }

  transition(from: string, to: string): void {
    this.#transitions.inc({ from, to });
  }

  output(phase: string, action: OutputAction): void {
    this.#outputs.inc({ phase, action });
  }

  patch(phase: string, action: PatchAction): void {
    this.#patches.inc({ phase, action });
  }

  drift(phase: string, repaired: boolean): void {
    this.#drifts.inc({ phase, repaired: String(repaired) });
  }

  statusConflict(phase: string): void {
    this.#statusConflicts.inc({ phase });
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge<Label extends string>(name: string, help: string, labelNames: Label[]): Gauge<Label> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }

  /** A gauge whose value is asked at each scrape. */
  #measured(name: string, help: string, labels: Readonly<Record<string, string>>, value: () => number): void {
    this.#collected(name, help, Object.keys(labels), (gauge) => gauge.set(labels, value()));
  }

  #collected(name: string, help: string, labelNames: string[], collect: (gauge: Gauge) => void): Gauge {
    return new Gauge({
      name,
      help,
      labelNames,
      registers: [this.registry],
      collect() {
        collect(this);
      },
    });
  }

  #histogram<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    buckets: number[],
  ): Histogram<Label> {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.registry] });
  }
}
