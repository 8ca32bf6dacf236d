/** Source: k8s.io/kubernetes/pkg/apis/core/validation/validation.go, probes and lifecycle handlers. */
import { forbidden, invalid, notSupported, required, type FieldError } from '../../schema/field-error.ts';
import { isObject, listAt, objectAt, stringAt, type JsonObject } from '../../schema/json.ts';
import { integerAt, isGiven, nonNegative, portNumberOrName } from './checks.ts';

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'];

export function validateProbes(container: JsonObject, grace: unknown, path: string): FieldError[] {
  return ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((name) => {
    const probe = objectAt(container, name);
    return probe === undefined ? [] : validateProbe(name, probe, grace, `${path}.${name}`);
  });
}

function validateProbe(name: string, probe: JsonObject, grace: unknown, path: string): FieldError[] {
  const errors = validateHandler(probe, grace, path);
  for (const field of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ]) {
    errors.push(...nonNegative(probe[field], `${path}.${field}`));
  }
  const own = probe['terminationGracePeriodSeconds'];
  const at = `${path}.terminationGracePeriodSeconds`;
  if (typeof own === 'number' && own <= 0) errors.push(invalid(at, own, 'must be greater than 0'));
  if (name === 'readinessProbe') {
    if (isGiven(own)) errors.push(invalid(at, own, 'must not be set for readinessProbes'));
  } else if (probe['successThreshold'] !== 1) {
    errors.push(invalid(`${path}.successThreshold`, probe['successThreshold'] ?? 0, 'must be 1'));
  }
  return errors;
}

export function validateLifecycle(lifecycle: JsonObject, grace: unknown, path: string): FieldError[] {
  return ['postStart', 'preStop'].flatMap((name) => {
    const handler = objectAt(lifecycle, name);
    return handler === undefined ? [] : validateHandler(handler, grace, `${path}.${name}`);
  });
}

function validateHandler(holder: JsonObject, grace: unknown, path: string): FieldError[] {
  const given = HANDLERS.filter((name) => isObject(holder[name]));
  if (given.length === 0) return [required(path, 'must specify a handler type')];
  return given.flatMap((name, index) => {
    const at = `${path}.${name}`;
    if (index > 0) return [forbidden(at, 'may not specify more than 1 handler type')];
    return validateAction(name, objectAt(holder, name) ?? {}, grace, at);
  });
}

function validateAction(name: string, action: JsonObject, grace: unknown, path: string): FieldError[] {
  switch (name) {
    case 'exec':
      return listAt(action, 'command').length === 0 ? [required(`${path}.command`)] : [];
    case 'httpGet':
      return validateHttpGet(action, path);
    case 'tcpSocket':
    case 'grpc':
      return portNumberOrName(action['port'], `${path}.port`);
    default: {
      const seconds = integerAt(action, 'seconds');
      if (typeof grace !== 'number' || (seconds >= 0 && seconds <= grace)) return [];
      return [invalid(path, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`)];
    }
  }
}

function validateHttpGet(action: JsonObject, path: string): FieldError[] {
  const errors = stringAt(action, 'path') === '' ? [required(`${path}.path`)] : [];
  errors.push(...portNumberOrName(action['port'], `${path}.port`));
  const scheme = stringAt(action, 'scheme');
  if (scheme !== 'HTTP' && scheme !== 'HTTPS') errors.push(notSupported(`${path}.scheme`, scheme, ['HTTP', 'HTTPS']));
  for (const header of listAt(action, 'httpHeaders')) {
    const name = stringAt(header, 'name');
    if (/^[-A-Za-z0-9]+$/.test(name)) continue;
    errors.push(invalid(`${path}.httpHeaders`, name, HEADER_ERROR));
  }
  return errors;
}

const HEADER_ERROR =
  "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";
