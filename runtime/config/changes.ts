import { isDeepStrictEqual } from 'node:util';
import type { OperatorConfigKey } from './fields.ts';
import type { OperatorConfig } from './load.ts';

/**
 * What has to begin anew where a key changes while the operator runs: nothing (it is put in place), the server at an address, the work with
 * the caches and the lease that there are, the watches, or the election.
 */
export type Renewal = 'nothing' | 'server' | 'work' | 'watches' | 'election';

const RENEWALS: Readonly<Record<OperatorConfigKey, Renewal>> = {
  version: 'nothing',
  meshProvider: 'work',
  controlPlaneNs: 'work',
  workInterval: 'nothing',
  metricsAddr: 'server',
  metricsSecure: 'server',
  metricsCertDir: 'server',
  healthAddr: 'server',
  profilingAddr: 'server',
  enableLeaderElection: 'election',
  leaderElectionNamespace: 'election',
  watchNamespace: 'watches',
  logLevel: 'nothing',
  logFormat: 'nothing',
  concurrency: 'nothing',
  config: 'work',
};

/** From one configuration to the next. */
export interface ConfigChanges {
  /** The keys that differ. */
  readonly keys: readonly OperatorConfigKey[];
  /** Whether a key differs that has this begin anew. */
  renews(renewal: Renewal): boolean;
}

export function changesOf(from: OperatorConfig, to: OperatorConfig): ConfigChanges {
  const keys = (Object.keys(RENEWALS) as OperatorConfigKey[]).filter((key) => !isDeepStrictEqual(from[key], to[key]));
  return { keys, renews: (renewal) => keys.some((key) => RENEWALS[key] === renewal) };
}
