import { equalSemantically } from '../store/json.ts';
import type { ApiObject, Draft } from '../store/object.ts';

/** Which changes of a built-in kind are a change of the wish, by `group/Kind`; kinds that are not named have no generation. */
const WISH: Readonly<Record<string, readonly string[]>> = {
  'apiextensions.k8s.io/CustomResourceDefinition': ['spec'],
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': ['spec'],
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': ['spec'],
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': ['webhooks'],
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': ['spec'],
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': ['spec'],
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': ['webhooks'],
  'apps/DaemonSet': ['spec'],
  'apps/Deployment': ['spec', 'metadata.annotations'],
  'apps/ReplicaSet': ['spec'],
  'apps/StatefulSet': ['spec'],
  'autoscaling/HorizontalPodAutoscaler': ['spec'],
  'batch/CronJob': ['spec'],
  'batch/Job': ['spec'],
  '/Pod': ['spec'],
  '/PodTemplate': ['template'],
  '/ReplicationController': ['spec'],
  'discovery.k8s.io/EndpointSlice': ['addressType', 'endpoints', 'ports', 'metadata.labels'],
  'flowcontrol.apiserver.k8s.io/FlowSchema': ['spec'],
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': ['spec'],
  'networking.k8s.io/Ingress': ['spec'],
  'networking.k8s.io/IngressClass': ['spec'],
  'networking.k8s.io/NetworkPolicy': ['spec'],
  'policy/PodDisruptionBudget': ['spec'],
  'resource.k8s.io/DeviceClass': ['spec'],
  'resource.k8s.io/ResourceSlice': ['spec'],
  // Counted from 1, and never raised.
  'scheduling.k8s.io/PriorityClass': [],
};

/** Whether objects of a built-in kind count the changes of their wish at all. */
export function hasGeneration(group: string, kind: string): boolean {
  return Object.hasOwn(WISH, `${group}/${kind}`);
}

/** The generation after an update of a built-in kind. Source: the strategies in k8s.io/kubernetes/pkg/registry. */
export function nextGeneration(group: string, kind: string, draft: Draft, old: ApiObject): number | undefined {
  const wish = WISH[`${group}/${kind}`];
  const before = old.metadata.generation;
  if (!wish) return before;
  const changed = wish.some((path) => !equalSemantically(at(draft, path), at(old, path)));
  return changed ? (before ?? 0) + 1 : before;
}

function at(object: Draft | ApiObject, path: string): unknown {
  if (path === 'metadata.annotations') return object.metadata.annotations;
  if (path === 'metadata.labels') return object.metadata.labels;
  return object[path];
}
