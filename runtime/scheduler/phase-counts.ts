import type { Environment } from './environment.ts';
import { statusOf } from './status.ts';
import { isOurs } from './wakes.ts';

/** Stands for every name of a phase that the operator does not have: anybody can write one into a status, and labels are for few values. */
const UNKNOWN = '(unknown)';

/**
 * How many resources are in each phase, as far as is known, or of them those that are counted by `counts`; a resource without a phase is in
 * the initial one.
 */
export function countPhases(
  environment: Pick<Environment, 'plan' | 'views' | 'watchNamespace'>,
  counts: (status: ReturnType<typeof statusOf>) => boolean = () => true,
): ReadonlyMap<string, number> {
  const { plan, views } = environment;
  const found = new Map([...plan.phases.values()].map(({ name }) => [name, 0]));
  for (const { key, object } of views.resources.entries()) {
    if (!isOurs(key, environment)) continue;
    const status = statusOf(object);
    if (!counts(status)) continue;
    const name = status?.phase;
    const phase = name ? (plan.phases.get(name)?.name ?? UNKNOWN) : plan.initial.name;
    found.set(phase, (found.get(phase) ?? 0) + 1);
  }
  return found;
}

/** Whether it says of itself that trying again does not mend what is wrong. */
export function isStalled(status: ReturnType<typeof statusOf>): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Stalled' && is === 'True') ?? false;
}
