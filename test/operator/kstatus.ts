import type { Condition, KubernetesObject } from 'autopilot-runtime';

export type Verdict = 'Terminating' | 'InProgress' | 'Failed' | 'Current';

/** An object with as much of a status as tools look at that know nothing of its kind. */
export interface WithStatus extends KubernetesObject {
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] } | undefined;
}

/**
 * What kstatus makes of an object of a kind that it does not know; `test/real/kstatus.test.ts` compares this with kstatus itself.
 * Source: https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md
 */
export function kstatusOf({ metadata, status }: WithStatus): Verdict {
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  const observed = status?.observedGeneration;
  if (observed !== undefined && observed !== metadata.generation) return 'InProgress';
  const conditions = status?.conditions ?? [];
  // Whichever of the two stands first.
  const first = conditions.find(
    ({ type, status: is }) => is === 'True' && (type === 'Reconciling' || type === 'Stalled'),
  );
  if (first) return first.type === 'Stalled' ? 'Failed' : 'InProgress';
  const ready = conditions.find(({ type }) => type === 'Ready');
  return ready && ready.status !== 'True' ? 'InProgress' : 'Current';
}

/** Whether `kubectl wait --for=condition=Ready` is content: the condition is True, and not of an older generation. */
export function isWaitOver({ metadata, status }: WithStatus): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const observed = ready?.observedGeneration ?? status?.observedGeneration ?? metadata.generation ?? 0;
  return ready?.status === 'True' && observed >= (metadata.generation ?? 0);
}
