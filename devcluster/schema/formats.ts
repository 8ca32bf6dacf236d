/**
 * The string formats that schemas of CustomResourceDefinitions can ask for; unknown ones are ignored, as the real server does.
 * Sources: k8s.io/kube-openapi/pkg/validation/strfmt, supportedVersionedFormats of apiextensions-apiserver 1.37.
 * Not exact: `email` knows no comments, folding or encoded words of RFC 5322.
 */
import { isIPv6 } from 'node:net';

type FormatCheck = (value: string) => boolean;

const matches =
  (pattern: RegExp): FormatCheck =>
  (value) =>
    pattern.test(value);

const SHORT_NAME = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const HEX = '[0-9a-f]';
const uuid = (version: string, variant: string): FormatCheck =>
  matches(new RegExp(`^${HEX}{8}-?${HEX}{4}-?${version}${HEX}{3}-?${variant}${HEX}{3}-?${HEX}{12}$`, 'i'));

/** By name without dashes: `date-time` and `datetime` are the same. */
const FORMATS: ReadonlyMap<string, FormatCheck> = new Map<string, FormatCheck>([
  ['bsonobjectid', matches(/^[0-9a-fA-F]{24}$/)],
  ['uri', isRequestUri],
  ['email', isEmail],
  ['hostname', isHostname],
  ['ipv4', (value) => isIp(value) && value.includes('.')],
  ['ipv6', (value) => isIpv6Literal(value)],
  ['cidr', isCidr],
  ['mac', isMac],
  ['uuid', uuid(HEX, HEX)],
  ['uuid3', uuid('3', HEX)],
  ['uuid4', uuid('4', '[89ab]')],
  ['uuid5', uuid('5', '[89ab]')],
  ['isbn', (value) => isIsbn10(value) || isIsbn13(value)],
  ['isbn10', isIsbn10],
  ['isbn13', isIsbn13],
  ['creditcard', isCreditCard],
  ['ssn', (value) => value.length === 11 && /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(value)],
  ['hexcolor', matches(/^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/)],
  ['rgbcolor', isRgbColor],
  ['byte', matches(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/)],
  ['password', () => true],
  ['date', isDate],
  ['duration', isDuration],
  ['datetime', isDateTime],
  ['k8sshortname', (value) => value.length <= 63 && new RegExp(`^${SHORT_NAME}$`).test(value)],
  ['k8slongname', (value) => value.length <= 253 && new RegExp(`^${SHORT_NAME}(\\.${SHORT_NAME})*$`).test(value)],
]);

/** The check of a string format; undefined for one that the API server does not know and so ignores. */
export function stringFormat(format: string): FormatCheck | undefined {
  return FORMATS.get(format.replaceAll('-', ''));
}

function isRequestUri(value: string): boolean {
  if (value === '' || hasControlCharacter(value)) return false;
  if (value === '*') return true;
  if (value.startsWith(':')) return false;
  const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]*:/.exec(value)?.[0] ?? '';
  const rest = value.slice(scheme.length).split('?', 1)[0] ?? '';
  if (!rest.startsWith('/')) return scheme !== '';
  let path = rest;
  if (scheme !== '' && rest.startsWith('//')) {
    const end = rest.indexOf('/', 2);
    const authority = end < 0 ? rest.slice(2) : rest.slice(2, end);
    path = end < 0 ? '' : rest.slice(end);
    if (!isAuthority(authority)) return false;
  }
  return !/%(?![0-9a-fA-F]{2})/.test(path);
}

