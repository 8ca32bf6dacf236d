/** Source: k8s.io/kubernetes/pkg/apis/core/validation/validation.go. */
import {
  duplicate,
  forbidden,
  invalid,
  notSupported,
  required,
  tooLong,
  type FieldError,
} from '../../schema/field-error.ts';
import { byteLength } from '../../schema/go-text.ts';
import { deepEqual, isObject, objectAt, stringAt, valueAt, type JsonObject } from '../../schema/json.ts';
import { isQualifiedName } from '../../schema/names.ts';
import { immutable } from '../../schema/object-meta.ts';
import { parseQuantity } from '../quantity.ts';
import { configMapKey, dnsSubdomain, eachInvalid, isGiven, labelSelector, textsAt } from './checks.ts';
import type { Validator } from './validation.ts';

const MAX_DATA_BYTES = 1024 * 1024;

export const validateConfigMap: Validator = (object, old) => {
  const errors: FieldError[] = old?.['immutable'] === true ? unchanged(object, old, ['data', 'binaryData']) : [];
  const data = objectAt(object, 'data') ?? {};
  const binary = objectAt(object, 'binaryData') ?? {};
  let bytes = 0;
  for (const [key, value] of Object.entries(data)) {
    errors.push(...eachInvalid(`data[${key}]`, key, configMapKey(key)));
    if (Object.hasOwn(binary, key)) errors.push(invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    bytes += typeof value === 'string' ? byteLength(value) : 0;
  }
  for (const [key, value] of Object.entries(binary)) {
    errors.push(...eachInvalid(`binaryData[${key}]`, key, configMapKey(key)));
    bytes += decodedLength(value);
  }
  if (bytes > MAX_DATA_BYTES) errors.push(tooLong('[]', MAX_DATA_BYTES));
  return errors;
};

/** An object that was declared immutable. */
function unchanged(object: JsonObject, old: JsonObject, fields: readonly string[]): FieldError[] {
  const detail = 'field is immutable when `immutable` is set';
  const errors = object['immutable'] === true ? [] : [forbidden('immutable', detail)];
  for (const field of fields) {
    if (!deepEqual(object[field] ?? {}, old[field] ?? {})) errors.push(forbidden(field, detail));
  }
  return errors;
}

function decodedLength(value: unknown): number {
  return typeof value === 'string' ? Buffer.from(value, 'base64').length : 0;
}

export const validateSecret: Validator = (object, old) => {
  const errors: FieldError[] = [];
  if (old !== undefined) {
    errors.push(...immutable(object['type'], old['type'], 'type'));
    if (old['immutable'] === true) errors.push(...unchanged(object, old, ['data']));
  }
  const data = objectAt(object, 'data') ?? {};
  let bytes = 0;
  for (const [key, value] of Object.entries(data)) {
    errors.push(...eachInvalid(`data[${key}]`, key, configMapKey(key)));
    bytes += decodedLength(value);
  }
  if (bytes > MAX_DATA_BYTES) errors.push(tooLong('data', MAX_DATA_BYTES));
  return [...errors, ...validateSecretType(object, data)];
};

function validateSecretType(object: JsonObject, data: JsonObject): FieldError[] {
  const missing = (...keys: string[]): FieldError[] =>
    keys.filter((key) => !Object.hasOwn(data, key)).map((key) => required(`data[${key}]`));
  switch (object['type']) {
    case 'kubernetes.io/service-account-token': {
      const key = 'kubernetes.io/service-account.name';
      const name = valueAt(object, 'metadata', 'annotations', key);
      return isGiven(name) && name !== '' ? [] : [required(`metadata.annotations[${key}]`)];
    }
    case 'kubernetes.io/dockercfg':
      return [...missing('.dockercfg'), ...jsonObject(data, '.dockercfg')];
    case 'kubernetes.io/dockerconfigjson':
      return [...missing('.dockerconfigjson'), ...jsonObject(data, '.dockerconfigjson')];
    case 'kubernetes.io/basic-auth': {
      const both = missing('username', 'password');
      return both.length === 2 ? both : [];
    }
    case 'kubernetes.io/ssh-auth':
      return stringAt(data, 'ssh-privatekey') === '' ? [required('data[ssh-privatekey]')] : [];
    case 'kubernetes.io/tls':
      return missing('tls.crt', 'tls.key');
    default:
      return [];
  }
}

function jsonObject(data: JsonObject, key: string): FieldError[] {
  if (!Object.hasOwn(data, key)) return [];
  const text = Buffer.from(stringAt(data, key), 'base64').toString('utf8');
  const wrong = (detail: string): FieldError[] => [invalid(`data[${key}]`, '<secret contents redacted>', detail)];
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || isObject(value)) return [];
    const type = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    return wrong(`json: cannot unmarshal ${type} into Go value of type map[string]interface {}`);
  } catch {
    const first = text.trimStart().charAt(0);
    if (first === '') return wrong('unexpected end of JSON input');
    return wrong(`invalid character '${first}' looking for beginning of value`);
  }
}

