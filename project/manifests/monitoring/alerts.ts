/** An alert of the operator's; see `alertsOf`. */
export interface Alert {
  readonly alert: string;
  /** PromQL that has a result while something is wrong. */
  readonly expr: string;
  /** So long it has to be so. */
  readonly for: string;
  readonly severity: 'critical' | 'warning';
  readonly summary: string;
  /** What it means, and what to do. */
  readonly description: string;
}

/** Longer than a failed sync is put off at most, which is five minutes: one that goes on failing fails in each of these. */
const WINDOW = '15m';

/**
 * What wakes somebody, or lies on their desk in the morning, by the metrics of an operator that are scraped as this job. Those that are
 * critical mean that nothing is done; the others, that something is not.
 *
 * Counters of what happens rarely have no series before it happens first, and a rate does not see a series begin: such alerts look for new
 * ones beside (`unless … offset`).
 */
export function alertsOf(operator: string, job: string): readonly Alert[] {
  const of = (metric: string, labels = ''): string => `${metric}{job="${job}"${labels && `,${labels}`}}`;
  const begunOrRaised = (series: string, window: string): string =>
    `increase(${series}[${window}]) > 0 or (${series} unless ${series} offset ${window}) > 0`;
  const share = (part: string, whole: string, by: string): string =>
    `sum by (${by}) (rate(${part}[${WINDOW}])) / sum by (${by}) (rate(${whole}[${WINDOW}]))`;
  const requests = 'rest_client_requests_total';
  return [
    {
      alert: 'AutopilotOperatorDown',
      expr: `sum by (namespace) (${of('up')}) == 0 or absent(${of('up')})`,
      for: '5m',
      severity: 'critical',
      summary: `No replica of ${operator} can be scraped.`,
      description: 'It does not run, or its metrics cannot be read: look at its pods and at the targets of Prometheus.',
    },
    {
      alert: 'AutopilotNoLeader',
      expr: `sum by (namespace) (${of('leader_election_master_status')}) == 0`,
      for: '2m',
      severity: 'critical',
      summary: `No replica of ${operator} in {{ $labels.namespace }} leads.`,
      description: `All stand by, and nothing is reconciled: the lease cannot be acquired. Their logs and the Lease ${operator} tell why.`,
    },
    {
      alert: 'AutopilotSeveralLeaders',
      expr: `sum by (namespace) (${of('leader_election_master_status')}) > 1`,
      for: '2m',
      severity: 'critical',
      summary: `{{ $value }} replicas of ${operator} in {{ $labels.namespace }} lead at once.`,
      description: 'They do not share a lease: their leaderElectionNamespace, or their clusters, differ.',
    },
    {
      alert: 'AutopilotWatchStale',
      expr: `max by (namespace, pod, kind) (${of('autopilot_watch_age_seconds')}) > 300`,
      for: '5m',
      severity: 'warning',
      summary:
        'The watch of {{ $labels.kind }} in {{ $labels.pod }} has told nothing for {{ $value | humanizeDuration }}.',
      description:
        'A live one tells something about once a minute. What has changed since is not known to the operator: look at its log and at the API server.',
    },
    {
      alert: 'AutopilotKindUnavailable',
      expr: `max by (namespace, kind) (${of('autopilot_missing_kinds')} or ${of('autopilot_forbidden_kinds')}) == 1`,
      for: '15m',
      severity: 'warning',
      summary: `${operator} needs {{ $labels.kind }}, and cannot list it.`,
      description:
        'It is not installed, or the role of the operator does not have it. Resources wait in each phase that reads or writes it.',
    },
    {
      alert: 'AutopilotResourcesStalled',
      expr: `sum by (namespace, phase) (${of('autopilot_stalled_resources')}) > 0`,
      for: '10m',
      severity: 'warning',
      summary: `{{ $value }} resources of ${operator} are stalled in phase {{ $labels.phase }}.`,
      description: 'Trying again does not help them. The condition Stalled of each tells what does.',
    },
    {
      alert: 'AutopilotReconcileErrors',
      expr: `${share(of('controller_runtime_reconcile_errors_total'), of('controller_runtime_reconcile_total'), 'namespace, controller')} > 0.1`,
      // Longer than one failure is seen in a rate over the window.
      for: '20m',
      severity: 'warning',
      summary: '{{ $value | humanizePercentage }} of the syncs of {{ $labels.controller }} fail.',
      description: 'Events and the condition Reconciling of the resources, and the log, tell with what.',
    },
    {
      alert: 'AutopilotWorkerFault',
      expr: `sum by (namespace, controller) (increase(${of('controller_runtime_reconcile_panics_total')}[${WINDOW}])) > 0`,
      for: '0m',
      severity: 'warning',
      summary: 'A worker of {{ $labels.controller }} has ended with a fault of the program.',
      description: 'A TypeError, ReferenceError or RangeError: the log has its stack trace.',
    },
    {
      alert: 'AutopilotWorkerTimeouts',
      expr: `sum by (namespace, controller) (increase(${of('controller_runtime_reconcile_timeouts_total')}[${WINDOW}])) > 2`,
      for: '0m',
      severity: 'warning',
      summary: 'Workers of {{ $labels.controller }} do not end in time, again and again.',
      description:
        'What they call is slow or does not answer. The log names the phase; its `timeout` is in autopilot.yaml.',
    },
    {
      alert: 'AutopilotSyncStorm',
      expr: `max by (namespace, phase, cause) (${begunOrRaised(of('autopilot_sync_storms_total'), WINDOW)})`,
      for: '0m',
      severity: 'warning',
      summary: `A resource of ${operator} in phase {{ $labels.phase }} is synced all the time, for nothing.`,
      description: 'It is woken by {{ $labels.cause }}. The event SyncStorm is on the resource.',
    },
    {
      alert: 'AutopilotOutputContested',
      // Each is repaired with a growing pause, of five minutes at last.
      expr: `sum by (namespace, phase) (increase(${of('autopilot_outputs_total', 'action="contested"')}[1h])) > 2`,
      for: '0m',
      severity: 'warning',
      summary: `Somebody else keeps taking fields of what phase {{ $labels.phase }} of ${operator} makes.`,
      description: 'Two programs set the same field. The event Contested names both: one of them has to leave it out.',
    },
    {
      alert: 'AutopilotConfigRefused',
      expr: `max by (namespace, pod) (${of('autopilot_config_last_reload_successful')}) == 0`,
      for: '10m',
      severity: 'warning',
      summary: '{{ $labels.pod }} does not take its new configuration.',
      description:
        'It goes on by the former one, until it starts anew. The event ConfigRefused and the log tell what is wrong.',
    },
    {
      alert: 'AutopilotBacklog',
      expr:
        `sum by (namespace, controller) (${of('workqueue_depth')}) > 0` +
        ` and sum by (namespace, controller) (${of('controller_runtime_active_workers')})` +
        ` >= sum by (namespace, controller) (${of('controller_runtime_max_concurrent_reconciles')} and ${of('controller_runtime_active_workers')} > 0)`,
      for: '15m',
      severity: 'warning',
      summary: '{{ $value }} resources of {{ $labels.controller }} wait, and no worker has been free.',
      description: 'More is to be done than is done: raise `concurrency`, or see which phase takes its time.',
    },
    {
      alert: 'AutopilotApiErrors',
      expr: `${share(of(requests, 'code=~"429|5..|<error>"'), of(requests), 'namespace')} > 0.1`,
      for: '15m',
      severity: 'warning',
      summary: `{{ $value | humanizePercentage }} of the requests of ${operator} fail.`,
      description: 'The API server is overloaded or cannot be reached.',
    },
  ];
}
