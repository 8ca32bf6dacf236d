import type { Duration } from './duration.ts';

/**
 * The keys of `autopilot-operator.yaml`: one table for the runtime, which reads the file, and for the project model, which
 * checks it with line and column before it is ever mounted. Pure data: the published generator carries a compiled copy.
 */
export type ConfigField =
  | {
      readonly type: 'string';
      /** What the text names; '' is allowed where it is the default. */
      readonly names?: 'namespace';
      readonly default: string;
      readonly description: string;
    }
  | { readonly type: 'address'; readonly default: string; readonly description: string }
  | { readonly type: 'boolean'; readonly default: boolean; readonly description: string }
  | { readonly type: 'integer'; readonly minimum: number; readonly default: number; readonly description: string }
  | { readonly type: 'duration'; readonly default: Duration | undefined; readonly description: string }
  | {
      readonly type: 'enum';
      readonly values: readonly string[];
      readonly numbered: boolean;
      readonly default: string | undefined;
      readonly description: string;
    }
  | {
      readonly type: 'object';
      readonly default: Readonly<Record<string, unknown>>;
      readonly description: string;
    };

export const LOG_LEVELS = ['Debug', 'Info', 'Warn', 'Error', 'DPanic', 'Panic', 'Fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Enum values may be written by name or, where `numbered`, by their position, as protobuf's JSON allowed in 2019. */
export const OPERATOR_CONFIG_FIELDS = {
  version: { type: 'string', default: '0.0.1', description: "The operator's version, for logs and metrics." },
  meshProvider: {
    type: 'enum',
    values: ['Istio', 'Custom'],
    numbered: true,
    default: 'Istio',
    description:
      'How metrics are found. Istio: http://prometheus.<controlPlaneNs>:9090. METRICS_SERVER in the environment wins.',
  },
  controlPlaneNs: {
    type: 'string',
    names: 'namespace',
    default: 'istio-system',
    description: "The namespace of the mesh's control plane.",
  },
  workInterval: {
    type: 'duration',
    default: undefined,
    description:
      'Run the worker of every phase that is not final again after this time. Absent: only when something changed.',
  },
  metricsAddr: { type: 'address', default: ':9091', description: 'Where metrics are served. Empty: nowhere.' },
  metricsSecure: {
    type: 'boolean',
    default: false,
    description:
      'Serve metrics over TLS, and only to who may get /metrics in the cluster. Asks it by TokenReview and SubjectAccessReview, which needs rights that deploy/overlays/production has.',
  },
  metricsCertDir: {
    type: 'string',
    default: '',
    description:
      'A folder with tls.crt and tls.key for metrics over TLS, taken up anew when they change. Empty, or until they are there: a certificate that the operator signs itself, a new one at each start.',
  },
  healthAddr: {
    type: 'address',
    default: ':8081',
    description: 'Where /healthz and /readyz are served. Empty: nowhere.',
  },
  profilingAddr: {
    type: 'address',
    default: '',
    description:
      'Where profiles are served, under /debug/pprof/ (CPU, allocations, heap), and whether the delay of the event loop is measured. Without a host on loopback only. Empty: nowhere.',
  },
  enableLeaderElection: { type: 'boolean', default: true, description: 'One active operator at a time.' },
  leaderElectionNamespace: {
    type: 'string',
    names: 'namespace',
    default: '',
    description: "The lease's namespace. Empty: the pod's, else the kubeconfig's, else default.",
  },
  watchNamespace: {
    type: 'string',
    names: 'namespace',
    default: '',
    description: 'The namespace to work in. Empty: all. WATCH_NAMESPACE in the environment wins.',
  },
  logLevel: {
    type: 'enum',
    values: LOG_LEVELS,
    numbered: true,
    default: 'Info',
    description: 'The least severe level that is logged.',
  },
  logFormat: {
    type: 'enum',
    values: ['json', 'pretty'],
    numbered: false,
    default: undefined,
    description: 'Absent: pretty on a terminal, else json.',
  },
  concurrency: { type: 'integer', minimum: 1, default: 20, description: 'How many resources are synced at once.' },
  config: {
    type: 'object',
    default: {},
    description: "The user's own settings, given to workers as `config`. src/config.ts says what they may be.",
  },
} as const satisfies Record<string, ConfigField>;

export type OperatorConfigKey = keyof typeof OPERATOR_CONFIG_FIELDS;
