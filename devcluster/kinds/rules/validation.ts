import type { FieldError } from '../../schema/field-error.ts';
import { objectAt } from '../../schema/json.ts';
import type { JsonObject } from '../../schema/json.ts';
import { validateCronJob, validateJob } from './validate-batch.ts';
import {
  validateConfigMap,
  validateFinalizerNames,
  validateNamespace,
  validatePersistentVolumeClaim,
  validateSecret,
} from './validate-core.ts';
import { validateDefinition } from './validate-definitions.ts';
import { validateCoreEvent, validateEvent } from './validate-events.ts';
import { validateIngress, validateNetworkPolicy } from './validate-networking.ts';
import {
  validateClusterRole,
  validateClusterRoleBinding,
  validateHorizontalPodAutoscaler,
  validateLease,
  validatePodDisruptionBudget,
  validateRole,
  validateRoleBinding,
} from './validate-others.ts';
import { validatePod, validatePodTemplate } from './validate-pods.ts';
import { validateService } from './validate-services.ts';
import {
  validateControllerRevision,
  validateDaemonSet,
  validateDeployment,
  validateReplicaSet,
  validateStatefulSet,
} from './validate-workloads.ts';

/** Checks one object beyond its metadata; `old` is the stored one, for an update. */
export type Validator = (object: JsonObject, old: JsonObject | undefined, subresource: string) => FieldError[];

const VALIDATORS: ReadonlyMap<string, Validator> = new Map<string, Validator>([
  ['/ConfigMap', validateConfigMap],
  ['/Secret', validateSecret],
  ['/ServiceAccount', () => []],
  ['/Event', validateCoreEvent],
  ['events.k8s.io/Event', validateEvent],
  ['/Namespace', validateNamespace],
  ['/PersistentVolumeClaim', validatePersistentVolumeClaim],
  ['/Service', validateService],
  ['/Pod', validatePod],
  ['/PodTemplate', (object) => validatePodTemplate(objectAt(object, 'template') ?? {}, 'template')],
  ['apps/Deployment', validateDeployment],
  ['apps/ReplicaSet', validateReplicaSet],
  ['apps/DaemonSet', validateDaemonSet],
  ['apps/StatefulSet', validateStatefulSet],
  ['apps/ControllerRevision', validateControllerRevision],
  ['batch/Job', validateJob],
  ['batch/CronJob', validateCronJob],
  ['networking.k8s.io/Ingress', validateIngress],
  ['networking.k8s.io/NetworkPolicy', validateNetworkPolicy],
  ['autoscaling/HorizontalPodAutoscaler', validateHorizontalPodAutoscaler],
  ['policy/PodDisruptionBudget', validatePodDisruptionBudget],
  ['rbac.authorization.k8s.io/Role', validateRole],
  ['rbac.authorization.k8s.io/ClusterRole', validateClusterRole],
  ['rbac.authorization.k8s.io/RoleBinding', validateRoleBinding],
  ['rbac.authorization.k8s.io/ClusterRoleBinding', validateClusterRoleBinding],
  ['coordination.k8s.io/Lease', validateLease],
  ['apiextensions.k8s.io/CustomResourceDefinition', validateDefinition],
]);

/** Groups whose finalizers must be standard ones or have a domain. */
const CORE_META: ReadonlySet<string> = new Set([
  '',
  'events.k8s.io',
  'apps',
  'batch',
  'networking.k8s.io',
  'rbac.authorization.k8s.io',
]);

/** What is wrong with an object of a built-in kind beyond its metadata; nothing is known of kinds that are not listed here. */
export function validateByKind(
  group: string,
  kind: string,
  object: JsonObject,
  old: JsonObject | undefined,
  subresource: string,
): FieldError[] {
  const validator = VALIDATORS.get(`${group}/${kind}`);
  if (validator === undefined) return [];
  // Events of the core group are checked less than all others: they have always been.
  const strict = CORE_META.has(group) && `${group}/${kind}` !== '/Event';
  const finalizers = strict ? validateFinalizerNames(object) : [];
  return [...finalizers, ...validator(object, old, subresource)];
}
