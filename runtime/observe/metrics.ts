import type { Clock } from '../clock.ts';
import type { RequestRecord } from '../kube/caller.ts';
import {
  ControllerMetrics,
  RECONCILE_BUCKETS,
  ControllerInstruments,
  type ControllerMetricsOptions,
} from './controller-metrics.ts';
import { Instruments } from './instruments.ts';
import type { Count } from './tally.ts';

/** What happened to one output; `contested`: somebody else keeps taking a field of it. */
export type OutputAction =
  | 'created'
  | 'applied'
  | 'replaced'
  | 'unchanged'
  | 'pruned'
  | 'collected'
  | 'refused'
  | 'withheld'
  | 'contested'
  | 'rolled_back';

/** What happened to one patch. */
export type PatchAction = 'applied' | 'unchanged' | 'withheld' | 'absent' | 'refused' | 'given_up';

/** How a run of a phase ended. */
export type SyncResult =
  | 'transition'
  | 'stayed'
  | 'failed'
  /** Given up: the resource is being deleted, or the operator stops. */
  | 'aborted'
  /** Its status write came second; it is done over. */
  | 'lost';

const SYNC_RESULTS: readonly SyncResult[] = ['transition', 'stayed', 'failed', 'aborted', 'lost'];

/** What wakes a resource that is synced far too often. */
export type StormCause = 'input' | 'own_write' | 'output_drift' | 'resource' | 'status_conflict' | 'timer' | 'itself';

export interface MetricsOptions {
  readonly operator: string;
  /** Of the operator, from its configuration. */
  readonly version: string;
  readonly controller: string;
  readonly host: string;
  readonly concurrency: number;
  readonly clock: Clock;
  /** The names of all phases that have a worker. */
  readonly phases: readonly string[];
}

/**
 * The operator's metrics, under controller-runtime's and client-go's names where they have one (so that existing dashboards work),
 * and `autopilot_…` for phases. No label names an object: how many series there are does not depend on how many resources.
 */
