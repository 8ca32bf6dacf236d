/** Source: defaults.go of the API groups that are not core, apps, batch or autoscaling. */
import { isObject, listAt, objectAt, stringAt, type JsonObject } from '../../schema/json.ts';
import { setDefault, setMissing } from './set-default.ts';
import type { Defaulter } from './default-values.ts';

function networkPolicy(object: JsonObject): void {
  const spec = objectAt(object, 'spec');
  if (spec === undefined) return;
  setDefault(spec, 'policyTypes', listAt(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress']);
}

const RBAC_GROUP = 'rbac.authorization.k8s.io';

function binding(object: JsonObject): void {
  const roleRef = objectAt(object, 'roleRef');
  if (roleRef !== undefined) setDefault(roleRef, 'apiGroup', RBAC_GROUP);
}

function csiDriverSpec(spec: JsonObject): void {
  setMissing(spec, 'attachRequired', true);
  setMissing(spec, 'podInfoOnMount', false);
  setMissing(spec, 'storageCapacity', false);
  setMissing(spec, 'fsGroupPolicy', 'ReadWriteOnceWithFSType');
  setDefault(spec, 'volumeLifecycleModes', ['Persistent']);
  setMissing(spec, 'requiresRepublish', false);
  setMissing(spec, 'seLinuxMount', false);
  setMissing(spec, 'preventPodSchedulingIfMissing', false);
}

function webhook(object: JsonObject): void {
  setMissing(object, 'failurePolicy', 'Fail');
  matchResources(object);
  setMissing(object, 'timeoutSeconds', 10);
}

function matchResources(object: JsonObject): void {
  setMissing(object, 'matchPolicy', 'Equivalent');
  setMissing(object, 'namespaceSelector', {});
  setMissing(object, 'objectSelector', {});
}

function customResourceDefinition(object: JsonObject): void {
  const names = objectAt(object, 'spec', 'names');
  const spec = objectAt(object, 'spec');
  const status = objectAt(object, 'status');
  if (spec === undefined || names === undefined || status === undefined) return;
  const kind = stringAt(names, 'kind');
  if (kind !== '') {
    setDefault(names, 'singular', kind.toLowerCase());
    setDefault(names, 'listKind', `${kind}List`);
  }
  setMissing(spec, 'conversion', { strategy: 'None' });
  const stored = listAt(spec, 'versions')
    .filter(isObject)
    .find((version) => version['storage'] === true);
  if (stored !== undefined) setDefault(status, 'storedVersions', [stored['name']]);
}

const failurePolicy: Defaulter = (spec) => setMissing(spec, 'failurePolicy', 'Fail');
const port: Defaulter = (reference) => setMissing(reference, 'port', 443);

export const OTHER_DEFAULTS: Readonly<Record<string, Defaulter>> = {
  'api.authentication.v1.TokenRequestSpec': (spec) => setMissing(spec, 'expirationSeconds', 3600),
  'api.networking.v1.NetworkPolicy': networkPolicy,
  'api.networking.v1.NetworkPolicyPort': (object) => setMissing(object, 'protocol', 'TCP'),
  'api.networking.v1.IngressClassParametersReference': (object) => setMissing(object, 'scope', 'Cluster'),
  'api.rbac.v1.ClusterRoleBinding': binding,
  'api.rbac.v1.RoleBinding': binding,
  'api.rbac.v1.Subject': (subject) => {
    if (subject['kind'] === 'User' || subject['kind'] === 'Group') setDefault(subject, 'apiGroup', RBAC_GROUP);
  },
  'api.storage.v1.StorageClass': (object) => {
    setMissing(object, 'reclaimPolicy', 'Delete');
    setMissing(object, 'volumeBindingMode', 'Immediate');
  },
  'api.storage.v1.CSIDriverSpec': csiDriverSpec,
  'api.scheduling.v1.PriorityClass': (object) => setMissing(object, 'preemptionPolicy', 'PreemptLowerPriority'),
  'api.discovery.v1.EndpointPort': (object) => {
    setMissing(object, 'name', '');
    setMissing(object, 'protocol', 'TCP');
  },
  'api.admissionregistration.v1.ValidatingWebhook': webhook,
  'api.admissionregistration.v1.MutatingWebhook': (object) => {
    webhook(object);
    setMissing(object, 'reinvocationPolicy', 'Never');
  },
  'api.admissionregistration.v1.RuleWithOperations': (object) => setMissing(object, 'scope', '*'),
  'api.admissionregistration.v1.NamedRuleWithOperations': (object) => setMissing(object, 'scope', '*'),
  'api.admissionregistration.v1.MatchResources': matchResources,
  'api.admissionregistration.v1.ValidatingAdmissionPolicySpec': failurePolicy,
  'api.admissionregistration.v1.MutatingAdmissionPolicySpec': failurePolicy,
  'api.admissionregistration.v1.ServiceReference': port,
  'apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition': customResourceDefinition,
  'apiextensions-apiserver.pkg.apis.apiextensions.v1.ServiceReference': port,
  'kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference': port,
};
