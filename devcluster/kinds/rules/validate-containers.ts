/** Source: k8s.io/kubernetes/pkg/apis/core/validation/validation.go, containers. */
import {
  duplicate,
  forbidden,
  invalid,
  notFound,
  notSupported,
  required,
  type FieldError,
} from '../../schema/field-error.ts';
import { isObject, objectAt, stringAt, type JsonObject } from '../../schema/json.ts';
import { isQualifiedName } from '../../schema/names.ts';
import { parseQuantity } from '../quantity.ts';
import {
  configMapKey,
  dnsLabel,
  dnsSubdomain,
  eachInvalid,
  integerAt,
  objectsAt,
  oneOf,
  portName,
  portNumber,
} from './checks.ts';
import { validateLifecycle, validateProbes } from './validate-probes.ts';
import { validateContainerSecurity } from './validate-security.ts';
import { relativePath } from './validate-volumes.ts';

export interface ContainerContext {
  /** The names of the pod's volumes. */
  readonly volumes: ReadonlySet<string>;
  /** `spec.terminationGracePeriodSeconds`. */
  readonly grace: unknown;
  /** `spec.hostUsers`. */
  readonly hostUsers: unknown;
}

export function validateContainers(
  containers: readonly JsonObject[],
  context: ContainerContext,
  path: string,
): FieldError[] {
  if (containers.length === 0) return [required(path)];
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const at = `${path}[${index}]`;
    errors.push(...validateContainer(container, context, at));
    const name = stringAt(container, 'name');
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
    const lifecycle = objectAt(container, 'lifecycle');
    if (lifecycle !== undefined) errors.push(...validateLifecycle(lifecycle, context.grace, `${at}.lifecycle`));
    errors.push(...validateProbes(container, context.grace, at));
  }
  return [...errors, ...hostPortConflicts(containers, path)];
}

export function validateInitContainers(
  init: readonly JsonObject[],
  regular: readonly JsonObject[],
  context: ContainerContext,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set(regular.map((container) => stringAt(container, 'name')));
  for (const [index, container] of init.entries()) {
    const at = `${path}[${index}]`;
    errors.push(...validateContainer(container, context, at));
    const name = stringAt(container, 'name');
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    else if (name !== '') names.add(name);
    errors.push(...hostPortConflicts([container], path));
    if (container['restartPolicy'] === 'Always') {
      const lifecycle = objectAt(container, 'lifecycle');
      if (lifecycle !== undefined) errors.push(...validateLifecycle(lifecycle, context.grace, `${at}.lifecycle`));
      errors.push(...validateProbes(container, context.grace, at));
      continue;
    }
    for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe']) {
      if (!isObject(container[field])) continue;
      errors.push(forbidden(`${at}.${field}`, 'may not be set for init containers without restartPolicy=Always'));
    }
  }
  return errors;
}

function validateContainer(container: JsonObject, context: ContainerContext, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const name = stringAt(container, 'name');
  if (name === '') errors.push(required(`${path}.name`));
  else errors.push(...dnsLabel(name, `${path}.name`));
  if (stringAt(container, 'image') === '') errors.push(required(`${path}.image`));
  const policies = ['File', 'FallbackToLogsOnError'];
  errors.push(...oneOf(container['terminationMessagePolicy'], `${path}.terminationMessagePolicy`, policies));
  errors.push(...validatePorts(objectsAt(container, 'ports'), `${path}.ports`));
  errors.push(...validateEnv(objectsAt(container, 'env'), `${path}.env`));
  errors.push(...validateEnvFrom(objectsAt(container, 'envFrom'), `${path}.envFrom`));
  errors.push(...validateMounts(objectsAt(container, 'volumeMounts'), context.volumes, `${path}.volumeMounts`));
  const pulls = ['Always', 'IfNotPresent', 'Never'];
  errors.push(...oneOf(container['imagePullPolicy'], `${path}.imagePullPolicy`, pulls));
  errors.push(...validateResources(objectAt(container, 'resources') ?? {}, `${path}.resources`));
  errors.push(...validateContainerSecurity(container, context.hostUsers, `${path}.securityContext`));
  return errors;
}

