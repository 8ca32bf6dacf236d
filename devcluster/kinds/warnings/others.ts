/** Source: the strategies in k8s.io/kubernetes/pkg/registry, pkg/apis/admissionregistration/validation. */
import { isGiven, objectsAt, textsAt } from '../rules/checks.ts';
import { stringAt, valueAt, type JsonObject } from '../../schema/json.ts';
import { parseQuantity, type Quantity } from '../quantity.ts';
import { networkWarnings } from './addresses.ts';
import { plainSelectorWarnings } from './node-labels.ts';
import type { Warner } from './warner.ts';

const MOUNTABLE = 'kubernetes.io/enforce-mountable-secrets';

/** Resources that no webhook is asked about, as `resource.group`. */
const EXCLUDED = new Set([
  'selfsubjectreviews.authentication.k8s.io',
  'tokenreviews.authentication.k8s.io',
  'localsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectrulesreviews.authorization.k8s.io',
  'subjectaccessreviews.authorization.k8s.io',
]);

export const runtimeClass: Warner = (object) =>
  plainSelectorWarnings(valueAt(object, 'scheduling', 'nodeSelector'), () => 'scheduling.nodeSelector');

export const node: Warner = (object) => [
  ...(isGiven(valueAt(object, 'spec', 'configSource')) ? ['spec.configSource: the feature is removed'] : []),
  ...(stringAt(object, 'spec', 'externalID') === ''
    ? []
    : ['spec.externalID: this field is deprecated, and is unused by Kubernetes']),
  ...textsAt(object, 'spec', 'podCIDRs').flatMap((network, index) =>
    networkWarnings(`spec.podCIDRs[${index}]`, network),
  ),
];

/** An account is warned of once, when it gets the annotation. */
export const serviceAccount: Warner = (object, old) => {
  const has = (account: JsonObject | undefined): boolean =>
    isGiven(valueAt(account, 'metadata', 'annotations', MOUNTABLE));
  if (has(old) || !has(object)) return [];
  const what = 'deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets';
  return [`metadata.annotations[${MOUNTABLE}]: ${what}`];
};

/** A new quota whose requests may be more than its limits. */
export const resourceQuota: Warner = (object, old) => {
  if (old !== undefined) return [];
  return ['cpu', 'memory', 'storage', 'ephemeral-storage'].flatMap((resource) => {
    const plain = resource === 'cpu' || resource === 'memory';
    const isThere = (name: string): boolean => isGiven(valueAt(object, 'spec', 'hard', name));
    const name = plain && !isThere(`requests.${resource}`) ? resource : `requests.${resource}`;
    const [request, limit] = [hardOf(object, name), hardOf(object, `limits.${resource}`)];
    if (!request || !limit || request.nanos <= limit.nanos) return [];
    return [`ResourceQuota ${name} (${request.text}) should be less than limits.${resource} (${limit.text})`];
  });
};

function hardOf(quota: JsonObject, name: string): Quantity | undefined {
  const quantity = parseQuantity(stringAt(quota, 'spec', 'hard', name));
  return 'error' in quantity ? undefined : quantity;
}

export const resourceSlice: Warner = (object) => {
  const driver = stringAt(object, 'spec', 'driver');
  if (driver === driver.toLowerCase()) return [];
  return [`spec.driver: driver names should be lowercase; "${driver}" contains uppercase characters`];
};

/** Webhooks whose rules name, and not by `*`, what no webhook is asked about. */
export const webhooks: Warner = (object) =>
  objectsAt(object, 'webhooks').flatMap((webhook, index) =>
    objectsAt(webhook, 'rules').flatMap((rule, position) =>
      excludedOf(rule).map(
        (resource) =>
          `webhooks[${index}].rules[${position}]: ${resource} is excluded from admission webhooks; this rule will have no effect`,
      ),
    ),
  );

function excludedOf(rule: JsonObject): readonly string[] {
  const [groups, resources] = [textsAt(rule, 'apiGroups'), textsAt(rule, 'resources')];
  if (groups.includes('*') || resources.includes('*')) return [];
  const named = groups.flatMap((group) => resources.map((resource) => `${resource}.${group}`));
  return [...new Set(named)].filter((name) => EXCLUDED.has(name));
}
