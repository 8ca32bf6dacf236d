import type { Environment } from './environment.ts';
import { statusOf } from './status.ts';
import { isOurs } from './wakes.ts';

/** Stands for every name of a phase that the operator does not have: anybody can write one into a status, and labels are for few values. */
const UNKNOWN = '(unknown)';

/** How many resources are in each phase, as far as is known; a resource without a phase is in the initial one. */
export function countPhases(
  environment: Pick<Environment, 'plan' | 'views' | 'watchNamespace'>,
): ReadonlyMap<string, number> {
  const { plan, views } = environment;
  const counts = new Map([...plan.phases.values()].map(({ name }) => [name, 0]));
  for (const { key, object } of views.resources.entries()) {
    if (!isOurs(key, environment)) continue;
    const name = statusOf(object)?.phase;
    const phase = name ? (plan.phases.get(name)?.name ?? UNKNOWN) : plan.initial.name;
    counts.set(phase, (counts.get(phase) ?? 0) + 1);
  }
  return counts;
}
