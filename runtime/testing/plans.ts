import type { OperatorDefinition, PhaseDefinition } from '../operator.ts';
import { planOf, type Plan } from '../plan.ts';
import { configMaps } from './objects.ts';

/** A plan of kind Route (example.io/v1) with these phases. */
export function routePlan(
  phases: Readonly<Record<string, PhaseDefinition>>,
  more: Partial<OperatorDefinition> = {},
): Plan {
  return planOf({
    name: 'route-operator',
    resource: { group: 'example.io', version: 'v1', kind: 'Route', plural: 'routes', namespaced: true, key: 'route' },
    phases,
    ...more,
  });
}

/** A phase that writes ConfigMaps and does nothing. */
export const idle: PhaseDefinition = { outputs: { configMaps: { type: configMaps } }, worker: () => undefined };
