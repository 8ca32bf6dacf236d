/**
 * How many pods each ReplicaSet of a Deployment should have next.
 * Source: pkg/controller/deployment of k8s.io/kubernetes, rolling.go, sync.go and util/deployment_util.go.
 */
import type { Deployment, ReplicaSet } from './views.ts';

export const DESIRED = 'deployment.kubernetes.io/desired-replicas';
export const MAXIMUM = 'deployment.kubernetes.io/max-replicas';

export interface Resize {
  readonly replicaSet: ReplicaSet;
  readonly size: number;
}

export const wishedOf = (sets: readonly ReplicaSet[]): number => sum(sets, ({ replicas }) => replicas);

export function sum<T>(items: readonly T[], count: (item: T) => number): number {
  return items.reduce((total, item) => total + count(item), 0);
}

/** The size that the new ReplicaSet may have: all that is wished, as far as the surge allows beside the old ones. */
export function sizeOfNew(deployment: Deployment, others: readonly ReplicaSet[], current: number): number {
  const { replicas, rolling, maxSurge } = deployment;
  if (!rolling || current > replicas) return replicas;
  const room = replicas + maxSurge - wishedOf(others) - current;
  return room <= 0 ? current : current + Math.min(room, replicas - current);
}

/**
 * What can be taken from the old ReplicaSets: first pods that are not available, which serve nobody, then as many others as the new
 * one makes up for.
 */
export function shrinkOld(deployment: Deployment, old: readonly ReplicaSet[], current: ReplicaSet): Resize[] {
  const active = old.filter(({ replicas }) => replicas > 0).sort(byAge);
  const leastAvailable = deployment.replicas - deployment.maxUnavailable;
  const newUnavailable = current.replicas - current.status.availableReplicas;
  const most = wishedOf([...old, current]) - leastAvailable - newUnavailable;
  if (active.length === 0 || most <= 0) return [];
  const sizes = new Map(active.map((replicaSet) => [replicaSet, replicaSet.replicas]));
  const resizes: Resize[] = [];
  const take = (replicaSet: ReplicaSet, wanted: number): number => {
    const size = sizes.get(replicaSet) ?? 0;
    const taken = Math.min(size, Math.max(0, wanted));
    if (taken === 0) return 0;
    sizes.set(replicaSet, size - taken);
    resizes.push({ replicaSet, size: size - taken });
    return taken;
  };
  let left = most;
  for (const replicaSet of active)
    left -= take(replicaSet, Math.min(left, replicaSet.replicas - replicaSet.status.availableReplicas));
  left = sum([...old, current], ({ status }) => status.availableReplicas) - leastAvailable;
  for (const replicaSet of active) left -= take(replicaSet, left);
  return resizes;
}

/**
 * What a change of the wished number makes of all ReplicaSets: one alone takes it all; of several that are in the midst of a
 * rollout, each its share. `annotate`: those that keep their size note the new number, too.
 */
export function scale(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): { readonly resizes: readonly Resize[]; readonly annotate: boolean } {
  const all = current ? [...old, current] : [...old];
  const active = all.filter(({ replicas }) => replicas > 0);
  if (active.length <= 1) {
    const only = active[0] ?? current ?? [...old].sort(byAge).at(-1);
    return { resizes: only ? [{ replicaSet: only, size: deployment.replicas }] : [], annotate: false };
  }
  if (current && isSaturated(deployment, current)) {
    const others = old.filter(({ replicas }) => replicas > 0);
    return { resizes: others.map((replicaSet) => ({ replicaSet, size: 0 })), annotate: false };
  }
  return { resizes: deployment.rolling ? shares(deployment, active) : [], annotate: true };
}

/** It has all pods that are wished, and was told of the very number that is wished now. */
function isSaturated({ replicas }: Deployment, { object, replicas: size, status }: ReplicaSet): boolean {
  const desired = Number(object.metadata.annotations?.[DESIRED]);
  return size === replicas && desired === replicas && status.availableReplicas === replicas;
}

function shares(deployment: Deployment, active: readonly ReplicaSet[]): Resize[] {
  const allowed = deployment.replicas > 0 ? deployment.replicas + deployment.maxSurge : 0;
  const difference = allowed - wishedOf(active);
  // The largest first; among equals the newer grow first, and the older shrink first.
  const order = difference > 0 ? (a: ReplicaSet, b: ReplicaSet) => byAge(b, a) : byAge;
  const sorted = [...active].sort((a, b) => b.replicas - a.replicas || order(a, b));
  let given = 0;
  const sizes = sorted.map((replicaSet) => {
    if (difference === 0) return { replicaSet, size: replicaSet.replicas };
    const left = difference - given;
    const own = shareOf(deployment, replicaSet);
    const share = difference > 0 ? Math.min(own, left) : Math.max(own, left);
    given += share;
    return { replicaSet, size: replicaSet.replicas + share };
  });
  return sizes.map(({ replicaSet, size }, index) => ({
    replicaSet,
    size: index === 0 ? Math.max(0, size + difference - given) : size,
  }));
}

function shareOf(deployment: Deployment, { object, replicas }: ReplicaSet): number {
  if (deployment.replicas === 0) return -replicas;
  const before = Number(object.metadata.annotations?.[MAXIMUM] ?? 0) || deployment.status.replicas;
  if (before === 0) return 0;
  return Math.round((replicas * (deployment.replicas + deployment.maxSurge)) / before) - replicas;
}

/** Older ones first. */
export function byAge({ object: a }: ReplicaSet, { object: b }: ReplicaSet): number {
  const [x = '', y = ''] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  return x === y ? (a.metadata.name < b.metadata.name ? -1 : 1) : x < y ? -1 : 1;
}
