import type { JsonObject } from '../../schema/json.ts';
import { balancerStatus, endpoints, endpointSlice, ingress, networkPolicy, podStatus } from './networking.ts';
import { node, resourceQuota, resourceSlice, runtimeClass, serviceAccount, webhooks } from './others.ts';
import { secret } from './secrets.ts';
import { service } from './services.ts';
import { persistentVolume, persistentVolumeClaim, storageCapacity, storageClass, storageDriver } from './storage.ts';
import {
  cronJob,
  daemonSet,
  job,
  namedAfterwards,
  pod,
  podTemplate,
  replicationController,
  statefulSet,
} from './workloads.ts';
import type { Warner } from './warner.ts';

const OF_OBJECTS: ReadonlyMap<string, Warner> = new Map([
  ['/Pod', pod],
  ['/PodTemplate', podTemplate],
  ['/ReplicationController', replicationController],
  ['apps/Deployment', namedAfterwards],
  ['apps/ReplicaSet', namedAfterwards],
  ['apps/DaemonSet', daemonSet],
  ['apps/StatefulSet', statefulSet],
  ['batch/Job', job],
  ['batch/CronJob', cronJob],
  ['/Service', service],
  ['/Endpoints', endpoints],
  ['discovery.k8s.io/EndpointSlice', endpointSlice],
  ['networking.k8s.io/Ingress', ingress],
  ['networking.k8s.io/NetworkPolicy', networkPolicy],
  ['/PersistentVolume', persistentVolume],
  ['/PersistentVolumeClaim', persistentVolumeClaim],
  ['storage.k8s.io/StorageClass', storageClass],
  ['storage.k8s.io/CSIStorageCapacity', storageCapacity],
  ['storage.k8s.io/CSIDriver', storageDriver],
  ['/Node', node],
  ['node.k8s.io/RuntimeClass', runtimeClass],
  ['/ServiceAccount', serviceAccount],
  ['/Secret', secret],
  ['/ResourceQuota', resourceQuota],
  ['resource.k8s.io/ResourceSlice', resourceSlice],
  ['admissionregistration.k8s.io/MutatingWebhookConfiguration', webhooks],
  ['admissionregistration.k8s.io/ValidatingWebhookConfiguration', webhooks],
]);

const OF_STATUS: ReadonlyMap<string, Warner> = new Map([
  ['/Pod', podStatus],
  ['/Service', balancerStatus],
  ['networking.k8s.io/Ingress', balancerStatus],
]);

/**
 * What a real server warns of in a valid object of a built-in kind, in its order.
 * @param id `group/Kind`. @param old the stored object, for an update. @param subresource '' for the object itself.
 */
export function builtinWarnings(
  id: string,
  object: JsonObject,
  old: JsonObject | undefined,
  subresource: string,
): readonly string[] {
  if (subresource !== '' && subresource !== 'status') return [];
  const warner = (subresource === '' ? OF_OBJECTS : OF_STATUS).get(id);
  return warner?.(object, old) ?? [];
}