function hasControlCharacter(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

function isAuthority(authority: string): boolean {
  const at = authority.lastIndexOf('@');
  const userinfo = at < 0 ? '' : authority.slice(0, at);
  const host = authority.slice(at + 1);
  if (!/^(?:[A-Za-z0-9\-._:~!$&'()*+,;=@]|%[0-9a-fA-F]{2})*$/.test(userinfo)) return false;
  if (host.startsWith('[')) return /^\[[^[\]]*\](:\d*)?$/.test(host);
  const port = host.indexOf(':');
  const name = port < 0 ? host : host.slice(0, port);
  if (port >= 0 && !/^\d*$/.test(host.slice(port + 1))) return false;
  return !/[ "<>\\^`{|}[\]]|%(?![89a-fA-F][0-9a-fA-F])/.test(name);
}

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\u0080-\\uffff-]+";
const ADDRESS = `(?:${ATOM}(?:\\.${ATOM})*|"(?:[^"\\\\]|\\\\.)*")@(?:${ATOM}(?:\\.${ATOM})*|\\[[^\\]\\\\]*\\])`;
const PLAIN_ADDRESS = new RegExp(`^\\s*${ADDRESS}\\s*$`);
const NAMED_ADDRESS = new RegExp(`^\\s*(?:"(?:[^"\\\\]|\\\\.)*"|${ATOM}(?:[ .]+${ATOM})*)?\\s*<${ADDRESS}>\\s*$`);

function isEmail(value: string): boolean {
  return PLAIN_ADDRESS.test(value) || NAMED_ADDRESS.test(value);
}

const HOSTNAME =
  /^([a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)|([a-zA-Z0-9\p{S}\p{L}](([a-zA-Z0-9\-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)(\.)){1,}([a-zA-Z\p{L}]){2,63})$/u;

function isHostname(value: string): boolean {
  if (Buffer.byteLength(value) > 255) return false;
  return HOSTNAME.test(value) && value.split('.').every((label) => Buffer.byteLength(label) <= 63);
}

/** Leading zeros are tolerated, as Go did before 1.17. */
function isIpv4Literal(value: string): boolean {
  return /^\d+(\.\d+){3}$/.test(value) && value.split('.').every((part) => Number(part) <= 255);
}

function isIpv6Literal(value: string): boolean {
  return !value.includes('%') && isIPv6(value);
}

function isIp(value: string): boolean {
  return isIpv4Literal(value) || isIpv6Literal(value);
}

function isCidr(value: string): boolean {
  const slash = value.indexOf('/');
  if (slash < 0) return false;
  const address = value.slice(0, slash);
  const bits = value.slice(slash + 1);
  return isIp(address) && /^\d{1,3}$/.test(bits) && Number(bits) <= (isIpv4Literal(address) ? 32 : 128);
}

function isMac(value: string): boolean {
  return [6, 8, 20].some((bytes) => {
    const pairs = `[0-9a-fA-F]{2}([:-])[0-9a-fA-F]{2}(?:\\1[0-9a-fA-F]{2}){${bytes - 2}}`;
    const quads = `[0-9a-fA-F]{4}(?:\\.[0-9a-fA-F]{4}){${bytes / 2 - 1}}`;
    return new RegExp(`^(?:${pairs}|${quads})$`).test(value);
  });
}

const digit = (text: string, index: number): number => text.charCodeAt(index) - 48;

function isIsbn10(value: string): boolean {
  const code = value.replace(/[\s-]+/g, '');
  if (!/^(?:[0-9]{9}X|[0-9]{10})$/.test(code)) return false;
  let sum = code.endsWith('X') ? 100 : 10 * digit(code, 9);
  for (let i = 0; i < 9; i++) sum += (i + 1) * digit(code, i);
  return sum % 11 === 0;
}

function isIsbn13(value: string): boolean {
  const code = value.replace(/[\s-]+/g, '');
  if (!/^[0-9]{13}$/.test(code)) return false;
  let sum = 0;
  for (let i = 0; i < 12; i++) sum += (i % 2 === 0 ? 1 : 3) * digit(code, i);
  return digit(code, 12) === (10 - (sum % 10)) % 10;
}

const CREDIT_CARD =
  /^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\d{3})\d{11})$/;

function isCreditCard(value: string): boolean {
  const digits = value.replace(/[^0-9]+/g, '');
  if (!CREDIT_CARD.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const doubled = digit(digits, digits.length - 1 - i) * (i % 2 === 1 ? 2 : 1);
    sum += doubled >= 10 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

function isRgbColor(value: string): boolean {
  const channel = '(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])';
  return new RegExp(`^rgb\\(\\s*${channel}\\s*,\\s*${channel}\\s*,\\s*${channel}\\s*\\)$`).test(value);
}

function isDate(value: string): boolean {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value);
  if (parts === null) return false;
  const [, year, month, day] = parts.map(Number);
  if (year === undefined || month === undefined || day === undefined || month < 1 || month > 12) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return day >= 1 && day <= days;
}

function isDateTime(value: string): boolean {
  const [date, time] = value.toLowerCase().split('t');
  if (date === undefined || time === undefined || !isDate(date)) return false;
  const parts = /^([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))$/.exec(time);
  if (parts === null) return false;
  const [, hour = '', minute = '', second = ''] = parts;
  return hour <= '23' && minute <= '59' && second <= '59';
}

/** A duration of Go, or of Scala: `22 ns`, `2 weeks`. */
function isDuration(value: string): boolean {
  if (/^[-+]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/.test(value)) return true;
  for (const match of value.matchAll(/\d+\s*([A-Za-zµ]+)/g)) {
    const unit = (match[1] ?? '').toLowerCase();
    if (['ns', 'us', 'µs', 'ms', 's', 'm', 'min', 'h', 'hr', 'd', 'w', 'wk'].includes(unit)) return true;
    if (['nano', 'micro', 'milli', 'sec', 'min', 'hour', 'day', 'week'].some((long) => unit.startsWith(long)))
      return true;
  }
  return false;
}
