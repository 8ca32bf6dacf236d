/**
 * What a Deployment's status says of its ReplicaSets.
 * Source: pkg/controller/deployment of k8s.io/kubernetes, sync.go and progress.go.
 */
import { formatTime } from '../../clock.ts';
import { sum, wishedOf } from './rollout.ts';
import type { Deployment, DeploymentStatus, ReplicaSet, TimedCondition } from './views.ts';

type Conditions = readonly TimedCondition[];

export interface Outlook {
  readonly deployment: Deployment;
  readonly current: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
  readonly now: Date;
}

/** The counts and the condition Available; of the other conditions what there is. */
export function countedStatus({ deployment, current, old, now }: Outlook): DeploymentStatus {
  const all = current ? [...old, current] : old;
  const available = sum(all, ({ status }) => status.availableReplicas);
  const enough = available >= deployment.replicas - deployment.maxUnavailable;
  const condition = enough
    ? newCondition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', now)
    : newCondition(
        'Available',
        'False',
        'MinimumReplicasUnavailable',
        'Deployment does not have minimum availability.',
        now,
      );
  return {
    observedGeneration: deployment.object.metadata.generation ?? 0,
    replicas: sum(all, ({ status }) => status.replicas),
    updatedReplicas: current?.status.replicas ?? 0,
    readyReplicas: sum(all, ({ status }) => status.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, wishedOf(all) - available),
    terminatingReplicas: terminating(all),
    collisionCount: deployment.status.collisionCount,
    conditions: withCondition(deployment.status.conditions, condition),
  };
}

/** With the conditions Progressing and ReplicaFailure, as they are while a rollout is under way. */
export function rolloutStatus(outlook: Outlook): DeploymentStatus {
  const { deployment, current, old, now } = outlook;
  const status = countedStatus(outlook);
  let { conditions } = status;
  if (deployment.progressDeadlineSeconds === undefined) conditions = without(conditions, 'Progressing');
  else conditions = progress(deployment, status, current?.name, now);
  const failure = [...(current ? [current] : []), ...old]
    .flatMap((replicaSet) => replicaSet.status.conditions)
    .find(({ type }) => type === 'ReplicaFailure');
  if (!failure) return { ...status, conditions: without(conditions, 'ReplicaFailure') };
  const { lastTransitionTime, ...others } = failure;
  const told = { ...others, lastUpdateTime: lastTransitionTime, lastTransitionTime };
  return { ...status, conditions: withCondition(conditions, told) };
}

function progress(deployment: Deployment, status: DeploymentStatus, name: string | undefined, now: Date): Conditions {
  const { conditions } = status;
  const before = conditionOf(deployment.status, 'Progressing');
  const rested = status.replicas === status.updatedReplicas && before?.reason === 'NewReplicaSetAvailable';
  if (rested) return conditions;
  const who =
    name === undefined
      ? `Deployment ${JSON.stringify(deployment.object.metadata.name)}`
      : `ReplicaSet ${JSON.stringify(name)}`;
  if (isComplete(deployment, status)) {
    const done = `${who} has successfully progressed.`;
    return withCondition(conditions, newCondition('Progressing', 'True', 'NewReplicaSetAvailable', done, now));
  }
  if (hasProgressed(deployment.status, status)) {
    const next = newCondition('Progressing', 'True', 'ReplicaSetUpdated', `${who} is progressing.`, now);
    const since = before?.status === 'True' ? before.lastTransitionTime : next.lastTransitionTime;
    // Each progress begins the deadline anew.
    return [...without(conditions, 'Progressing'), { ...next, lastTransitionTime: since }];
  }
  if (isLate(deployment, before, now)) {
    const late = `${who} has timed out progressing.`;
    return withCondition(conditions, newCondition('Progressing', 'False', 'ProgressDeadlineExceeded', late, now));
  }
  return conditions;
}

export function isComplete({ replicas, object }: Deployment, status: DeploymentStatus): boolean {
  return (
    status.updatedReplicas === replicas &&
    status.replicas === replicas &&
    status.availableReplicas === replicas &&
    status.observedGeneration >= (object.metadata.generation ?? 0)
  );
}

function hasProgressed(before: DeploymentStatus, now: DeploymentStatus): boolean {
  return (
    now.updatedReplicas > before.updatedReplicas ||
    now.replicas - now.updatedReplicas < before.replicas - before.updatedReplicas ||
    now.readyReplicas > before.readyReplicas ||
    now.availableReplicas > before.availableReplicas
  );
}

function isLate(deployment: Deployment, before: TimedCondition | undefined, now: Date): boolean {
  const left = timeLeft(deployment, before, now);
  return before?.reason === 'ProgressDeadlineExceeded' || (left !== undefined && left < 0);
}

/** Milliseconds until a rollout that shows no progress is late; undefined: none is under way, or it is late already. */
export function timeLeft(
  { progressDeadlineSeconds }: Deployment,
  progressing: TimedCondition | undefined,
  now: Date,
): number | undefined {
  if (progressDeadlineSeconds === undefined || !progressing) return undefined;
  const { reason, lastUpdateTime = '' } = progressing;
  if (reason === 'NewReplicaSetAvailable' || reason === 'ProgressDeadlineExceeded') return undefined;
  return Date.parse(lastUpdateTime) + progressDeadlineSeconds * 1000 - now.getTime();
}

/** As `status` has it: numbers that are 0 are left out, as Go does it. */
export function deploymentStatusJson(status: DeploymentStatus): object {
  const counts = Object.entries({
    observedGeneration: status.observedGeneration,
    replicas: status.replicas,
    updatedReplicas: status.updatedReplicas,
    readyReplicas: status.readyReplicas,
    availableReplicas: status.availableReplicas,
    unavailableReplicas: status.unavailableReplicas,
  }).filter(([, count]) => count !== 0);
  return {
    ...Object.fromEntries(counts),
    ...(status.terminatingReplicas !== undefined && { terminatingReplicas: status.terminatingReplicas }),
    ...(status.conditions.length > 0 && { conditions: status.conditions }),
    ...(status.collisionCount !== undefined && { collisionCount: status.collisionCount }),
  };
}

export function conditionOf({ conditions }: DeploymentStatus, type: string): TimedCondition | undefined {
  return conditions.find((condition) => condition.type === type);
}

export function newCondition(
  type: string,
  status: string,
  reason: string,
  message: string,
  date: Date,
): TimedCondition {
  const now = formatTime(date);
  return { type, status, lastUpdateTime: now, lastTransitionTime: now, reason, message };
}

/** The same status for the same reason is no news, whatever the message says. */
export function withCondition(conditions: Conditions, condition: TimedCondition): Conditions {
  const before = conditions.find(({ type }) => type === condition.type);
  if (before?.status === condition.status && before.reason === condition.reason) return conditions;
  const since = before?.status === condition.status ? before.lastTransitionTime : condition.lastTransitionTime;
  return [...without(conditions, condition.type), { ...condition, lastTransitionTime: since }];
}

function without(conditions: Conditions, type: string): Conditions {
  return conditions.filter((condition) => condition.type !== type);
}

/** Nobody can say before each ReplicaSet has counted its own. */
function terminating(all: readonly ReplicaSet[]): number | undefined {
  const counted = all.filter(
    ({ status }) => status.observedGeneration !== 0 || status.terminatingReplicas !== undefined,
  );
  if (counted.some(({ status }) => status.terminatingReplicas === undefined)) return undefined;
  return sum(counted, ({ status }) => status.terminatingReplicas ?? 0);
}
