import type { Clock } from './clock.ts';
import type { OperatorConfig } from './config/load.ts';
import type { ClusterAccess } from './kube/kubeconfig.ts';
import type { Transport } from './kube/transport.ts';
import type { LeaderElection } from './leaderelection/participation.ts';
import type { RootLogger } from './observe/logger.ts';
import type { TellProgress } from './observe/progress.ts';
import type { Plan } from './plan.ts';
import type { FakeMetrics } from './queries/client.ts';

/** What an operator works by, and can be given anew while it runs. */
export interface Configuration {
  readonly config: OperatorConfig;
  /** The user's own settings, checked. Default: none. */
  readonly settings?: object;
  /** How one of several replicas is elected to work. Default: this one works, whatever others do. */
  readonly leaderElection?: LeaderElection | undefined;
}

export interface ManagerOptions extends Configuration {
  readonly plan: Plan;
  readonly access: ClusterAccess;
  readonly logger: RootLogger;
  /** For development: listen on loopback only, on other ports where the configured ones are taken. */
  readonly development: boolean;
  /** Whether metrics tell of the process too; once a process. */
  readonly processMetrics: boolean;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly transport?: Transport;
  /** Where METRICS_SERVER, and the pod's name, are looked for. Default: nowhere. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** For the dev loop: where no metrics server is named, the queries fail and all else goes on. Default: the operator does not start. */
  readonly withoutMetrics?: boolean;
  /** What answers the queries of workers, instead of a metrics server. */
  readonly fakeMetrics?: FakeMetrics | undefined;
  /** Told what happens to resources and outputs. */
  readonly progress?: TellProgress | undefined;
}
