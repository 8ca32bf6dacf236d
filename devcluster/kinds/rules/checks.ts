/**
 * Checks that many kinds share; each returns what is wrong.
 * Source: k8s.io/kubernetes/pkg/apis/core/validation, k8s.io/apimachinery/pkg/util/validation.
 */
import { forbidden, invalid, notSupported, required, type FieldError } from '../../schema/field-error.ts';
import { byteLength, GoStruct } from '../../schema/go-text.ts';
import { isObject, listAt, stringAt, valueAt, type JsonObject } from '../../schema/json.ts';
import {
  isDns1123Label,
  isDns1123Subdomain,
  isLabelValue,
  isQualifiedName,
  maxLengthError,
  regexError,
} from '../../schema/names.ts';
import { validateLabels } from '../../schema/object-meta.ts';

/** Every text that is wrong as an error of one field. */
export function eachInvalid(path: string, value: unknown, texts: readonly string[]): FieldError[] {
  return texts.map((text) => invalid(path, value, text));
}

/** The integer of a member; 0 where there is none. */
export function integerAt(value: unknown, ...path: readonly string[]): number {
  const found = valueAt(value, ...path);
  return typeof found === 'number' ? found : 0;
}

/** The objects of a list. */
export function objectsAt(value: unknown, ...path: readonly string[]): JsonObject[] {
  return listAt(value, ...path).map((item) => (isObject(item) ? item : {}));
}

/** The texts of a list. */
export function textsAt(value: unknown, ...path: readonly string[]): string[] {
  return listAt(value, ...path).filter((item) => typeof item === 'string');
}

export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

export function nonNegative(value: unknown, path: string): FieldError[] {
  if (typeof value !== 'number' || value >= 0) return [];
  return [invalid(path, value, 'must be greater than or equal to 0')];
}

export const portNumber = (port: number): string[] =>
  port >= 1 && port <= 65_535 ? [] : ['must be between 1 and 65535, inclusive'];

export function portName(name: string): string[] {
  const errors: string[] = [];
  if (byteLength(name) > 15) errors.push(maxLengthError(15));
  if (!/^[-a-z0-9]+$/.test(name)) {
    errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(name)) errors.push('must contain at least one letter (a-z)');
  if (name.includes('--')) errors.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) errors.push('must not begin or end with a hyphen');
  return errors;
}

export function portNumberOrName(port: unknown, path: string): FieldError[] {
  if (typeof port === 'string') return eachInvalid(path, port, portName(port));
  const number = typeof port === 'number' ? port : 0;
  return eachInvalid(path, number, portNumber(number));
}

export function dnsLabel(value: string, path: string): FieldError[] {
  return eachInvalid(path, value, isDns1123Label(value));
}

export function dnsSubdomain(value: string, path: string): FieldError[] {
  return eachInvalid(path, value, isDns1123Subdomain(value));
}

const WILDCARD = '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*';

export function wildcardSubdomain(value: string): string[] {
  const errors = byteLength(value) > 253 ? [maxLengthError(253)] : [];
  if (new RegExp(`^${WILDCARD}$`).test(value)) return errors;
  const message =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
  return [...errors, regexError(message, WILDCARD, '*.example.com')];
}

export function qualifiedName(value: string, path: string): FieldError[] {
  return eachInvalid(path, value, isQualifiedName(value));
}

/** A key of a ConfigMap or Secret. */
export function configMapKey(key: string): string[] {
  const errors: string[] = [];
  if (byteLength(key) > 253) errors.push(maxLengthError(253));
  if (!/^[-._a-zA-Z0-9]+$/.test(key)) {
    const message = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
    errors.push(regexError(message, '[-._a-zA-Z0-9]+', 'key.name', 'KEY_NAME', 'key-name'));
  }
  if (key === '.' || key === '..') errors.push(`must not be '${key}'`);
  else if (key.startsWith('..')) errors.push("must not start with '..'");
  return errors;
}