function validatePorts(ports: readonly JsonObject[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = `${path}[${index}]`;
    const name = stringAt(port, 'name');
    if (name !== '') {
      const wrong = portName(name);
      if (wrong.length > 0) errors.push(...eachInvalid(`${at}.name`, name, wrong));
      else if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
      else names.add(name);
    }
    const number = integerAt(port, 'containerPort');
    if (number === 0) errors.push(required(`${at}.containerPort`));
    else errors.push(...eachInvalid(`${at}.containerPort`, number, portNumber(number)));
    const hostPort = integerAt(port, 'hostPort');
    if (hostPort !== 0) errors.push(...eachInvalid(`${at}.hostPort`, hostPort, portNumber(hostPort)));
    errors.push(...oneOf(port['protocol'], `${at}.protocol`, ['SCTP', 'TCP', 'UDP']));
  }
  return errors;
}

function hostPortConflicts(containers: readonly JsonObject[], path: string): FieldError[] {
  const used = new Set<string>();
  const errors: FieldError[] = [];
  for (const [index, container] of containers.entries()) {
    for (const [portIndex, port] of objectsAt(container, 'ports').entries()) {
      const hostPort = integerAt(port, 'hostPort');
      if (hostPort === 0) continue;
      const key = `${stringAt(port, 'protocol')}/${stringAt(port, 'hostIP')}/${hostPort}`;
      if (used.has(key)) errors.push(duplicate(`${path}[${index}].ports[${portIndex}].hostPort`, key));
      used.add(key);
    }
  }
  return errors;
}

function environmentName(name: string): string[] {
  if (/^[ -<>-~]*$/.test(name)) return [];
  return ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

function validateEnv(variables: readonly JsonObject[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, variable] of variables.entries()) {
    const at = `${path}[${index}]`;
    const name = stringAt(variable, 'name');
    if (name === '') errors.push(required(`${at}.name`));
    else errors.push(...eachInvalid(`${at}.name`, name, environmentName(name)));
    const source = objectAt(variable, 'valueFrom');
    if (source !== undefined) {
      errors.push(...validateEnvSource(source, stringAt(variable, 'value') !== '', `${at}.valueFrom`));
    }
  }
  return errors;
}

const POD_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
const RESOURCE_FIELDS = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];

function validateEnvSource(source: JsonObject, hasValue: boolean, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const field = objectAt(source, 'fieldRef');
  if (field !== undefined) errors.push(...validateFieldRef(field, `${path}.fieldRef`));
  const resource = objectAt(source, 'resourceFieldRef');
  if (resource !== undefined) {
    const name = stringAt(resource, 'resource');
    const at = `${path}.resourceFieldRef.resource`;
    if (name === '') errors.push(required(at));
    else if (!RESOURCE_FIELDS.includes(name) && !/^(requests|limits)\.hugepages-/.test(name)) {
      errors.push(notSupported(at, name, RESOURCE_FIELDS));
    }
  }
  for (const kind of ['configMapKeyRef', 'secretKeyRef']) {
    const reference = objectAt(source, kind);
    if (reference === undefined) continue;
    errors.push(...dnsSubdomain(stringAt(reference, 'name'), `${path}.${kind}.name`));
    const key = stringAt(reference, 'key');
    if (key === '') errors.push(required(`${path}.${kind}.key`));
    else errors.push(...eachInvalid(`${path}.${kind}.key`, key, configMapKey(key)));
  }
  const kinds = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'];
  const count = kinds.filter((kind) => isObject(source[kind])).length;
  if (count === 0) {
    const detail =
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
    errors.push(invalid(path, '', detail));
  } else if (hasValue) {
    errors.push(invalid(path, '', 'may not be specified when `value` is not empty'));
  } else if (count > 1) {
    errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
  }
  return errors;
}

function validateFieldRef(reference: JsonObject, path: string): FieldError[] {
  const field = stringAt(reference, 'fieldPath');
  if (field === '') return [required(`${path}.fieldPath`)];
  const subscript = /^(metadata\.(?:labels|annotations))\['(.*)'\]$/.exec(field);
  if (subscript !== null) {
    const [, map, key = ''] = subscript;
    const name = map === 'metadata.annotations' ? key.toLowerCase() : key;
    return eachInvalid(path, name, isQualifiedName(name));
  }
  const known = [...POD_FIELDS, 'metadata.labels', 'metadata.annotations', 'spec.restartPolicy', 'spec.schedulerName'];
  if (!known.includes(field) && field !== 'status.phase') {
    const detail = `error converting fieldPath: field label not supported: ${field}`;
    return [invalid(`${path}.fieldPath`, field, detail)];
  }
  return POD_FIELDS.includes(field) ? [] : [notSupported(`${path}.fieldPath`, field, POD_FIELDS)];
}

