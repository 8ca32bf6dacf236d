/**
 * Source: k8s.io/kubernetes/pkg/apis/core/validation/validation.go, pods and their templates.
 * Not looked into: affinity, spread constraints, DNS config, resource claims, scheduling gates, Windows.
 */
import { forbidden, invalid, notSupported, required, type FieldError } from '../../schema/field-error.ts';
import { deepEqual, isObject, objectAt, stringAt, type JsonObject } from '../../schema/json.ts';
import { isLabelValue } from '../../schema/names.ts';
import { validateAnnotations, validateLabels } from '../../schema/object-meta.ts';
import {
  dnsLabel,
  dnsSubdomain,
  eachInvalid,
  isGiven,
  objectsAt,
  oneOf,
  qualifiedName,
  selectorMatches,
  textsAt,
} from './checks.ts';
import { ipAddress } from './ip-addresses.ts';
import { validateContainers, validateInitContainers } from './validate-containers.ts';
import { validatePodSecurity } from './validate-security.ts';
import { validateVolumes } from './validate-volumes.ts';
import type { Validator } from './validation.ts';

export const validatePod: Validator = (object, old, subresource) => {
  const spec = objectAt(object, 'spec') ?? {};
  const errors = validatePodSpec(spec, 'spec');
  const before = objectAt(old, 'spec');
  if (before !== undefined && subresource === '' && !deepEqual(fixedPart(spec), fixedPart(before))) {
    errors.push(forbidden('spec', FIXED));
  }
  return errors;
};

const FIXED =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

function fixedPart(spec: JsonObject): JsonObject {
  const { activeDeadlineSeconds: _deadline, tolerations: _tolerations, ...fixed } = spec;
  const imageless = (containers: readonly JsonObject[]): JsonObject[] =>
    containers.map((container) => Object.fromEntries(Object.entries(container).filter(([key]) => key !== 'image')));
  return {
    ...fixed,
    containers: imageless(objectsAt(spec, 'containers')),
    initContainers: imageless(objectsAt(spec, 'initContainers')),
  };
}

/** @param extraVolumes volumes that come from elsewhere: a StatefulSet's claims. */
export function validatePodSpec(
  spec: JsonObject,
  path: string,
  extraVolumes: readonly JsonObject[] = [],
): FieldError[] {
  const errors: FieldError[] = [];
  const grace = spec['terminationGracePeriodSeconds'];
  if (!isGiven(grace)) errors.push(required(`${path}.terminationGracePeriodSeconds`));
  const given = objectsAt(spec, 'volumes');
  const replaced = new Set(extraVolumes.map((volume) => stringAt(volume, 'name')));
  const volumes = [...extraVolumes, ...given.filter((volume) => !replaced.has(stringAt(volume, 'name')))];
  const { names, errors: volumeErrors } = validateVolumes(volumes, `${path}.volumes`);
  errors.push(...volumeErrors);
  const context = { volumes: names, grace, hostUsers: spec['hostUsers'] };
  const containers = objectsAt(spec, 'containers');
  errors.push(...validateContainers(containers, context, `${path}.containers`));
  errors.push(
    ...validateInitContainers(objectsAt(spec, 'initContainers'), containers, context, `${path}.initContainers`),
  );
  errors.push(...oneOf(spec['restartPolicy'], `${path}.restartPolicy`, ['Always', 'OnFailure', 'Never']));
  const policies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
  errors.push(...oneOf(spec['dnsPolicy'], `${path}.dnsPolicy`, policies));
  errors.push(...validateLabels(spec['nodeSelector'], `${path}.nodeSelector`));
  errors.push(...validatePodSecurity(spec, `${path}.securityContext`));
  if (spec['hostPID'] === true && spec['shareProcessNamespace'] === true) {
    const detail = 'ShareProcessNamespace and HostPID cannot both be enabled';
    errors.push(invalid(`${path}.shareProcessNamespace`, true, detail));
  }
  return [
    ...errors,
    ...validatePodNames(spec, path),
    ...validateTolerations(spec, path),
    ...validateHostAliases(spec, `${path}.hostAliases`),
  ];
}

