/**
 * Values as Go prints them: messages of the API server quote values by `%q`, `%v` and `json.Marshal`,
 * and clients and tests compare those messages.
 */
import { isArray, isObject } from './json.ts';

/** What Go's string literals have a letter for. */
export const SHORT_ESCAPES: Readonly<Record<string, string | undefined>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
};

/** `%q`: a double-quoted Go string literal. Printable characters stay as they are. */
export function quote(text: string): string {
  let out = '"';
  for (const char of text) {
    const short = SHORT_ESCAPES[char];
    if (short !== undefined) out += short;
    else if (/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(char)) out += char;
    else out += escapeCodePoint(char.codePointAt(0) ?? 0);
  }
  return `${out}"`;
}

function escapeCodePoint(code: number): string {
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}

/** `%v` of a number: integers plainly, floats with the shortest digits and an exponent below 1e-4 and from 1e21 on. */
export function formatNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return BigInt(value).toString();
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e21)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  return String(value);
}

/**
 * An object that Go prints as a struct: its fields in the order of their declaration, by the names and with the zero
 * values that the type has, which may be an internal one.
 */
export class GoStruct {
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(fields: Readonly<Record<string, unknown>>) {
    this.fields = fields;
  }

  /** A struct whose empty fields are left out. */
  static ordered(value: unknown, names: readonly string[]): unknown {
    if (!isObject(value)) return value;
    const given = names.filter((name) => value[name] !== undefined);
    return new GoStruct(Object.fromEntries(given.map((name) => [name, value[name]])));
  }
}

/** `json.Marshal`: members sorted by name, but those of structs, `<`, `>` and `&` escaped. */
export function marshalJson(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (value instanceof GoStruct) {
    const members = Object.entries(value.fields).map(([key, member]) => `${marshalString(key)}:${marshalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  if (isArray(value)) return `[${value.map((item) => marshalJson(item)).join(',')}]`;
  if (isObject(value)) {
    const members = Object.keys(value)
      .sort(compareStrings)
      .map((key) => `${marshalString(key)}:${marshalJson(value[key])}`);
    return `{${members.join(',')}}`;
  }
  return typeof value === 'string' ? marshalString(value) : JSON.stringify(value);
}

function marshalString(text: string): string {
  return JSON.stringify(text).replace(/[<>&\u2028\u2029\u007f]/g, (char) =>
    char === '\u007f' ? char : `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

/** `%v` of a value that was read from JSON: `map[a:1 b:[x y]]`. */
export function formatGoValue(value: unknown): string {
  if (value === undefined || value === null) return '<nil>';
  if (isArray(value)) return `[${value.map(formatGoValue).join(' ')}]`;
  if (isObject(value)) {
    const members = Object.keys(value).sort(compareStrings);
    return `map[${members.map((key) => `${key}:${formatGoValue(value[key])}`).join(' ')}]`;
  }
  if (typeof value === 'number') return formatNumber(value);
  return typeof value === 'string' ? value : String(value === true);
}

/** Order of Go strings: by UTF-8 bytes, which is by code point, which `<` of JavaScript is not beyond U+FFFF. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const surrogateX = x >= 0xd800 && x <= 0xdfff;
    const surrogateY = y >= 0xd800 && y <= 0xdfff;
    if (surrogateX !== surrogateY) return surrogateX ? 1 : -1;
    return x < y ? -1 : 1;
  }
  return a.length < b.length ? -1 : 1;
}

/** Length in UTF-8 bytes, which is what `len` of a Go string gives. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** Number of characters, which is what `utf8.RuneCount` gives. */
export function characterCount(text: string): number {
  const pairs = text.match(/[\ud800-\udbff][\udc00-\udfff]/g);
  return text.length - (pairs?.length ?? 0);
}