function validateEnvFrom(sources: readonly JsonObject[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, source] of sources.entries()) {
    const at = `${path}[${index}]`;
    const prefix = stringAt(source, 'prefix');
    if (prefix !== '') errors.push(...eachInvalid(`${at}.prefix`, prefix, environmentName(prefix)));
    const given = ['configMapRef', 'secretRef'].filter((kind) => isObject(source[kind]));
    for (const kind of given) {
      const name = stringAt(source, kind, 'name');
      if (name === '') errors.push(required(`${at}.${kind}.name`));
      else errors.push(...dnsSubdomain(name, `${at}.${kind}.name`));
    }
    if (given.length === 0) errors.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    if (given.length > 1) errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
  }
  return errors;
}

function validateMounts(mounts: readonly JsonObject[], volumes: ReadonlySet<string>, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const points = new Set<string>();
  for (const [index, mount] of mounts.entries()) {
    const at = `${path}[${index}]`;
    const name = stringAt(mount, 'name');
    const point = stringAt(mount, 'mountPath');
    if (name === '') errors.push(required(`${at}.name`));
    if (!volumes.has(name)) errors.push(notFound(`${at}.name`, name));
    if (point === '') errors.push(required(`${at}.mountPath`));
    if (points.has(point)) errors.push(invalid(`${at}.mountPath`, point, 'must be unique'));
    points.add(point);
    const [subPath, expression] = [stringAt(mount, 'subPath'), stringAt(mount, 'subPathExpr')];
    if (subPath !== '') errors.push(...relativePath(subPath, `${path}.subPath`));
    if (expression === '') continue;
    if (subPath !== '') {
      errors.push(invalid(`${at}.subPathExpr`, expression, 'subPathExpr and subPath are mutually exclusive'));
    }
    errors.push(...relativePath(expression, `${path}.subPathExpr`));
  }
  return errors;
}

const STANDARD_RESOURCES: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);

function resourceName(name: string, path: string): FieldError[] {
  const errors = eachInvalid(path, name, isQualifiedName(name));
  if (errors.length > 0 || name.includes('/') || STANDARD_RESOURCES.has(name) || name.startsWith('hugepages-')) {
    return errors;
  }
  const own = invalid(path, name, 'must be a standard resource for containers');
  const elsewhere = ['pods', 'services', 'storage', 'secrets', 'configmaps', 'persistentvolumeclaims'];
  if (elsewhere.includes(name) || /^(requests|limits)\./.test(name)) return [own];
  return [invalid(path, name, 'must be a standard resource type or fully qualified'), own];
}

/** Amounts, and that no more is requested than the limit. */
function validateResources(resources: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const limits = amounts(objectAt(resources, 'limits'));
  const requests = amounts(objectAt(resources, 'requests'));
  for (const [list, found] of [['limits', limits] as const, ['requests', requests] as const]) {
    for (const [name, { nanos, text }] of found) {
      const at = `${path}.${list}[${name}]`;
      errors.push(...resourceName(name, at));
      if (nanos < 0n) errors.push(invalid(at, text, 'must be greater than or equal to 0'));
      if (list === 'limits') continue;
      const limit = limits.get(name);
      const overcommit = !name.includes('/') && !name.startsWith('hugepages-');
      if (limit === undefined) {
        if (!overcommit) errors.push(required(`${path}.limits`, 'Limit must be set for non overcommitable resources'));
      } else if (!overcommit && nanos !== limit.nanos) {
        errors.push(invalid(`${path}.requests`, text, `must be equal to ${name} limit of ${limit.text}`));
      } else if (nanos > limit.nanos) {
        errors.push(invalid(`${path}.requests`, text, `must be less than or equal to ${name} limit of ${limit.text}`));
      }
    }
  }
  return errors;
}

function amounts(list: JsonObject | undefined): Map<string, { nanos: bigint; text: string }> {
  const found = new Map<string, { nanos: bigint; text: string }>();
  for (const [name, text] of Object.entries(list ?? {})) {
    const quantity = typeof text === 'string' ? parseQuantity(text) : undefined;
    if (quantity !== undefined && 'nanos' in quantity) found.set(name, quantity);
  }
  return found;
}
