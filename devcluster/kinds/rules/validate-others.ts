/** Source: validation.go of k8s.io/kubernetes/pkg/apis/{autoscaling,policy,rbac,coordination}/validation. */
import { forbidden, invalid, notSupported, required, type FieldError } from '../../schema/field-error.ts';
import { GoStruct } from '../../schema/go-text.ts';
import { deepEqual, isObject, objectAt, stringAt, valueAt, type JsonObject } from '../../schema/json.ts';
import { isPathSegment, nameIsDnsSubdomain } from '../../schema/names.ts';
import {
  asSelector,
  eachInvalid,
  integerAt,
  intOrPercent,
  isGiven,
  labelSelector,
  notMoreThanAll,
  objectsAt,
  textsAt,
} from './checks.ts';
import { declarative } from './declarative.ts';
import type { Validator } from './validation.ts';

const METRIC_SOURCES: Readonly<Record<string, string>> = {
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
  External: 'external',
  ContainerResource: 'containerResource',
};

/** Of metrics, that their source is there; their targets are not looked into. */
export const validateHorizontalPodAutoscaler: Validator = (object) => {
  const spec = objectAt(object, 'spec') ?? {};
  const errors: FieldError[] = [];
  const min = spec['minReplicas'];
  const max = integerAt(spec, 'maxReplicas');
  if (typeof min === 'number' && min < 0) {
    errors.push(declarative(invalid('spec.minReplicas', min, 'must be greater than or equal to 0')));
  }
  if (max === 0) errors.push(declarative(required('spec.maxReplicas')));
  else if (max < 0) errors.push(declarative(invalid('spec.maxReplicas', max, 'must be greater than or equal to 1')));
  if (typeof min === 'number' && max < min) {
    errors.push(invalid('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`'));
  }
  errors.push(...validateTarget(objectAt(spec, 'scaleTargetRef') ?? {}, 'spec.scaleTargetRef'));
  const metrics = objectsAt(spec, 'metrics');
  metrics.forEach((metric, index) => errors.push(...validateMetric(metric, `spec.metrics[${index}]`)));
  const external = metrics.some(({ type }) => type === 'Object' || type === 'External');
  if (min === 0 && !external) {
    const detail = 'must specify at least one Object or External metric to support scaling to zero replicas';
    errors.push(forbidden('spec.metrics', detail));
  }
  return errors;
};

function validateTarget(target: JsonObject, path: string): FieldError[] {
  const errors = ['kind', 'name'].flatMap((field) => {
    const value = stringAt(target, field);
    return value === '' ? [required(`${path}.${field}`)] : eachInvalid(`${path}.${field}`, value, isPathSegment(value));
  });
  const apiVersion = stringAt(target, 'apiVersion');
  if (apiVersion === '' && stringAt(target, 'kind') !== 'ReplicationController') {
    errors.push(invalid(`${path}.apiVersion`, '', 'apiVersion must specify API group'));
  }
  return errors;
}

function validateMetric(metric: JsonObject, path: string): FieldError[] {
  const type = stringAt(metric, 'type');
  const source = METRIC_SOURCES[type];
  if (source === undefined) {
    const errors = type === '' ? [required(`${path}.type`, 'must specify a metric source type')] : [];
    return [...errors, notSupported(`${path}.type`, type, Object.keys(METRIC_SOURCES).sort())];
  }
  if (isObject(metric[source])) return [];
  return [required(`${path}.${source}`, 'must populate information for the given metric source')];
}

