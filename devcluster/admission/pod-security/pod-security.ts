import { forbidden, invalid } from '../../http/status.ts';
import { resourceOf } from '../../kinds/served-kind.ts';
import { deepEqual, listAt, stringAt, valueAt } from '../../schema/json.ts';
import { NAMESPACES } from '../namespaces.ts';
import { PODS } from '../pods.ts';
import { told, violations } from './evaluate.ts';
import { podView } from './pod.ts';
import { asksNothing, isStricter, policyOf, textOf } from './policy.ts';
import type { ServedKind } from '../../kinds/served-kind.ts';
import type { ApiObject, Draft } from '../../store/object.ts';
import type { Api, WriteOptions } from '../../verbs/api.ts';
import type { LevelVersion } from './policy.ts';

/** Where the pods of a kind are described: at the object itself, or at a template. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  '/podtemplates': ['template'],
  '/replicationcontrollers': ['spec', 'template'],
  'apps/daemonsets': ['spec', 'template'],
  'apps/deployments': ['spec', 'template'],
  'apps/replicasets': ['spec', 'template'],
  'apps/statefulsets': ['spec', 'template'],
  'batch/cronjobs': ['spec', 'jobTemplate', 'spec', 'template'],
  'batch/jobs': ['spec', 'template'],
};

/**
 * The PodSecurity plugin, without exemptions: refuses pods that their namespace does not allow, warns of templates of such pods,
 * and of pods that a namespace would not allow any more. Throws a StatusError. Source: k8s.io/pod-security-admission/admission.
 */
export function admitPodSecurity(
  api: Api,
  kind: ServedKind,
  draft: Draft,
  old: ApiObject | undefined,
  { warn }: Pick<WriteOptions, 'warn'>,
): void {
  if (kind.collection === NAMESPACES) admitNamespace(api, draft, old, warn);
  else if (kind.collection === PODS) admitPod(api, kind, draft, old, warn);
  else admitTemplate(api, kind, draft, warn);
}

function labelsOf(object: Draft | ApiObject | undefined): Readonly<Record<string, string>> {
  return object?.metadata.labels ?? {};
}

function namespaceOf(api: Api, draft: Draft): ApiObject | undefined {
  return api.store.collection(NAMESPACES).get(draft.metadata.namespace ?? '');
}

function admitPod(
  api: Api,
  kind: ServedKind,
  draft: Draft,
  old: ApiObject | undefined,
  warn: (text: string) => void,
): void {
  const { policy } = policyOf(labelsOf(namespaceOf(api, draft)));
  if (asksNothing(policy) || (old && !isSignificant(draft, old))) return;
  const pod = podView(draft);
  if (!pod) return;
  const broken = violations(policy.enforce, pod);
  if (broken.length > 0) {
    const why = `violates PodSecurity "${textOf(policy.enforce)}": ${told(broken)}`;
    throw forbidden(resourceOf(kind), draft.metadata.name, why);
  }
  warnOf(policy.warn, draft, warn);
}

function admitTemplate(api: Api, { collection }: ServedKind, draft: Draft, warn: (text: string) => void): void {
  const path = TEMPLATES[collection];
  if (!path) return;
  const { policy } = policyOf(labelsOf(namespaceOf(api, draft)));
  warnOf(policy.warn, valueAt(draft, ...path), warn);
}

function warnOf(level: LevelVersion, template: unknown, warn: (text: string) => void): void {
  const pod = podView(template);
  const found = pod ? violations(level, pod) : [];
  if (found.length > 0) warn(`would violate PodSecurity "${textOf(level)}": ${told(found)}`);
}

/** Only other containers and other images can make a pod one that is not allowed. */
function isSignificant(draft: Draft, old: ApiObject): boolean {
  const lists = ['initContainers', 'containers', 'ephemeralContainers'];
  const images = (pod: Draft | ApiObject): string[][] =>
    lists.map((list) => listAt(pod, 'spec', list).map((container) => stringAt(container, 'image')));
  return !deepEqual(images(draft), images(old));
}

function admitNamespace(api: Api, draft: Draft, old: ApiObject | undefined, warn: (text: string) => void): void {
  const { policy, errors } = policyOf(labelsOf(draft));
  const before = policyOf(labelsOf(old));
  if (errors.length > 0 && !deepEqual(errors, old ? before.errors : [])) {
    throw invalid('', 'Namespace', draft.metadata.name, errors);
  }
  if (!old || !isStricter(policy.enforce, before.policy.enforce)) return;
  podsWarnings(api, draft.metadata.name, policy.enforce).forEach(warn);
}

/** About the pods that are there, told once for each set of reasons. */
function podsWarnings(api: Api, namespace: string, level: LevelVersion): readonly string[] {
  const byReasons = new Map<string, string[]>();
  for (const pod of api.store.collection(PODS).values()) {
    const view = pod.metadata.namespace === namespace ? podView(pod) : undefined;
    const reasons = view ? violations(level, view).map(({ reason }) => reason) : [];
    if (reasons.length === 0) continue;
    const key = reasons.join(', ');
    byReasons.set(key, [...(byReasons.get(key) ?? []), pod.metadata.name]);
  }
  if (byReasons.size === 0) return [];
  const details = [...byReasons].map(([reasons, names]) => {
    const [first = '', ...others] = names.toSorted((a, b) => (a < b ? -1 : 1));
    const more = others.length === 1 ? ' (and 1 other pod)' : ` (and ${others.length} other pods)`;
    return `${first}${others.length === 0 ? '' : more}: ${reasons}`;
  });
  const head = `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${textOf(level)}"`;
  return [head, ...details.sort()];
}
