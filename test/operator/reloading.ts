import { configMap, OPERATOR, phase, routes, type Context, type TestCluster } from './testbed.ts';
import type { OperatorDefinition } from 'autopilot-runtime';

export const LEASE = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: OPERATOR };
/** In milliseconds. */
export const LEASE_TIMES = { leaseDuration: 3000, renewDeadline: 2000, retryPeriod: 200 };

export interface Lease {
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly holderIdentity?: string; readonly leaseTransitions?: number };
}

export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** How often a kind was listed in full. */
export const lists = (cluster: TestCluster): number =>
  cluster.requests.filter(
    ({ userAgent, query }) => userAgent.startsWith(OPERATOR) && query['sendInitialEvents'] === 'true',
  ).length;

/** An operator that copies a ConfigMap named `input`, and notes by which greeting of its settings it was run for whom. */
export const greets = (seen: string[] = []): OperatorDefinition =>
  routes({
    Only: phase(
      ({ route, config, inputs }: Context) => {
        seen.push(`${route.metadata.name} ${text(config['greeting'])}`);
        const n = inputs['configMaps']?.find('input')?.data?.['n'] ?? '';
        return { phase: 'Only', outputs: { configMaps: [configMap(`${route.metadata.name}-out`, { n })] } };
      },
      { initial: true },
    ),
  });