export class Metrics {
  readonly instruments = new Instruments();
  /** Of the phase machine. */
  readonly controller: ControllerMetrics;
  readonly #controllers = new ControllerInstruments(this.instruments);
  readonly #operator: string;
  readonly #info = this.instruments.gauge('autopilot_operator_info', 'The operator and its version; always 1', [
    'operator',
    'version',
  ]);
  readonly #host: string;

  readonly #requests = this.instruments.counter(
    'rest_client_requests_total',
    'Number of HTTP requests, partitioned by status code, method, and host.',
    ['code', 'host', 'method'],
  );
  /** By method and status. */
  readonly #requestCounts = new Map<string, Map<number, Count<'code' | 'host' | 'method'>>>();
  readonly #syncs = this.instruments.counter(
    'autopilot_phase_syncs_total',
    'Runs of a phase by how they ended: transition, stayed, failed, aborted, lost',
    ['phase', 'result'],
  );
  readonly #syncTime = this.instruments.histogram(
    'autopilot_phase_sync_duration_seconds',
    'How long runs of a phase take with all that is written in them',
    ['phase'],
    RECONCILE_BUCKETS,
  );
  readonly #workerTime = this.instruments.histogram(
    'autopilot_worker_duration_seconds',
    'How long workers run',
    ['phase'],
    RECONCILE_BUCKETS,
  );
  readonly #transitions = this.instruments.counter(
    'autopilot_transitions_total',
    'Transitions from phase to phase that were recorded',
    ['from', 'to'],
  );
  readonly #outputs = this.instruments.counter(
    'autopilot_outputs_total',
    'What became of outputs: created, applied, unchanged, pruned, refused, withheld, contested',
    ['phase', 'action'],
  );
  readonly #patches = this.instruments.counter(
    'autopilot_patches_total',
    "What became of fields set in others' objects: applied, unchanged, withheld, absent, refused, given_up",
    ['phase', 'action'],
  );
  readonly #drifts = this.instruments.counter(
    'autopilot_output_drift_total',
    'Outputs that somebody else changed or deleted, by the phase that made them',
    ['phase', 'repaired'],
  );
  readonly #storms = this.instruments.counter(
    'autopilot_sync_storms_total',
    'Resources found to be synced far more often than anything changes, by what wakes them',
    ['phase', 'cause'],
  );
  readonly #queryTime = this.instruments.histogram(
    'autopilot_query_duration_seconds',
    'How long queries of workers take, by the method of the metrics client',
    ['query'],
    RECONCILE_BUCKETS,
  );
  readonly #queries = this.instruments.counter(
    'autopilot_queries_total',
    'Queries of workers by what came of them: value, empty, or the code of an error',
    ['query', 'result'],
  );
  readonly #statusConflicts = this.instruments.counter(
    'autopilot_status_conflicts_total',
    'Status writes that lost their compare-and-swap',
    ['phase'],
  );

  readonly #unreadable = this.instruments.counter(
    'autopilot_unreadable_objects_total',
    'Objects that a watch brought and that could not be read, by kind',
    ['kind'],
  );

  constructor(options: MetricsOptions) {
    this.#host = options.host;
    this.controller = new ControllerMetrics(this.#controllers, options);
    this.#operator = options.operator;
    this.setVersion(options.version);
    // As the controller's: a rate over a series that begins with its first event misses that.
    for (const phase of options.phases) {
      for (const result of SYNC_RESULTS) this.#syncs.of({ phase, result });
      this.#syncTime.of({ phase });
      this.#workerTime.of({ phase });
    }
  }

  /** For another controller than the phase machine's. */
  controllerOf(options: ControllerMetricsOptions): ControllerMetrics {
    return new ControllerMetrics(this.#controllers, options);
  }

  /** The operator's, from its configuration. */
  setVersion(version: string): void {
    this.#info.reset();
    this.#info.set({ operator: this.#operator, version }, 1);
  }

  /** All metrics in Prometheus' text format. */
  text(): Promise<string> {
    return this.instruments.text();
  }

  request({ method, status }: RequestRecord): void {
    const known = this.#requestCounts.get(method)?.get(status);
    if (known) known.inc();
    else this.#firstRequest(method, status).inc();
  }

  #firstRequest(method: string, status: number): Count<'code' | 'host' | 'method'> {
    const byStatus = this.#requestCounts.get(method) ?? new Map<number, Count<'code' | 'host' | 'method'>>();
    this.#requestCounts.set(method, byStatus);
    const count = this.#requests.of({ code: status === 0 ? '<error>' : String(status), host: this.#host, method });
    byStatus.set(status, count);
    return count;
  }

  /** Says, at each scrape, how many resources wait for a kind that their phase needs to be listed. */
  observeWaiting(count: () => number): void {
    const help = 'Resources whose phase waits until a kind that it reads or writes has been listed';
    this.instruments.measured('autopilot_waiting_resources', help, {}, count);
  }

  /** Says, at each scrape, how many resources are in each phase, and how many of them are stalled. */
  observePhases(count: {
    readonly resources: () => ReadonlyMap<string, number>;
    readonly stalled: () => ReadonlyMap<string, number>;
  }): void {
    const help = 'Resources in each phase; (unknown): in one that the operator does not have';
    this.#gauges('autopilot_resources', help, 'phase', count.resources);
    const stalled = 'Of these, those whose condition Stalled is True: trying again does not mend what is wrong';
    this.#gauges('autopilot_stalled_resources', stalled, 'phase', count.stalled);
  }

  /** Says, at each scrape, which kinds are not installed in the cluster, and which the operator may not watch. */
  observeKinds(kinds: {
    readonly missing: () => readonly string[];
    readonly forbidden: () => readonly string[];
  }): void {
    const use = 'Kinds that some phase reads or writes and that';
    const each = (names: readonly string[]) => new Map(names.map((name) => [name, 1]));
    this.#gauges('autopilot_missing_kinds', `${use} are not installed in the cluster`, 'kind', () =>
      each(kinds.missing()),
    );
    this.#gauges('autopilot_forbidden_kinds', `${use} the operator has no right to list`, 'kind', () =>
      each(kinds.forbidden()),
    );
  }

  /** Says, at each scrape, for each kind how many seconds ago its watch told something; of several watches, the one that is furthest behind. */
  observeWatches(ages: () => ReadonlyMap<string, number>): void {
    const help = 'Seconds since the watch of a kind told of an event, or by a bookmark that there was none';
    this.#gauges('autopilot_watch_age_seconds', help, 'kind', ages);
  }

  /** One value for each of what is asked at the scrape; what is no longer told is gone. */
  #gauges(name: string, help: string, label: string, values: () => ReadonlyMap<string, number>): void {
    this.instruments.collected(name, help, [label], (gauge) => {
      gauge.reset();
      for (const [of, value] of values()) gauge.set({ [label]: of }, value);
    });
  }

  /** Tells from now on whether this process leads; `lease` is the lease's name. */
  leader(lease: string): (leads: boolean) => void {
    const gauge = this.instruments.gauge(
      'leader_election_master_status',
      'Whether this process holds the lease (1) or stands by (0)',
      ['name'],
    );
    const tell = (leads: boolean): void => gauge.set({ name: lease }, leads ? 1 : 0);
    tell(false);
    return tell;
  }

  synced(phase: string, result: SyncResult): void {
    this.#syncs.inc({ phase, result });
  }

  syncTook(phase: string, seconds: number): void {
    this.#syncTime.observe({ phase }, seconds);
  }

  worked(phase: string, seconds: number): void {
    this.#workerTime.observe({ phase }, seconds);
  }

  unreadable(kind: string): void {
    this.#unreadable.inc({ kind });
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

  storm(phase: string, cause: StormCause): void {
    this.#storms.inc({ phase, cause });
  }

  statusConflict(phase: string): void {
    this.#statusConflicts.inc({ phase });
  }
}
