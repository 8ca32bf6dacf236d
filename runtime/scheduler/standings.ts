import type { KubernetesObject } from '../kube/types.ts';
import type { Phase } from '../plan.ts';
import { IGNORED, type Standing } from './conditions.ts';
import type { Run } from './run.ts';
import { statusOf } from './status.ts';

/** How a resource stands that rests: not well where others keep taking, or changed what nothing repairs. */
export function restingStanding({ state, environment: { plan, clock } }: Run): Standing {
  const contested = state.contests.message(clock.monotonic());
  if (contested !== undefined) return { is: 'stalled', reason: 'Contested', message: contested };
  const [drift] = state.drifts.values();
  return drift && !plan.onOutputDrift ? { is: 'drifted', message: drift.message } : { is: 'resting' };
}

/** How one stands that takes a transition again. */
export function cyclingStanding(from: Phase, to: Phase): Standing & { readonly is: 'stalled' } {
  const message = `It went from ${from.name} to ${to.name} before, and nothing has changed since: it goes round in circles, now with growing pauses.`;
  return { is: 'stalled', reason: 'Cycle', message };
}

/** Whether it was told already that the present spec is taken no notice of. */
export function ignoresSpec(resource: KubernetesObject): boolean {
  const told = statusOf(resource)?.conditions?.find(({ reason }) => reason === IGNORED);
  return told !== undefined && told.observedGeneration === resource.metadata.generation;
}