/** Source: ValidateLabelSelector of k8s.io/apimachinery/pkg/apis/meta/v1/validation. */
export function labelSelector(selector: unknown, path: string): FieldError[] {
  if (!isObject(selector)) return [];
  const errors = validateLabels(selector['matchLabels'], `${path}.matchLabels`);
  for (const [index, requirement] of objectsAt(selector, 'matchExpressions').entries()) {
    errors.push(...selectorRequirement(requirement, `${path}.matchExpressions[${index}]`));
  }
  return errors;
}

function selectorRequirement(requirement: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const operator = stringAt(requirement, 'operator');
  const values = textsAt(requirement, 'values');
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      errors.push(forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    }
  } else {
    errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  }
  const key = stringAt(requirement, 'key');
  errors.push(...qualifiedName(key, `${path}.key`));
  values.forEach((value, index) => errors.push(...eachInvalid(`${path}.values[${index}]`, value, isLabelValue(value))));
  return errors;
}

/** A selector as messages show it. */
export const asSelector = (selector: unknown): unknown =>
  GoStruct.ordered(selector, ['matchLabels', 'matchExpressions']);

/**
 * Whether labels match a selector; undefined for a selector that is none. No selector matches nothing, an empty one all.
 */
export function selectorMatches(selector: unknown, labels: JsonObject): boolean | undefined {
  if (!isObject(selector)) return false;
  const wanted = Object.entries(isObject(selector['matchLabels']) ? selector['matchLabels'] : {});
  const sound = wanted.every(
    ([key, value]) =>
      isQualifiedName(key).length === 0 && typeof value === 'string' && isLabelValue(value).length === 0,
  );
  if (!sound) return undefined;
  let matches = wanted.every(([key, value]) => labels[key] === value);
  for (const { key, operator, values } of objectsAt(selector, 'matchExpressions').map(readRequirement)) {
    if (isQualifiedName(key).length > 0 || values.some((value) => isLabelValue(value).length > 0)) return undefined;
    const has = Object.hasOwn(labels, key);
    const among = has && values.some((value) => value === labels[key]);
    switch (operator) {
      case 'In':
      case 'NotIn':
        if (values.length === 0) return undefined;
        matches &&= operator === 'In' ? among : !among;
        break;
      case 'Exists':
      case 'DoesNotExist':
        if (values.length > 0) return undefined;
        matches &&= operator === 'Exists' ? has : !has;
        break;
      default:
        return undefined;
    }
  }
  return matches;
}

function readRequirement(requirement: JsonObject): { key: string; operator: string; values: string[] } {
  return {
    key: stringAt(requirement, 'key'),
    operator: stringAt(requirement, 'operator'),
    values: textsAt(requirement, 'values'),
  };
}

export function isEmptySelector(selector: unknown): boolean {
  if (!isObject(selector)) return false;
  const labels = isObject(selector['matchLabels']) ? Object.keys(selector['matchLabels']).length : 0;
  return labels + listAt(selector, 'matchExpressions').length === 0;
}

/** `25%` or an integer of at least 0. */
export function intOrPercent(value: unknown, path: string): FieldError[] {
  if (typeof value !== 'string') return nonNegative(value, path);
  if (/^[0-9]+%$/.test(value)) return [];
  const message = "a valid percent string must be a numeric string followed by an ending '%'";
  return [invalid(path, value, regexError(message, '[0-9]+%', '1%', '93%'))];
}

export function notMoreThanAll(value: unknown, path: string): FieldError[] {
  const percent = typeof value === 'string' && /^[0-9]+%$/.test(value) ? Number.parseInt(value, 10) : 0;
  return percent > 100 ? [invalid(path, value, 'must not be greater than 100%')] : [];
}

/** The number of an integer or of a percentage. */
export function intOrPercentValue(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? Number.parseInt(value, 10) || 0 : 0;
}

/** One of some texts; '' is missing. */
export function oneOf(value: unknown, path: string, supported: readonly string[]): FieldError[] {
  if (!isGiven(value) || value === '') return [required(path)];
  return typeof value === 'string' && supported.includes(value) ? [] : [notSupported(path, value, supported)];
}
