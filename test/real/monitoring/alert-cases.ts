/** What is scraped, and which alerts are to come of it. */
export interface AlertCase {
  readonly what: string;
  /** Values a minute apart, as promtool writes them, by series without the job. */
  readonly series: Readonly<Record<string, string>>;
  /** What fires at a time: the labels of each, beside those that all have, and its value as its summary writes it. */
  readonly at: Readonly<
    Record<string, readonly { readonly labels: Readonly<Record<string, string>>; readonly value?: string }[]>
  >;
}

const ns = 'namespace="ops"';
const [a, b] = [`${ns},pod="a"`, `${ns},pod="b"`];
const errors = 'controller_runtime_reconcile_errors_total';
const total = 'controller_runtime_reconcile_total';
const ROUTE = { namespace: 'ops', controller: 'route' };

/** By the name of the alert: what it is for, and what looks like it and is none. */
export const ALERT_CASES: Readonly<Record<string, readonly AlertCase[]>> = {
  AutopilotOperatorDown: [
    {
      what: 'no replica answers, for five minutes',
      series: { [`up{${a}}`]: '1x5 0x20', [`up{${b}}`]: '1x3 stale' },
      at: { '8m': [], '12m': [{ labels: { namespace: 'ops' } }] },
    },
    {
      what: 'there is none any more',
      series: { [`up{${a}}`]: '1x5 stale' },
      at: { '8m': [], '12m': [{ labels: { job: 'autoroute-operator-metrics' } }] },
    },
    { what: 'one of two is left', series: { [`up{${a}}`]: '1x5 0x20', [`up{${b}}`]: '1x30' }, at: { '20m': [] } },
  ],
  AutopilotNoLeader: [
    {
      what: 'all stand by',
      series: {
        [`leader_election_master_status{${a},name="o"}`]: '0x20',
        [`leader_election_master_status{${b},name="o"}`]: '0x20',
      },
      at: { '1m': [], '3m': [{ labels: { namespace: 'ops' } }] },
    },
    {
      what: 'one leads; another hands over within a minute',
      series: {
        [`leader_election_master_status{${a},name="o"}`]: '1x5 0x20',
        [`leader_election_master_status{${b},name="o"}`]: '0x6 1x20',
      },
      at: { '3m': [], '7m': [], '20m': [] },
    },
  ],
  AutopilotSeveralLeaders: [
    {
      what: 'two lead, and go on to',
      series: {
        [`leader_election_master_status{${a},name="o"}`]: '1x20',
        [`leader_election_master_status{${b},name="o"}`]: '1x20',
      },
      at: { '5m': [{ labels: { namespace: 'ops' }, value: '2' }] },
    },
    {
      what: 'scrapes saw both of a handover',
      series: {
        [`leader_election_master_status{${a},name="o"}`]: '1x6 0x20',
        [`leader_election_master_status{${b},name="o"}`]: '0x5 1x20',
      },
      at: { '6m': [], '8m': [] },
    },
  ],
  AutopilotWatchStale: [
    {
      what: 'one tells nothing any more',
      series: { [`autopilot_watch_age_seconds{${a},kind="Route"}`]: '0+60x30' },
      at: { '9m': [], '12m': [{ labels: { namespace: 'ops', pod: 'a', kind: 'Route' }, value: '12m 0s' }] },
    },
    {
      what: 'bookmarks come',
      series: { [`autopilot_watch_age_seconds{${a},kind="Route"}`]: '0 50 0 50 200 50 0 50 0 50 0 50 0 50 0' },
      at: { '12m': [] },
    },
  ],
  AutopilotKindUnavailable: [
    {
      what: 'one is not installed, another is forbidden',
      series: {
        [`autopilot_missing_kinds{${a},kind="Gateway"}`]: '1x30',
        [`autopilot_forbidden_kinds{${a},kind="Secret"}`]: '1x30',
      },
      at: {
        '10m': [],
        '16m': [{ labels: { namespace: 'ops', kind: 'Gateway' } }, { labels: { namespace: 'ops', kind: 'Secret' } }],
      },
    },
    { what: 'it came', series: { [`autopilot_missing_kinds{${a},kind="Gateway"}`]: '1x5 stale' }, at: { '20m': [] } },
  ],
  AutopilotResourcesStalled: [
    {
      what: 'some are',
      series: {
        [`autopilot_stalled_resources{${a},phase="Syncing"}`]: '0 2x30',
        [`autopilot_stalled_resources{${a},phase="Ready"}`]: '0x30',
      },
      at: { '5m': [], '12m': [{ labels: { namespace: 'ops', phase: 'Syncing' }, value: '2' }] },
    },
    {
      what: 'one was for a while',
      series: { [`autopilot_stalled_resources{${a},phase="Syncing"}`]: '0 1x5 0x30' },
      at: { '5m': [], '12m': [] },
    },
  ],
  AutopilotReconcileErrors: [
    {
      what: 'one resource fails each time, every five minutes, and nothing else happens',
      series: {
        [`${errors}{${a},controller="route"}`]: '0x4 1x4 2x4 3x4 4x4 5x4 6x4 7x4 8x4 9x4',
        [`${total}{${a},controller="route",result="error"}`]: '0x4 1x4 2x4 3x4 4x4 5x4 6x4 7x4 8x4 9x4',
        [`${total}{${a},controller="route",result="success"}`]: '10x49',
      },
      at: { '10m': [], '45m': [{ labels: ROUTE, value: '100%' }] },
    },
    {
      what: 'one failed once, and what else happens is little',
      series: {
        [`${errors}{${a},controller="route"}`]: '0x4 1x60',
        [`${total}{${a},controller="route",result="error"}`]: '0x4 1x60',
        [`${total}{${a},controller="route",result="success"}`]: '10x64',
      },
      at: { '15m': [], '25m': [], '40m': [] },
    },
    {
      what: 'one of twenty fails',
      series: {
        [`${errors}{${a},controller="route"}`]: '0+1x60',
        [`${total}{${a},controller="route",result="error"}`]: '0+1x60',
        [`${total}{${a},controller="route",result="success"}`]: '0+19x60',
      },
      at: { '45m': [] },
    },
  ],
  AutopilotWorkerFault: [
    {
      what: 'one has ended by a TypeError',
      series: { [`controller_runtime_reconcile_panics_total{${a},controller="route"}`]: '0x4 1x40' },
      at: { '3m': [], '6m': [{ labels: ROUTE }], '30m': [] },
    },
  ],
  AutopilotWorkerTimeouts: [
    {
      what: 'each does not end in time',
      series: { [`controller_runtime_reconcile_timeouts_total{${a},controller="route"}`]: '0+1x40' },
      at: { '10m': [{ labels: ROUTE }] },
    },
    {
      what: 'one did not',
      series: { [`controller_runtime_reconcile_timeouts_total{${a},controller="route"}`]: '0x4 1x40' },
      at: { '6m': [], '10m': [] },
    },
  ],
  AutopilotSyncStorm: [
    {
      what: 'the first of its kind, which is no raise, and another later',
      series: { [`autopilot_sync_storms_total{${a},phase="Work",cause="input"}`]: '_x5 1x29 2x29' },
      at: {
        '4m': [],
        '7m': [{ labels: { namespace: 'ops', phase: 'Work', cause: 'input' } }],
        '28m': [],
        '38m': [{ labels: { namespace: 'ops', phase: 'Work', cause: 'input' } }],
        '55m': [],
      },
    },
  ],
  AutopilotOutputContested: [
    {
      what: 'it is taken and repaired again and again',
      series: { [`autopilot_outputs_total{${a},phase="Work",action="contested"}`]: '_x4 1x4 2x4 3x4 4x4 5x40' },
      at: { '8m': [], '30m': [{ labels: { namespace: 'ops', phase: 'Work' } }] },
    },
    {
      what: 'it was taken twice, and all else goes well',
      series: {
        [`autopilot_outputs_total{${a},phase="Work",action="contested"}`]: '_x4 1x4 2x40',
        [`autopilot_outputs_total{${a},phase="Work",action="applied"}`]: '0+10x50',
      },
      at: { '30m': [] },
    },
  ],
  AutopilotConfigRefused: [
    {
      what: 'one does not take it',
      series: {
        [`autopilot_config_last_reload_successful{${a}}`]: '1x4 0x40',
        [`autopilot_config_last_reload_successful{${b}}`]: '1x45',
      },
      at: { '10m': [], '20m': [{ labels: { namespace: 'ops', pod: 'a' } }] },
    },
  ],
  AutopilotBacklog: [
    {
      what: 'all workers are at work while resources wait; the standby has none',
      series: {
        [`workqueue_depth{${a},name="route",controller="route",priority="0"}`]: '7x30',
        [`controller_runtime_active_workers{${a},controller="route"}`]: '10x30',
        [`controller_runtime_max_concurrent_reconciles{${a},controller="route"}`]: '10x30',
        [`workqueue_depth{${b},name="route",controller="route",priority="0"}`]: '0x30',
        [`controller_runtime_active_workers{${b},controller="route"}`]: '0x30',
        [`controller_runtime_max_concurrent_reconciles{${b},controller="route"}`]: '10x30',
      },
      at: { '10m': [], '16m': [{ labels: ROUTE, value: '7' }] },
    },
    {
      what: 'a worker is free, as when resources wait for each other',
      series: {
        [`workqueue_depth{${a},name="route",controller="route",priority="0"}`]: '7x30',
        [`controller_runtime_active_workers{${a},controller="route"}`]: '9x30',
        [`controller_runtime_max_concurrent_reconciles{${a},controller="route"}`]: '10x30',
      },
      at: { '20m': [] },
    },
    {
      what: 'there is much to do, and nothing waits for long',
      series: {
        [`workqueue_depth{${a},name="route",controller="route",priority="0"}`]:
          '7 7 0 7 7 7 0 7 7 7 7 0 7 7 7 7 7 0 7 7 7',
        [`controller_runtime_active_workers{${a},controller="route"}`]: '10x30',
        [`controller_runtime_max_concurrent_reconciles{${a},controller="route"}`]: '10x30',
      },
      at: { '20m': [] },
    },
  ],
  AutopilotApiErrors: [
    {
      what: 'a fifth is not answered, or with 503',
      series: {
        [`rest_client_requests_total{${a},code="200",host="h",method="GET"}`]: '0+80x60',
        [`rest_client_requests_total{${a},code="<error>",host="h",method="GET"}`]: '0+10x60',
        [`rest_client_requests_total{${a},code="503",host="h",method="GET"}`]: '0+10x60',
      },
      at: { '10m': [], '30m': [{ labels: { namespace: 'ops' }, value: '20%' }] },
    },
    {
      what: 'many are refused for a reason: conflicts, objects that are not there',
      series: {
        [`rest_client_requests_total{${a},code="200",host="h",method="GET"}`]: '0+80x60',
        [`rest_client_requests_total{${a},code="409",host="h",method="GET"}`]: '0+80x60',
      },
      at: { '30m': [] },
    },
  ],
};
