import { isArray, isObject } from '../schema/json.ts';

/**
 * The JSONPath of printer columns and selectable fields: members, indexes, slices, `*`, `..`, unions of names, and filters that
 * compare a path with a literal or ask whether it is there. Source: k8s.io/client-go/util/jsonpath. Functions, templates around
 * paths and arithmetic are not known there either.
 */
export type JsonPath = (value: unknown) => readonly unknown[];

type Step = (values: readonly unknown[]) => readonly unknown[];

/** Compiles `.spec.ports[0].port`; undefined where the text is no path. */
export function compileJsonPath(path: string): JsonPath | undefined {
  const steps = new PathReader(path.trim().replace(/^\{(.*)\}$/, '$1')).steps();
  if (!steps) return undefined;
  return (value) => steps.reduce<readonly unknown[]>((values, step) => step(values), [value]);
}

const NAME = /(?:\\.|[^.[\]\\ ])+/y;
const QUOTED = /'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"/y;
const SLICE = /(-?\d*):(-?\d*)(?::(\d+))?/y;
const INDEX = /-?\d+/y;

class PathReader {
  readonly #text: string;
  #at: number;

  constructor(text: string) {
    this.#text = text;
    this.#at = text.startsWith('$') || text.startsWith('@') ? 1 : 0;
  }

  steps(): Step[] | undefined {
    const steps: Step[] = [];
    while (this.#at < this.#text.length) {
      const step = this.#step(steps.length === 0);
      if (!step) return undefined;
      steps.push(step);
    }
    return steps;
  }

  #step(first: boolean): Step | undefined {
    if (this.#take('..')) {
      const member = this.#match(NAME);
      return (values) =>
        values.flatMap(descendants).flatMap((value) => (member ? memberOf(value, member[0]) : [value]));
    }
    if (this.#take('[')) {
      const step = this.#bracket();
      return step && this.#take(']') ? step : undefined;
    }
    if (!this.#take('.') && !first) return undefined;
    if (this.#at === this.#text.length) return (values) => values;
    if (this.#text.charAt(this.#at) === '[') return this.#step(false);
    if (this.#take('*')) return (values) => values.flatMap(members);
    const name = this.#match(NAME)?.[0].replaceAll(/\\(.)/g, '$1');
    return name === undefined ? undefined : (values) => values.flatMap((value) => memberOf(value, name));
  }

  #bracket(): Step | undefined {
    if (this.#take('*')) return (values) => values.flatMap(members);
    if (this.#take('?(')) return this.#filter();
    const names: string[] = [];
    for (let quoted = this.#match(QUOTED); quoted; quoted = this.#match(QUOTED)) {
      names.push((quoted[1] ?? quoted[2] ?? '').replaceAll(/\\(.)/g, '$1'));
      if (!this.#take(',')) break;
    }
    if (names.length > 0) {
      return (values) => values.flatMap((value) => names.flatMap((name) => memberOf(value, name)));
    }
    const slice = this.#match(SLICE);
    if (slice) {
      const [, from = '', to = '', by = '1'] = slice;
      return (values) => values.flatMap((value) => sliced(value, from, to, Number(by)));
    }
    const index = this.#match(INDEX);
    return index ? (values) => values.flatMap((value) => itemOf(value, Number(index[0]))) : undefined;
  }

  /** `@.type=="Ready"`, `@.type` */
  #filter(): Step | undefined {
    const end = this.#closing();
    if (end < 0) return undefined;
    const text = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    const compared = /^(.*?)\s*(==|!=|<=|>=|<|>)\s*(.*)$/.exec(text);
    const path = compileJsonPath((compared?.[1] ?? text).trim());
    if (!path) return undefined;
    if (!compared) return (values) => values.flatMap(members).filter((item) => path(item).length > 0);
    const [, , operator = '', right = ''] = compared;
    const literal = readLiteral(right.trim());
    return (values) => values.flatMap(members).filter((item) => compare(path(item)[0], operator, literal));
  }

  /** The place of the parenthesis that ends a filter; quoted ones do not count. */
  #closing(): number {
    let quote = '';
    for (let at = this.#at; at < this.#text.length; at++) {
      const char = this.#text.charAt(at);
      if (quote !== '') quote = char === quote ? '' : quote;
      else if (char === '"' || char === "'") quote = char;
      else if (char === ')') return at;
    }
    return -1;
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found) this.#at += found[0].length;
    return found;
  }
}

function memberOf(value: unknown, name: string): unknown[] {
  return isObject(value) && Object.hasOwn(value, name) ? [value[name]] : [];
}

function itemOf(value: unknown, index: number): unknown[] {
  const item: unknown = isArray(value) ? value.at(index) : undefined;
  return item === undefined ? [] : [item];
}

function sliced(value: unknown, from: string, to: string, by: number): unknown[] {
  if (!isArray(value)) return [];
  const part = value.slice(from === '' ? 0 : Number(from), to === '' ? undefined : Number(to));
  return part.filter((_, index) => index % by === 0);
}

function members(value: unknown): unknown[] {
  if (isArray(value)) return value;
  return isObject(value) ? Object.values(value) : [];
}

function descendants(value: unknown): unknown[] {
  return [value, ...members(value).flatMap(descendants)];
}

function readLiteral(text: string): unknown {
  const quoted = /^(['"])(.*)\1$/.exec(text);
  if (quoted) return quoted[2];
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function compare(left: unknown, operator: string, right: unknown): boolean {
  if (left === undefined) return false;
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  const ordered =
    (typeof left === 'number' && typeof right === 'number') || (typeof left === 'string' && typeof right === 'string');
  if (!ordered) return false;
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  return operator === '>' ? left > right : left >= right;
}
