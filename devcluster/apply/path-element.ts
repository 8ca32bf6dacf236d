/**
 * One step of a field path, in the text that `fieldsV1` has for it; equal steps have equal texts.
 * - `f:<name>`  a member of an object
 * - `k:<json>`  an item of a list of type map, by its keys, sorted by name
 * - `v:<json>`  an item of a set, by its value
 * - `i:<n>`     an item of an atomic list; only in messages
 * Source: sigs.k8s.io/structured-merge-diff/v6/fieldpath PathElement and its serialisation.
 */
import { compareStrings, formatNumber, marshalJson, quote } from '../schema/go-text.ts';
import { isArray, isObject, type JsonObject } from '../schema/json.ts';

export type PathElement = string;

export const fieldElement = (name: string): PathElement => `f:${name}`;
export const keyElement = (keys: JsonObject): PathElement => `k:${marshalJson(keys)}`;
export const valueElement = (value: unknown): PathElement => `v:${marshalJson(value)}`;
export const indexElement = (index: number): PathElement => `i:${index}`;

/** The member's name; undefined for a step that is none. */
export function fieldName(element: PathElement): string | undefined {
  return element.startsWith('f:') ? element.slice(2) : undefined;
}

export function isKeyElement(element: PathElement): boolean {
  return element.startsWith('k:');
}

/**
 * A step as others wrote it, in our text. Undefined for a kind of step that is not known (it is ignored).
 * @throws SyntaxError for one that cannot be read.
 */
export function readElement(text: string): PathElement | undefined {
  if (text.length < 2) throw new SyntaxError('key must be 2 characters long:');
  if (text[1] !== ':') throw new SyntaxError(`missing colon: ${text}`);
  switch (text.charAt(0)) {
    case 'f':
      return text;
    case 'v':
      return valueElement(JSON.parse(text.slice(2)));
    case 'k': {
      const keys: unknown = JSON.parse(text.slice(2));
      if (!isObject(keys)) throw new SyntaxError(`not an object: ${text}`);
      return keyElement(keys);
    }
    case 'i':
      if (!/^[+-]?\d+$/.test(text.slice(2))) throw new SyntaxError(`not a number: ${text}`);
      return indexElement(Number(text.slice(2)));
    default:
      return undefined;
  }
}

/** As in messages: `.spec`, `[name="web"]`, `[="a"]`, `[0]`. */
export function elementText(element: PathElement): string {
  const content = element.slice(2);
  switch (element.charAt(0)) {
    case 'f':
      return `.${content}`;
    case 'k': {
      const keys: unknown = JSON.parse(content);
      const parts = Object.entries(isObject(keys) ? keys : {}).map(([name, value]) => `${name}=${valueText(value)}`);
      return `[${parts.join(',')}]`;
    }
    case 'v':
      return `[=${valueText(JSON.parse(content))}]`;
    default:
      return `[${content}]`;
  }
}

export function pathText(path: readonly PathElement[]): string {
  return path.map(elementText).join('');
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return formatNumber(value);
  if (isArray(value)) return `[${value.map(valueText).join(',')}]`;
  if (isObject(value)) {
    return Object.entries(value)
      .map(([key, member]) => `${key}=${valueText(member)}`)
      .join('');
  }
  return value === true ? 'true' : 'false';
}

const KIND_ORDER = 'fkvi';

/** The order of steps in `fieldsV1`: members by name, then keys, values, indexes. */
export function compareElements(a: PathElement, b: PathElement): number {
  if (a === b) return 0;
  const kind = KIND_ORDER.indexOf(a.charAt(0)) - KIND_ORDER.indexOf(b.charAt(0));
  if (kind !== 0) return kind;
  if (a.startsWith('f:')) return compareStrings(a, b);
  return compareValues(JSON.parse(a.slice(2)), JSON.parse(b.slice(2)));
}

/** Numbers, then strings, booleans, lists, objects, null. Objects compare by their members in order of name. */
function compareValues(a: unknown, b: unknown): number {
  const rank = rankOf(a) - rankOf(b);
  if (rank !== 0) return rank;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (isArray(a) && isArray(b)) return compareSequences(a, b, compareValues);
  if (isObject(a) && isObject(b)) {
    return compareSequences(Object.entries(a), Object.entries(b), ([name, value], [otherName, otherValue]) => {
      return compareStrings(name, otherName) || compareValues(value, otherValue);
    });
  }
  return 0;
}

function rankOf(value: unknown): number {
  if (isArray(value)) return 3;
  if (isObject(value)) return 4;
  if (typeof value === 'number') return 0;
  if (typeof value === 'string') return 1;
  return typeof value === 'boolean' ? 2 : 5;
}

function compareSequences<T>(a: readonly T[], b: readonly T[], compare: (x: T, y: T) => number): number {
  for (const [index, item] of a.entries()) {
    const other = b[index];
    if (index >= b.length || other === undefined) return 1;
    const order = compare(item, other);
    if (order !== 0) return order;
  }
  return a.length < b.length ? -1 : 0;
}