export const validatePodDisruptionBudget: Validator = (object) => {
  const spec = objectAt(object, 'spec') ?? {};
  const errors: FieldError[] = [];
  const { minAvailable, maxUnavailable } = spec;
  if (isGiven(minAvailable) && isGiven(maxUnavailable)) {
    const shown = new GoStruct({
      MinAvailable: minAvailable,
      Selector: asSelector(spec['selector'] ?? null),
      MaxUnavailable: maxUnavailable,
      UnhealthyPodEvictionPolicy: spec['unhealthyPodEvictionPolicy'] ?? null,
    });
    errors.push(invalid('spec', shown, 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const field of ['minAvailable', 'maxUnavailable']) {
    if (!isGiven(spec[field])) continue;
    errors.push(...intOrPercent(spec[field], `spec.${field}`), ...notMoreThanAll(spec[field], `spec.${field}`));
  }
  errors.push(...labelSelector(spec['selector'], 'spec.selector'));
  const policy = spec['unhealthyPodEvictionPolicy'];
  const policies = ['AlwaysAllow', 'IfHealthyBudget'];
  if (isGiven(policy) && (typeof policy !== 'string' || !policies.includes(policy))) {
    errors.push(notSupported('spec.unhealthyPodEvictionPolicy', policy, policies));
  }
  return errors;
};

export const validateRole: Validator = (object) => validateRules(object, true);

export const validateClusterRole: Validator = (object) => {
  const errors = validateRules(object, false);
  const aggregation = objectAt(object, 'aggregationRule');
  if (aggregation === undefined) return errors;
  const path = 'aggregationRule.clusterRoleSelectors';
  const selectors = objectsAt(aggregation, 'clusterRoleSelectors');
  if (selectors.length === 0) {
    errors.push(required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil'));
  }
  selectors.forEach((selector, index) => errors.push(...labelSelector(selector, `${path}[${index}]`)));
  return errors;
};

function validateRules(object: JsonObject, namespaced: boolean): FieldError[] {
  return objectsAt(object, 'rules').flatMap((rule, index) => validatePolicyRule(rule, namespaced, `rules[${index}]`));
}

function validatePolicyRule(rule: JsonObject, namespaced: boolean, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const has = (field: string): boolean => textsAt(rule, field).length > 0;
  if (!has('verbs')) errors.push(declarative(required(`${path}.verbs`)));
  if (has('nonResourceURLs')) {
    const urls = textsAt(rule, 'nonResourceURLs');
    const wrong = (detail: string): number => errors.push(invalid(`${path}.nonResourceURLs`, urls, detail));
    if (namespaced) wrong('namespaced rules cannot apply to non-resource URLs');
    if (has('apiGroups') || has('resources') || has('resourceNames')) {
      wrong('rules cannot apply to both regular resources and non-resource URLs');
    }
    return errors;
  }
  if (!has('apiGroups'))
    errors.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'));
  if (!has('resources')) errors.push(required(`${path}.resources`, 'resource rules must supply at least one resource'));
  return errors;
}

const RBAC_GROUP = 'rbac.authorization.k8s.io';

export const validateRoleBinding: Validator = (object, old) => validateBinding(object, old, ['Role', 'ClusterRole']);
export const validateClusterRoleBinding: Validator = (object, old) => validateBinding(object, old, ['ClusterRole']);

function validateBinding(object: JsonObject, old: JsonObject | undefined, kinds: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  // Generated rules look at the subjects before the role.
  const missing: FieldError[] = [];
  const reference = objectAt(object, 'roleRef') ?? {};
  const [group, kind, name] = [
    stringAt(reference, 'apiGroup'),
    stringAt(reference, 'kind'),
    stringAt(reference, 'name'),
  ];
  if (group !== RBAC_GROUP) errors.push(notSupported('roleRef.apiGroup', group, [RBAC_GROUP]));
  if (!kinds.includes(kind)) errors.push(notSupported('roleRef.kind', kind, kinds));
  if (name === '') missing.push(declarative(required('roleRef.name')));
  else errors.push(...eachInvalid('roleRef.name', name, isPathSegment(name)));
  objectsAt(object, 'subjects').forEach((subject, index) =>
    errors.push(...validateSubject(subject, kinds.length > 1, `subjects[${index}]`)),
  );
  if (old !== undefined) {
    const shown = new GoStruct({ APIGroup: group, Kind: kind, Name: name });
    if (!deepEqual(reference, valueAt(old, 'roleRef'))) errors.push(invalid('roleRef', shown, 'field is immutable'));
  }
  return [...errors, ...missing];
}

function validateSubject(subject: JsonObject, namespaced: boolean, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const name = stringAt(subject, 'name');
  const group = stringAt(subject, 'apiGroup');
  if (name === '') errors.push(declarative(required(`${path}.name`)));
  switch (subject['kind']) {
    case 'ServiceAccount':
      if (name !== '') errors.push(...eachInvalid(`${path}.name`, name, nameIsDnsSubdomain(name)));
      if (group !== '') errors.push(notSupported(`${path}.apiGroup`, group, ['']));
      if (!namespaced && stringAt(subject, 'namespace') === '') errors.push(required(`${path}.namespace`));
      return errors;
    case 'User':
    case 'Group':
      if (group !== RBAC_GROUP) errors.push(notSupported(`${path}.apiGroup`, group, [RBAC_GROUP]));
      return errors;
    default:
      errors.push(notSupported(`${path}.kind`, stringAt(subject, 'kind'), ['ServiceAccount', 'User', 'Group']));
      return errors;
  }
}

export const validateLease: Validator = (object) => {
  const spec = objectAt(object, 'spec') ?? {};
  const errors: FieldError[] = [];
  const duration = spec['leaseDurationSeconds'];
  if (typeof duration === 'number' && duration <= 0) {
    errors.push(invalid('spec.leaseDurationSeconds', duration, 'must be greater than 0'));
  }
  const transitions = spec['leaseTransitions'];
  if (typeof transitions === 'number' && transitions < 0) {
    errors.push(invalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0'));
  }
  return errors;
};
