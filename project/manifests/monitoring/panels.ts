/** A panel of the dashboard. */
export interface Panel {
  readonly type: 'stat' | 'timeseries';
  readonly title: string;
  readonly description: string;
  /** In columns, of which there are 24. */
  readonly width: number;
  /** Grafana's name of it. */
  readonly unit: string;
  /** PromQL by its legend; `JOB` stands for what selects the operator's series. */
  readonly queries: Readonly<Record<string, string>>;
  readonly stacked?: boolean;
  /** A stat of at least this is red. */
  readonly alarming?: number;
  /** A stat that shows its legend. */
  readonly showsName?: boolean;
}

const RATE = '[$__rate_interval]';

/** Per second, and 0 where nothing of the kind has ever happened. */
const rateOr0 = (metric: string): string => `sum(rate(${metric}{JOB}${RATE})) or vector(0)`;
const quantile = (metric: string, share: number, ...by: readonly string[]): string =>
  `histogram_quantile(${share}, sum by (${[...by, 'le'].join(', ')}) (rate(${metric}_bucket{JOB}${RATE})))`;

/** From what matters most, in the order in which they are laid out. */
export const PANELS: readonly Panel[] = [
  {
    type: 'stat',
    title: 'Version',
    description: 'Of the operator, as its configuration has it.',
    width: 4,
    unit: 'string',
    showsName: true,
    queries: { '{{version}}': 'max by (version) (autopilot_operator_info{JOB})' },
  },
  {
    type: 'stat',
    title: 'Replicas',
    description: 'That are scraped.',
    width: 4,
    unit: 'short',
    queries: { replicas: 'sum(up{JOB})' },
  },
  {
    type: 'stat',
    title: 'Leader',
    description: 'The pod that works; the others stand by.',
    width: 4,
    unit: 'string',
    showsName: true,
    queries: { '{{pod}}': 'max by (pod) (leader_election_master_status{JOB} == 1)' },
  },
  {
    type: 'stat',
    title: 'Resources',
    description: 'In all phases.',
    width: 4,
    unit: 'short',
    queries: { resources: 'sum(autopilot_resources{JOB})' },
  },
  {
    type: 'stat',
    title: 'Stalled',
    description: 'Resources that trying again does not help: their condition Stalled tells what does.',
    width: 4,
    unit: 'short',
    alarming: 1,
    queries: { stalled: 'sum(autopilot_stalled_resources{JOB})' },
  },
  {
    type: 'stat',
    title: 'Oldest watch',
    description: 'Seconds since the watch that is furthest behind told something; a live one does about once a minute.',
    width: 4,
    unit: 's',
    alarming: 300,
    queries: { age: 'max(autopilot_watch_age_seconds{JOB})' },
  },
  {
    type: 'timeseries',
    title: 'Resources by phase',
    description: '(unknown): in a phase that the operator does not have.',
    width: 12,
    unit: 'short',
    stacked: true,
    queries: { '{{phase}}': 'sum by (phase) (autopilot_resources{JOB})' },
  },
  {
    type: 'timeseries',
    title: 'Transitions',
    description: 'From phase to phase, per second.',
    width: 12,
    unit: 'ops',
    queries: { '{{from}} → {{to}}': `sum by (from, to) (rate(autopilot_transitions_total{JOB}${RATE}))` },
  },
  {
    type: 'timeseries',
    title: 'Stalled and waiting',
    description: 'Stalled, by phase; waiting until a kind that their phase needs can be listed.',
    width: 8,
    unit: 'short',
    queries: {
      'stalled in {{phase}}': 'sum by (phase) (autopilot_stalled_resources{JOB})',
      waiting: 'sum(autopilot_waiting_resources{JOB})',
    },
  },
  {
    type: 'timeseries',
    title: 'Syncs by how they ended',
    description: 'Of all controllers, per second.',
    width: 8,
    unit: 'ops',
    stacked: true,
    queries: { '{{result}}': `sum by (result) (rate(controller_runtime_reconcile_total{JOB}${RATE}))` },
  },
  {
    type: 'timeseries',
    title: 'Failures',
    description:
      'Errors; of them faults of the program and workers that did not end in time. Storms: syncs all the time, for nothing.',
    width: 8,
    unit: 'ops',
    queries: {
      errors: rateOr0('controller_runtime_reconcile_errors_total'),
      faults: rateOr0('controller_runtime_reconcile_panics_total'),
      timeouts: rateOr0('controller_runtime_reconcile_timeouts_total'),
      storms: rateOr0('autopilot_sync_storms_total'),
      'status conflicts': rateOr0('autopilot_status_conflicts_total'),
    },
  },
  {
    type: 'timeseries',
    title: 'How long syncs take',
    description: 'With all that is written, by phase: what half and what 99 of 100 stay below.',
    width: 12,
    unit: 's',
    queries: {
      '{{phase}} 50 %': quantile('autopilot_phase_sync_duration_seconds', 0.5, 'phase'),
      '{{phase}} 99 %': quantile('autopilot_phase_sync_duration_seconds', 0.99, 'phase'),
    },
  },
  {
    type: 'timeseries',
    title: 'How long workers take',
    description: 'The part of it that is your code.',
    width: 12,
    unit: 's',
    queries: {
      '{{phase}} 50 %': quantile('autopilot_worker_duration_seconds', 0.5, 'phase'),
      '{{phase}} 99 %': quantile('autopilot_worker_duration_seconds', 0.99, 'phase'),
    },
  },
  {
    type: 'timeseries',
    title: 'Outputs',
    description: 'What became of them, per second; unchanged ones cost no request.',
    width: 8,
    unit: 'ops',
    queries: {
      '{{action}}': `sum by (action) (rate(autopilot_outputs_total{JOB}${RATE}))`,
      'changed by others': rateOr0('autopilot_output_drift_total'),
      'patches of others': rateOr0('autopilot_patches_total'),
    },
  },
  {
    type: 'timeseries',
    title: 'Queue',
    description: 'Resources that wait for a sync, syncs under way, and how many there can be.',
    width: 8,
    unit: 'short',
    queries: {
      waiting: 'sum(workqueue_depth{JOB})',
      'under way': 'sum(controller_runtime_active_workers{JOB})',
      'at most': 'max(controller_runtime_max_concurrent_reconciles{JOB})',
    },
  },
  {
    type: 'timeseries',
    title: 'Time in the queue',
    description: 'What half and what 99 of 100 stay below.',
    width: 8,
    unit: 's',
    queries: {
      '50 %': quantile('workqueue_queue_duration_seconds', 0.5),
      '99 %': quantile('workqueue_queue_duration_seconds', 0.99),
    },
  },
  {
    type: 'timeseries',
    title: 'Requests to the API server',
    description: 'By status, per second; <error>: there was no answer.',
    width: 8,
    unit: 'reqps',
    stacked: true,
    queries: { '{{method}} {{code}}': `sum by (method, code) (rate(rest_client_requests_total{JOB}${RATE}))` },
  },
  {
    type: 'timeseries',
    title: 'Age of watches',
    description: 'Seconds since they told something, by kind.',
    width: 8,
    unit: 's',
    queries: { '{{kind}}': 'max by (kind) (autopilot_watch_age_seconds{JOB})' },
  },
  {
    type: 'timeseries',
    title: 'CPU',
    description: 'Of each replica, in processors.',
    width: 4,
    unit: 'short',
    queries: { '{{pod}}': `rate(process_cpu_seconds_total{JOB}${RATE})` },
  },
  {
    type: 'timeseries',
    title: 'Memory',
    description: 'Of each replica.',
    width: 4,
    unit: 'bytes',
    queries: { '{{pod}}': 'process_resident_memory_bytes{JOB}' },
  },
];
