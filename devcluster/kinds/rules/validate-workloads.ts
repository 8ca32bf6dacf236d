/** Source: k8s.io/kubernetes/pkg/apis/apps/validation/validation.go. */
import { forbidden, invalid, notSupported, required, type FieldError } from '../../schema/field-error.ts';
import { GoStruct } from '../../schema/go-text.ts';
import { deepEqual, isObject, objectAt, stringAt, valueAt, type JsonObject } from '../../schema/json.ts';
import { immutable } from '../../schema/object-meta.ts';
import {
  asSelector,
  dnsLabel,
  intOrPercent,
  intOrPercentValue,
  isEmptySelector,
  isGiven,
  labelSelector,
  nonNegative,
  notMoreThanAll,
  objectsAt,
  selectorMatches,
} from './checks.ts';
import { validateClaimSpec } from './validate-core.ts';
import { templateOf, validateEndless, validatePodTemplate, validateTemplateLabels } from './validate-pods.ts';
import type { Validator } from './validation.ts';

export const validateDeployment: Validator = (object, old) => {
  const spec = objectAt(object, 'spec') ?? {};
  const errors = [
    ...nonNegative(spec['replicas'], 'spec.replicas'),
    ...validateSelector(spec, 'deployment'),
    ...validateSelected(spec),
    ...validateDeploymentStrategy(objectAt(spec, 'strategy') ?? {}),
    ...nonNegative(spec['minReadySeconds'], 'spec.minReadySeconds'),
    ...nonNegative(spec['revisionHistoryLimit'], 'spec.revisionHistoryLimit'),
    ...nonNegative(spec['progressDeadlineSeconds'], 'spec.progressDeadlineSeconds'),
  ];
  const deadline = spec['progressDeadlineSeconds'];
  if (typeof deadline === 'number' && deadline <= Number(spec['minReadySeconds'] ?? 0)) {
    errors.push(invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
  }
  return [...errors, ...fixedSelector(spec, old)];
};

export const validateReplicaSet: Validator = (object, old) => {
  const spec = objectAt(object, 'spec') ?? {};
  return [
    ...nonNegative(spec['replicas'], 'spec.replicas'),
    ...nonNegative(spec['minReadySeconds'], 'spec.minReadySeconds'),
    ...validateSelector(spec, 'deployment'),
    ...validateSelected(spec),
    ...fixedSelector(spec, old),
  ];
};

function validateSelector(spec: JsonObject, kind: string): FieldError[] {
  const selector = spec['selector'];
  if (!isObject(selector)) return [required('spec.selector')];
  const errors = labelSelector(selector, 'spec.selector');
  if (isEmptySelector(selector)) {
    errors.push(invalid('spec.selector', asSelector(selector), `empty selector is invalid for ${kind}`));
  }
  return errors;
}

/** The template of a workload whose pods a ReplicaSet makes. */
function validateSelected(spec: JsonObject): FieldError[] {
  const template = templateOf(spec);
  const labels = objectAt(template, 'metadata', 'labels') ?? {};
  if (selectorMatches(spec['selector'], labels) === undefined) {
    return [invalid('spec.selector', asSelector(spec['selector']), 'invalid label selector')];
  }
  return [
    ...validateTemplateLabels(spec['selector'], template, 'spec.template'),
    ...validatePodTemplate(template, 'spec.template'),
    ...validateEndless(template, 'ReplicaSet', 'spec.template'),
  ];
}

function fixedSelector(spec: JsonObject, old: JsonObject | undefined): FieldError[] {
  if (old === undefined) return [];
  const selector = spec['selector'] ?? null;
  if (deepEqual(selector, valueAt(old, 'spec', 'selector') ?? null)) return [];
  return [invalid('spec.selector', asSelector(selector), 'field is immutable')];
}

function validateDeploymentStrategy(strategy: JsonObject): FieldError[] {
  const path = 'spec.strategy.rollingUpdate';
  const rolling = objectAt(strategy, 'rollingUpdate');
  switch (strategy['type']) {
    case 'Recreate':
      if (rolling === undefined) return [];
      return [forbidden(path, "may not be specified when strategy `type` is 'Recreate'")];
    case 'RollingUpdate': {
      if (rolling === undefined) return [required(path, 'this should be defaulted and never be nil')];
      const { maxUnavailable, maxSurge } = rolling;
      const errors = [
        ...intOrPercent(maxUnavailable, `${path}.maxUnavailable`),
        ...intOrPercent(maxSurge, `${path}.maxSurge`),
      ];
      if (intOrPercentValue(maxUnavailable) === 0 && intOrPercentValue(maxSurge) === 0) {
        errors.push(invalid(`${path}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
      }
      return [...errors, ...notMoreThanAll(maxUnavailable, `${path}.maxUnavailable`)];
    }
    default:
      return [unsupportedStrategy('spec.strategy', strategy, ['Recreate', 'RollingUpdate'])];
  }
}

/** The strategy is printed as its internal Go type. */
function unsupportedStrategy(path: string, strategy: JsonObject, supported: readonly string[]): FieldError {
  const rolling = strategy['rollingUpdate'] ?? null;
  return notSupported(path, new GoStruct({ Type: stringAt(strategy, 'type'), RollingUpdate: rolling }), supported);
}

export const validateDaemonSet: Validator = (object, old) => {
  const spec = objectAt(object, 'spec') ?? {};
  const template = templateOf(spec);
  const errors: FieldError[] = [];
  if (old !== undefined) errors.push(...fixedSelector(spec, old));
  errors.push(...labelSelector(spec['selector'], 'spec.selector'));
  errors.push(...validateTemplateLabels(spec['selector'], template, 'spec.template'));
  if (isEmptySelector(spec['selector'])) {
    errors.push(invalid('spec.selector', asSelector(spec['selector']), 'empty selector is invalid for daemonset'));
  }
  errors.push(...validatePodTemplate(template, 'spec.template'));
  errors.push(...validateEndless(template, 'DaemonSet', 'spec.template'));
  errors.push(...nonNegative(spec['minReadySeconds'], 'spec.minReadySeconds'));
  errors.push(...validateDaemonStrategy(objectAt(spec, 'updateStrategy') ?? {}));
  errors.push(...nonNegative(spec['revisionHistoryLimit'], 'spec.revisionHistoryLimit'));
  return errors;
};

function validateDaemonStrategy(strategy: JsonObject): FieldError[] {
  const path = 'spec.updateStrategy.rollingUpdate';
  if (strategy['type'] === 'OnDelete') return [];
  if (strategy['type'] !== 'RollingUpdate') {
    return [unsupportedStrategy('spec.updateStrategy', strategy, ['RollingUpdate', 'OnDelete'])];
  }
  const rolling = objectAt(strategy, 'rollingUpdate');
  if (rolling === undefined) return [required(path)];
  const { maxUnavailable, maxSurge } = rolling;
  const errors = [
    ...intOrPercent(maxUnavailable, `${path}.maxUnavailable`),
    ...intOrPercent(maxSurge, `${path}.maxSurge`),
    ...notMoreThanAll(maxUnavailable, `${path}.maxUnavailable`),
    ...notMoreThanAll(maxSurge, `${path}.maxSurge`),
  ];
  const unavailable = intOrPercentValue(maxUnavailable) !== 0;
  const surge = intOrPercentValue(maxSurge) !== 0;
  if (unavailable && surge) {
    errors.push(invalid(`${path}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  } else if (!unavailable && !surge) {
    errors.push(required(`${path}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  }
  return errors;
}

const FIXED_FIELDS = ['selector', 'volumeClaimTemplates', 'serviceName', 'podManagementPolicy'];

export const validateStatefulSet: Validator = (object, old) => {
  const spec = objectAt(object, 'spec') ?? {};
  const errors = [
    ...validateManagement(spec),
    ...validateStatefulStrategy(spec),
    ...validateRetention(spec),
    ...validateClaims(spec),
    ...nonNegative(spec['replicas'], 'spec.replicas'),
    ...nonNegative(spec['minReadySeconds'], 'spec.minReadySeconds'),
    ...nonNegative(valueAt(spec, 'ordinals', 'start'), 'spec.ordinals.start'),
  ];
  const service = stringAt(spec, 'serviceName');
  if (service !== '') errors.push(...dnsLabel(service, 'spec.serviceName'));
  errors.push(...validateSelector(spec, 'statefulset'), ...validateStatefulTemplate(spec));
  if (old !== undefined) {
    for (const field of FIXED_FIELDS) {
      errors.push(...immutable(spec[field] ?? null, valueAt(old, 'spec', field) ?? null, `spec.${field}`));
    }
  }
  return errors;
};

function validateManagement(spec: JsonObject): FieldError[] {
  const policy = stringAt(spec, 'podManagementPolicy');
  if (policy === 'OrderedReady' || policy === 'Parallel') return [];
  return [invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'")];
}

function validateStatefulStrategy(spec: JsonObject): FieldError[] {
  const strategy = objectAt(spec, 'updateStrategy') ?? {};
  const rolling = objectAt(strategy, 'rollingUpdate');
  const path = 'spec.updateStrategy.rollingUpdate';
  const unavailable = rolling?.['maxUnavailable'];
  if (strategy['type'] === 'RollingUpdate') {
    const errors = nonNegative(rolling?.['partition'], `${path}.partition`);
    if (!isGiven(unavailable)) return errors;
    errors.push(...intOrPercent(unavailable, `${path}.maxUnavailable`));
    if (intOrPercentValue(unavailable) === 0) {
      errors.push(invalid(`${path}.maxUnavailable`, unavailable, 'cannot be 0'));
    }
    return [...errors, ...notMoreThanAll(unavailable, `${path}.maxUnavailable`)];
  }
  const internal =
    rolling && new GoStruct({ Partition: rolling['partition'] ?? 0, MaxUnavailable: unavailable ?? null });
  if (strategy['type'] !== 'OnDelete') {
    const shown = new GoStruct({ Type: stringAt(strategy, 'type'), RollingUpdate: internal ?? null });
    return [invalid('spec.updateStrategy', shown, "must be 'RollingUpdate' or 'OnDelete'")];
  }
  return internal === undefined ? [] : [invalid(path, internal, "only allowed for updateStrategy 'RollingUpdate'")];
}

function validateRetention(spec: JsonObject): FieldError[] {
  return ['whenDeleted', 'whenScaled'].flatMap((field) => {
    const value = valueAt(spec, 'persistentVolumeClaimRetentionPolicy', field);
    if (value === 'Retain' || value === 'Delete') return [];
    const path = `spec.persistentVolumeClaimRetentionPolicy.${field}`;
    return [notSupported(path, value, ['Retain', 'Delete'])];
  });
}

function validateClaims(spec: JsonObject): FieldError[] {
  return objectsAt(spec, 'volumeClaimTemplates').flatMap((claim, index) =>
    validateClaimSpec(objectAt(claim, 'spec') ?? {}, `spec.volumeClaimTemplates[${index}].spec`),
  );
}

function validateStatefulTemplate(spec: JsonObject): FieldError[] {
  const template = templateOf(spec);
  const labels = objectAt(template, 'metadata', 'labels') ?? {};
  const path = 'spec.template';
  const errors: FieldError[] = [];
  if (selectorMatches(spec['selector'], labels) === undefined) {
    errors.push(invalid('spec.selector', asSelector(spec['selector']), ''));
  } else {
    const claims = objectsAt(spec, 'volumeClaimTemplates').map((claim) => {
      const name = stringAt(claim, 'metadata', 'name');
      return { name, persistentVolumeClaim: { claimName: name } };
    });
    errors.push(...validateTemplateLabels(spec['selector'], template, path));
    errors.push(...validatePodTemplate(template, path, claims));
  }
  if (isGiven(spec['template'])) errors.push(...validateEndless(template, 'StatefulSet', path));
  return errors;
}

export const validateControllerRevision: Validator = (object, old) => {
  const errors: FieldError[] = isGiven(object['data']) ? [] : [required('data', 'data is mandatory')];
  errors.push(...nonNegative(object['revision'], 'revision'));
  if (old !== undefined) errors.push(...immutable(object['data'], old['data'], 'data'));
  return errors;
};
