/**
 * The rules of names, label keys and values: each function returns what is wrong, in the real server's words; nothing = fine.
 * Source: k8s.io/apimachinery/pkg/api/validate/content and pkg/util/validation.
 */
import { byteLength } from './go-text.ts';

export type NameRule = (name: string, prefix?: boolean) => readonly string[];

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const DNS_1035_LABEL = '[a-z]([-a-z0-9]*[a-z0-9])?';
const LABEL_KEY = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

const LABEL_PATTERN = new RegExp(`^${LABEL}$`);
const SUBDOMAIN_PATTERN = new RegExp(`^${SUBDOMAIN}$`);
const DNS_1035_PATTERN = new RegExp(`^${DNS_1035_LABEL}$`);
const LABEL_KEY_PATTERN = new RegExp(`^${LABEL_KEY}$`);
const LABEL_VALUE_PATTERN = new RegExp(`^(${LABEL_KEY})?$`);

export const maxLengthError = (length: number): string => `must be no more than ${length} characters`;

/** Of labels; two packages of the server word it differently, and both count bytes. */
const maxBytesError = (length: number): string => `must be no more than ${length} bytes`;

export function regexError(message: string, pattern: string, ...examples: readonly string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${pattern}')`;
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return `${message} (e.g. ${shown}regex used for validation is '${pattern}')`;
}

export function isDns1123Label(name: string): string[] {
  const errors: string[] = [];
  if (byteLength(name) > 63) errors.push(maxLengthError(63));
  if (LABEL_PATTERN.test(name)) return errors;
  if (SUBDOMAIN_PATTERN.test(name)) return [...errors, 'must not contain dots'];
  const message =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  return [...errors, regexError(message, LABEL, 'my-name', '123-abc')];
}

export function isDns1123Subdomain(name: string, lengthError = maxLengthError): string[] {
  const errors: string[] = [];
  if (byteLength(name) > 253) errors.push(lengthError(253));
  if (SUBDOMAIN_PATTERN.test(name)) return errors;
  const message =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  return [...errors, regexError(message, SUBDOMAIN, 'example.com')];
}

export function isDns1035Label(name: string): string[] {
  const errors: string[] = [];
  if (byteLength(name) > 63) errors.push(maxLengthError(63));
  if (DNS_1035_PATTERN.test(name)) return errors;
  const message =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
  return [...errors, regexError(message, DNS_1035_LABEL, 'my-name', 'abc-123')];
}

/** A label's key, an annotation's key, a finalizer's name. */
export function isQualifiedName(value: string): string[] {
  const message =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  const rule = regexError(message, LABEL_KEY, 'MyName', 'my.name', '123-abc');
  const parts = value.split('/');
  if (parts.length > 2) {
    return [`a valid label key ${rule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const errors: string[] = [];
  const name = parts.at(-1) ?? '';
  if (parts.length === 2) {
    const prefix = parts[0] ?? '';
    if (prefix === '') errors.push('prefix part must be non-empty');
    else errors.push(...isDns1123Subdomain(prefix, maxBytesError).map((error) => `prefix part ${error}`));
  }
  if (name === '') errors.push('name part must be non-empty');
  else if (byteLength(name) > 63) errors.push(`name part ${maxBytesError(63)}`);
  if (!LABEL_KEY_PATTERN.test(name)) errors.push(`name part ${rule}`);
  return errors;
}

export function isLabelValue(value: string): string[] {
  const errors: string[] = [];
  if (byteLength(value) > 63) errors.push(maxBytesError(63));
  if (LABEL_VALUE_PATTERN.test(value)) return errors;
  const message =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  return [...errors, regexError(message, `(${LABEL_KEY})?`, 'MyValue', 'my_value', '12345')];
}

/** A name that can be a segment of a path; RBAC's names are such. */
export function isPathSegment(name: string, prefix = false): string[] {
  if (!prefix && (name === '.' || name === '..')) return [`may not be '${name}'`];
  return ['/', '%'].filter((part) => name.includes(part)).map((part) => `may not contain '${part}'`);
}

/** With a prefix (generateName) a trailing dash is fine: something will follow. */
function maskTrailingDash(name: string, prefix: boolean): string {
  return prefix && name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;
}

export const nameIsDnsSubdomain: NameRule = (name, prefix = false) =>
  isDns1123Subdomain(maskTrailingDash(name, prefix));
export const nameIsDnsLabel: NameRule = (name, prefix = false) => isDns1123Label(maskTrailingDash(name, prefix));
export const nameIsDns1035Label: NameRule = (name, prefix = false) => isDns1035Label(maskTrailingDash(name, prefix));
export const nameIsPathSegment: NameRule = (name, prefix = false) => isPathSegment(name, prefix);
