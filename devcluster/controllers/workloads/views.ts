/** Deployments, ReplicaSets and pods as their controllers read them: what the API's defaults have filled in is there. */
import { labelSelectorText } from '../../kinds/scale.ts';
import { isObject, listAt, objectAt, stringAt, valueAt } from '../../schema/json.ts';
import { parseLabelSelector } from '../../selectors/label-selector.ts';
import type { JsonObject } from '../../schema/json.ts';
import type { Labels } from '../../selectors/label-selector.ts';
import type { ApiObject, OwnerReference } from '../../store/object.ts';

export const DEPLOYMENTS = 'apps/deployments';
export const REPLICA_SETS = 'apps/replicasets';

export const HASH_LABEL = 'pod-template-hash';

/** A wish for no limit, as the API writes it. */
const UNLIMITED = 2 ** 31 - 1;

export interface Deployment {
  readonly object: ApiObject;
  readonly replicas: number;
  readonly paused: boolean;
  readonly rolling: boolean;
  /** How many pods there may be more than wished, and how many fewer. */
  readonly maxSurge: number;
  readonly maxUnavailable: number;
  readonly minReadySeconds: number;
  /** Undefined: none. */
  readonly progressDeadlineSeconds: number | undefined;
  /** How many old ReplicaSets are kept; undefined: all. */
  readonly revisionHistoryLimit: number | undefined;
  readonly template: JsonObject;
  readonly status: DeploymentStatus;
}

export interface DeploymentStatus {
  readonly observedGeneration: number;
  readonly replicas: number;
  readonly updatedReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  readonly unavailableReplicas: number;
  readonly terminatingReplicas: number | undefined;
  readonly collisionCount: number | undefined;
  readonly conditions: readonly TimedCondition[];
}

/** A condition of a Deployment, which has two times, or of a ReplicaSet, which has but the second one. */
export interface TimedCondition {
  readonly type: string;
  readonly status: string;
  readonly lastUpdateTime?: string;
  readonly lastTransitionTime: string;
  readonly reason: string;
  readonly message: string;
}

export interface ReplicaSet {
  readonly object: ApiObject;
  readonly name: string;
  readonly replicas: number;
  readonly minReadySeconds: number;
  readonly template: JsonObject;
  readonly status: ReplicaSetStatus;
}

export interface ReplicaSetStatus {
  readonly observedGeneration: number;
  readonly replicas: number;
  readonly fullyLabeledReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  readonly terminatingReplicas: number | undefined;
  readonly conditions: readonly TimedCondition[];
}

export function readDeployment(object: ApiObject): Deployment {
  const spec = objectAt(object, 'spec') ?? {};
  const replicas = numberAt(spec, 'replicas');
  const rolling = stringAt(spec, 'strategy', 'type') === 'RollingUpdate';
  return {
    object,
    replicas,
    paused: spec['paused'] === true,
    rolling,
    ...(rolling ? rollingLimits(objectAt(spec, 'strategy', 'rollingUpdate'), replicas) : NO_LIMITS),
    minReadySeconds: numberAt(spec, 'minReadySeconds'),
    progressDeadlineSeconds: limited(spec['progressDeadlineSeconds']),
    revisionHistoryLimit: limited(spec['revisionHistoryLimit']),
    template: objectAt(spec, 'template') ?? {},
    status: {
      observedGeneration: numberAt(object, 'status', 'observedGeneration'),
      replicas: numberAt(object, 'status', 'replicas'),
      updatedReplicas: numberAt(object, 'status', 'updatedReplicas'),
      readyReplicas: numberAt(object, 'status', 'readyReplicas'),
      availableReplicas: numberAt(object, 'status', 'availableReplicas'),
      unavailableReplicas: numberAt(object, 'status', 'unavailableReplicas'),
      terminatingReplicas: optionalNumber(valueAt(object, 'status', 'terminatingReplicas')),
      collisionCount: optionalNumber(valueAt(object, 'status', 'collisionCount')),
      conditions: conditionsOf(object),
    },
  };
}

