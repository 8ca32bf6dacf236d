import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { LeaseTimes } from './times.ts';

/** How a process takes part in an election. */
export interface LeaderElection {
  /** The lease's. */
  readonly namespace: string;
  /** Of this process, and of no other. */
  readonly identity: string;
  readonly times: LeaseTimes;
}

/** The pod's name, else the machine's, and what no other process has. */
export function identityOf(env: NodeJS.ProcessEnv): string {
  return `${env['POD_NAME'] || hostname()}-${randomUUID().slice(0, 8)}`;
}

/** The lease's namespace: as configured, else the pod's, else the kubeconfig's, else default. */
export function leaseNamespace(
  configured: string,
  env: NodeJS.ProcessEnv,
  access: { readonly namespace: string | undefined },
): string {
  return configured || env['POD_NAMESPACE'] || access.namespace || 'default';
}