function validateHostAliases(spec: JsonObject, path: string): FieldError[] {
  return objectsAt(spec, 'hostAliases').flatMap((alias, index) => {
    const address = stringAt(alias, 'ip');
    const errors = eachInvalid(`${path}[${index}].ip`, address, ipAddress(address));
    const names = textsAt(alias, 'hostnames');
    return errors.concat(
      names.flatMap((name, position) => dnsSubdomain(name, `${path}[${index}].hostnames[${position}]`)),
    );
  });
}

function validatePodNames(spec: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const account = stringAt(spec, 'serviceAccountName');
  if (account !== '') errors.push(...dnsSubdomain(account, `${path}.serviceAccountName`));
  const node = stringAt(spec, 'nodeName');
  if (node !== '') errors.push(...dnsSubdomain(node, `${path}.nodeName`));
  const deadline = spec['activeDeadlineSeconds'];
  if (typeof deadline === 'number' && (deadline < 1 || deadline > 2 ** 31 - 1)) {
    errors.push(invalid(`${path}.activeDeadlineSeconds`, deadline, 'must be between 1 and 2147483647, inclusive'));
  }
  for (const field of ['hostname', 'subdomain']) {
    const name = stringAt(spec, field);
    if (name !== '') errors.push(...dnsLabel(name, `${path}.${field}`));
  }
  return errors;
}

function validateTolerations(spec: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, toleration] of objectsAt(spec, 'tolerations').entries()) {
    const at = `${path}.tolerations[${index}]`;
    const [key, operator, value, effect] = ['key', 'operator', 'value', 'effect'].map((name) =>
      stringAt(toleration, name),
    );
    if (key !== undefined && key !== '') errors.push(...qualifiedName(key, `${at}.key`));
    else if (operator !== 'Exists') {
      const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      errors.push(invalid(`${at}.operator`, operator, detail));
    }
    if (isGiven(toleration['tolerationSeconds']) && effect !== 'NoExecute') {
      errors.push(invalid(`${at}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    }
    if (operator === '' || operator === 'Equal') {
      const wrong = isLabelValue(value ?? '');
      if (wrong.length > 0) errors.push(invalid(`${at}.operator`, value, wrong.join(';')));
    } else if (operator === 'Exists') {
      if (value !== '') {
        errors.push(invalid(`${at}.operator`, value, "value must be empty when `operator` is 'Exists'"));
      }
    } else {
      errors.push(notSupported(`${at}.operator`, operator, ['Equal', 'Exists']));
    }
    const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
    if (effect !== '') errors.push(...oneOf(effect, `${at}.effect`, effects));
  }
  return errors;
}

export function validatePodTemplate(
  template: JsonObject,
  path: string,
  extraVolumes: readonly JsonObject[] = [],
): FieldError[] {
  const meta = objectAt(template, 'metadata') ?? {};
  const spec = objectAt(template, 'spec') ?? {};
  const errors = [
    ...validateLabels(meta['labels'], `${path}.labels`),
    ...validateAnnotations(meta['annotations'], `${path}.annotations`),
    ...validatePodSpec(spec, `${path}.spec`, extraVolumes),
  ];
  if (objectsAt(spec, 'ephemeralContainers').length > 0) {
    errors.push(forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template'));
  }
  return errors;
}

/** An error if the template's labels are not what the selector selects. */
export function validateTemplateLabels(selector: unknown, template: JsonObject, path: string): FieldError[] {
  const labels = objectAt(template, 'metadata', 'labels');
  if (selectorMatches(selector, labels ?? {}) !== false) return [];
  return [invalid(`${path}.metadata.labels`, labels ?? null, '`selector` does not match template `labels`')];
}

/** Pods of workloads that run for ever are always restarted and have no deadline. */
export function validateEndless(template: JsonObject, kind: string, path: string): FieldError[] {
  const spec = objectAt(template, 'spec') ?? {};
  const errors: FieldError[] = [];
  if (spec['restartPolicy'] !== 'Always') {
    errors.push(notSupported(`${path}.spec.restartPolicy`, stringAt(spec, 'restartPolicy'), ['Always']));
  }
  if (isGiven(spec['activeDeadlineSeconds'])) {
    const detail = `activeDeadlineSeconds in ${kind} is not Supported`;
    errors.push(forbidden(`${path}.spec.activeDeadlineSeconds`, detail));
  }
  return errors;
}

/** The object itself, or an empty one. */
export const templateOf = (spec: JsonObject): JsonObject => (isObject(spec['template']) ? spec['template'] : {});