export function readReplicaSet(object: ApiObject): ReplicaSet {
  return {
    object,
    name: object.metadata.name,
    replicas: numberAt(object, 'spec', 'replicas'),
    minReadySeconds: numberAt(object, 'spec', 'minReadySeconds'),
    template: objectAt(object, 'spec', 'template') ?? {},
    status: {
      observedGeneration: numberAt(object, 'status', 'observedGeneration'),
      replicas: numberAt(object, 'status', 'replicas'),
      fullyLabeledReplicas: numberAt(object, 'status', 'fullyLabeledReplicas'),
      readyReplicas: numberAt(object, 'status', 'readyReplicas'),
      availableReplicas: numberAt(object, 'status', 'availableReplicas'),
      terminatingReplicas: optionalNumber(valueAt(object, 'status', 'terminatingReplicas')),
      conditions: conditionsOf(object),
    },
  };
}

const NO_LIMITS = { maxSurge: 0, maxUnavailable: 0 };

/** Percentages become pods: more of them are rounded up, fewer down, but never both to none. Source: ResolveFenceposts. */
function rollingLimits(wanted: JsonObject | undefined, replicas: number): typeof NO_LIMITS {
  const maxSurge = podsOf(wanted?.['maxSurge'], replicas, Math.ceil);
  const fewer = podsOf(wanted?.['maxUnavailable'], replicas, Math.floor);
  const maxUnavailable = maxSurge === 0 && fewer === 0 ? 1 : fewer;
  return { maxSurge, maxUnavailable: Math.min(maxUnavailable, replicas) };
}

function podsOf(value: unknown, replicas: number, round: (pods: number) => number): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? round((Number.parseInt(value, 10) * replicas) / 100) : 0;
}

function limited(value: unknown): number | undefined {
  return typeof value === 'number' && value !== UNLIMITED ? value : undefined;
}

/** The number at a path of member names, 0 where there is none (as a field of a Go struct reads). */
export function numberAt(value: unknown, ...path: readonly string[]): number {
  return optionalNumber(valueAt(value, ...path)) ?? 0;
}

function optionalNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

export function conditionsOf(object: ApiObject): readonly TimedCondition[] {
  return listAt(object, 'status', 'conditions').filter(isObject).map(readCondition);
}

function readCondition(condition: JsonObject): TimedCondition {
  const updated = stringAt(condition, 'lastUpdateTime');
  return {
    type: stringAt(condition, 'type'),
    status: stringAt(condition, 'status'),
    ...(updated !== '' && { lastUpdateTime: updated }),
    lastTransitionTime: stringAt(condition, 'lastTransitionTime'),
    reason: stringAt(condition, 'reason'),
    message: stringAt(condition, 'message'),
  };
}

/** What `spec.selector` selects; nothing where it is empty or cannot be read. */
export function selects(object: ApiObject): (labels: Labels) => boolean {
  const selector = objectAt(object, 'spec', 'selector');
  const matches = parseLabelSelector(labelSelectorText(selector));
  return (labels) => matches?.(labels) ?? false;
}

export function controllerOf({ metadata }: ApiObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}

export function isControlledBy(object: ApiObject, { metadata }: ApiObject): boolean {
  return controllerOf(object)?.uid === metadata.uid;
}

/** Neither ended nor about to. */
export function isActive(pod: ApiObject): boolean {
  return !isTerminal(pod) && !pod.metadata.deletionTimestamp;
}

export function isTerminal(pod: ApiObject): boolean {
  const phase = stringAt(pod, 'status', 'phase');
  return phase === 'Succeeded' || phase === 'Failed';
}

/** Since when a pod is ready, in milliseconds since 1970; undefined: it is not. */
export function readySince(pod: ApiObject): number | undefined {
  const ready = conditionsOf(pod).find(({ type }) => type === 'Ready');
  return ready?.status === 'True' ? Date.parse(ready.lastTransitionTime) : undefined;
}
