import type { Clock } from '../clock.ts';
import { AutopilotError } from '../errors.ts';
import { connect } from '../kube/transport.ts';
import { prometheus, type Prometheus } from './prometheus.ts';
import { findMetricsServer, type MetricsServer } from './server.ts';

/** The metrics server, or why there is none. */
export interface FoundServer {
  readonly address: string;
  readonly server: Prometheus | undefined;
  readonly unavailable: AutopilotError | undefined;
  close(): Promise<void>;
}

/** As {@link findMetricsServer}, whose error is thrown unless `mayBeMissing`: then each query fails with it. */
export function findServer(
  config: Parameters<typeof findMetricsServer>[0],
  env: NodeJS.ProcessEnv,
  { clock, mayBeMissing }: { readonly clock: Clock; readonly mayBeMissing: boolean },
): FoundServer {
  let found: MetricsServer;
  try {
    found = findMetricsServer(config, env);
  } catch (error) {
    if (!mayBeMissing || !(error instanceof AutopilotError)) throw error;
    return { address: '', server: undefined, unavailable: error, close: () => Promise.resolve() };
  }
  const transport = connect({ server: found.address, tls: {} });
  return {
    address: found.address,
    server: prometheus(found, transport, clock),
    unavailable: undefined,
    close: () => transport.close(),
  };
}