export const validateNamespace: Validator = (object) =>
  textsAt(object, 'spec', 'finalizers').flatMap((name) => {
    const errors = eachInvalid('spec.finalizers', name, isQualifiedName(name));
    if (errors.length > 0 || name.includes('/') || name === 'kubernetes') return errors;
    return [invalid('spec.finalizers', name, FINALIZER_ERROR)];
  });

const FINALIZER_ERROR = 'name is neither a standard finalizer name nor is it fully qualified';
const STANDARD_FINALIZERS: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** Finalizers of objects of the older groups must be standard ones or have a domain. */
export function validateFinalizerNames(object: JsonObject): FieldError[] {
  return textsAt(object, 'metadata', 'finalizers').flatMap((name, index) =>
    name.includes('/') || STANDARD_FINALIZERS.has(name)
      ? []
      : [invalid(`metadata.finalizers[${index}]`, name, FINALIZER_ERROR)],
  );
}

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

export const validatePersistentVolumeClaim: Validator = (object, old) => {
  const spec = objectAt(object, 'spec') ?? {};
  const errors = validateClaimSpec(spec, 'spec');
  if (old === undefined) return errors;
  const before = objectAt(old, 'spec') ?? {};
  const bound = valueAt(object, 'status', 'phase') === 'Bound';
  if (!deepEqual(fixedPart(spec, before, bound), fixedPart(before, before, bound))) {
    errors.push(
      forbidden(
        'spec',
        'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      ),
    );
  }
  return [...errors, ...immutable(spec['volumeMode'], before['volumeMode'], 'volumeMode')];
};

/** What may not change: not the volume's name while there is none, not what a bound claim may ask for. */
function fixedPart(spec: JsonObject, before: JsonObject, bound: boolean): JsonObject {
  const { volumeName, volumeAttributesClassName, resources, ...fixed } = spec;
  const named = stringAt(before, 'volumeName') === '' ? {} : { volumeName };
  if (bound) return { ...fixed, ...named };
  return { ...fixed, ...named, resources, volumeAttributesClassName };
}

export function validateClaimSpec(spec: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const modes = textsAt(spec, 'accessModes');
  if (modes.length === 0) errors.push(required(`${path}.accessModes`, 'at least 1 access mode is required'));
  errors.push(...labelSelector(spec['selector'], `${path}.selector`));
  for (const mode of modes) {
    if (!ACCESS_MODES.includes(mode)) errors.push(notSupported(`${path}.accessModes`, mode, ACCESS_MODES));
  }
  if (
    modes.includes('ReadWriteOncePod') &&
    modes.some((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.includes(mode))
  ) {
    errors.push(forbidden(`${path}.accessModes`, 'may not use ReadWriteOncePod with other access modes'));
  }
  const storage = valueAt(spec, 'resources', 'requests', 'storage');
  if (typeof storage !== 'string') {
    errors.push(required(`${path}.resources[storage]`));
  } else {
    const quantity = parseQuantity(storage);
    if ('nanos' in quantity && quantity.nanos <= 0n) {
      errors.push(invalid(`${path}.resources[storage]`, storage, 'must be greater than zero'));
    }
  }
  for (const name of ['storageClassName', 'volumeAttributesClassName']) {
    const className = stringAt(spec, name);
    if (className !== '') errors.push(...dnsSubdomain(className, `${path}.${name}`));
  }
  const mode = spec['volumeMode'];
  if (isGiven(mode) && mode !== 'Block' && mode !== 'Filesystem') {
    errors.push(notSupported(`${path}.volumeMode`, mode, ['Block', 'Filesystem']));
  }
  return errors;
}

/** Names that a list may hold once: the errors of those that come again. */
export function duplicates(names: readonly string[], path: (index: number) => string): FieldError[] {
  return names.flatMap((name, index) => (names.indexOf(name) < index ? [duplicate(path(index), name)] : []));
}
