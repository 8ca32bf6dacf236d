/** Annotations of pods that fields have taken the place of. Source: warningsForPodSpecAndMeta of k8s.io/kubernetes/pkg/api/pod. */
import { deepEqual, objectAt, stringAt, valueAt, type JsonObject } from '../../schema/json.ts';
import { isGiven } from '../rules/checks.ts';
import { APP_ARMOR_PREFIX, profileOfAnnotation } from './app-armor.ts';
import { fieldOf } from './path.ts';
import type { ContainerAt } from './containers.ts';

const DEPRECATED = [
  ['scheduler.alpha.kubernetes.io/critical-pod', 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  ['security.alpha.kubernetes.io/unsafe-sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
] as const;

const SECCOMP = 'non-functional in v1.27+; use the "seccompProfile" field instead';
const APP_ARMOR = 'deprecated since v1.30; use the "appArmorProfile" field instead';

/** About annotations that do nothing any more. @param path of the pod or its template. */
export function annotationWarnings(pod: JsonObject, path: string): string[] {
  return DEPRECATED.flatMap(([name, what]) => told(pod, name, path, what));
}

/** About the seccomp profile of a pod that has it as an annotation only. */
export function podSeccompWarnings(pod: JsonObject, path: string): string[] {
  if (isGiven(valueAt(pod, 'spec', 'securityContext', 'seccompProfile'))) return [];
  return told(pod, 'seccomp.security.alpha.kubernetes.io/pod', path, SECCOMP);
}

/** The same for a container; and about its AppArmor profile, of templates only: see admission/app-armor.ts for pods. */
export function containerProfileWarnings(pod: JsonObject, path: string, { container }: ContainerAt): string[] {
  const name = stringAt(container, 'name');
  const own = objectAt(container, 'securityContext');
  const warnings = isGiven(own?.['seccompProfile'])
    ? []
    : told(pod, `container.seccomp.security.alpha.kubernetes.io/${name}`, path, SECCOMP);
  if (path === '' || isGiven(own?.['appArmorProfile'])) return warnings;
  const annotation = stringAt(pod, 'metadata', 'annotations', APP_ARMOR_PREFIX + name);
  const ofPod = valueAt(pod, 'spec', 'securityContext', 'appArmorProfile');
  if (isGiven(ofPod) && deepEqual(ofPod, profileOfAnnotation(annotation))) return warnings;
  return [...warnings, ...told(pod, APP_ARMOR_PREFIX + name, path, APP_ARMOR)];
}

function told(pod: JsonObject, annotation: string, path: string, what: string): string[] {
  if (valueAt(pod, 'metadata', 'annotations', annotation) === undefined) return [];
  return [`${annotationPath(path, annotation)}: ${what}`];
}

/** About the annotation of a new pod's container that its field was made of, or could not be. */
export function appArmorWarning(annotation: string): string {
  return `${annotationPath('', annotation)}: ${APP_ARMOR}`;
}

function annotationPath(path: string, annotation: string): string {
  return `${fieldOf(path, 'metadata.annotations')}[${annotation}]`;
}
