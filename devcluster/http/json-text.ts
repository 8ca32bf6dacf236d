import { isArray, isObject, MAX_DEPTH, setMember } from '../schema/json.ts';
import { quote } from '../schema/go-text.ts';
import type { JsonObject } from '../schema/json.ts';

/** A text that is no JSON; the message is Go's. */
export class JsonSyntaxError extends Error {}

/** A number that cannot be held. */
export class JsonNumberError extends JsonSyntaxError {}

/** Parses JSON. Throws a {@link JsonSyntaxError}. */
export function parseJson(text: string): unknown {
  checkDepth(text);
  if (SUSPICIOUS.test(text)) return new Reader(text).read();
  try {
    return JSON.parse(text);
  } catch {
    return new Reader(text).read();
  }
}

/** What may be more than a number can hold, or half of a character, which JSON.parse takes. */
const SUSPICIOUS = /\d{16}|[eE]\+?\d{3}|\\u[dD][89a-fA-F]/;

/**
 * A real server keeps integers of 64 bits, and rounds what is larger. Here numbers have 53 bits: an integer that would not come back as it
 * was written is refused and never rounded.
 */
export function checkNumber(literal: string): void {
  const value = Number(literal);
  if (!Number.isFinite(value)) {
    throw new JsonNumberError(`json: cannot unmarshal number ${literal} into Go value of type float64`);
  }
  if (!/^-?\d+$/.test(literal) || Math.abs(value) > 2 ** 63 || String(value) === literal || literal === '-0') return;
  throw new JsonNumberError(`the embedded cluster cannot hold ${literal} exactly: write it as a string`);
}

/**
 * The members that occur twice in one object, as `fieldValidation` tells them: `duplicate field "spec.replicas"`. `value` is
 * what the text parses to: where it has as many members as the text has colons, there is nothing to look for.
 */
export function duplicateFields(text: string, value: unknown): readonly string[] {
  if (countColons(text) === countMembers(value)) return [];
  const reader = new Reader(text);
  reader.read();
  return [...new Set(reader.duplicates)].map((path) => `duplicate field ${quote(path)}`);
}

/** Before anything recursive sees the text. */
function checkDepth(text: string): void {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) quoted = !quoted;
    else if (quoted) at += code === BACKSLASH ? 1 : 0;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (++depth > MAX_DEPTH) throw new JsonSyntaxError(`invalid character '${text.charAt(at)}' exceeded max depth`);
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--;
  }
}

const [QUOTE, BACKSLASH, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d];

function countColons(text: string): number {
  let count = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) quoted = !quoted;
    else if (code === 0x5c && quoted) at++;
    else if (code === 0x3a && !quoted) count++;
  }
  return count;
}

function countMembers(value: unknown): number {
  if (isArray(value)) return value.reduce<number>((sum, item) => sum + countMembers(item), 0);
  if (!isObject(value)) return 0;
  return Object.values(value).reduce<number>((sum, member) => sum + 1 + countMembers(member), 0);
}

const END = 'unexpected end of JSON input';
const WHITE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;

/** Slow and exact, for texts that JSON.parse refuses or that have duplicates. */
class Reader {
  readonly duplicates: string[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): unknown {
    const value = this.#value('');
    this.#match(WHITE);
    if (this.#at < this.#text.length) throw this.#unexpected('after top-level value');
    return value;
  }

  #value(path: string): unknown {
    this.#match(WHITE);
    const next = this.#text.charAt(this.#at);
    if (next === '{') return this.#object(path);
    if (next === '[') return this.#array(path);
    const literal = this.#match(next === '"' ? STRING : /[-\d]/.test(next) ? NUMBER : WORD);
    if (literal === undefined || literal === '') throw this.#unexpected('looking for beginning of value');
    if (/^[-\d]/.test(literal)) checkNumber(literal);
    return parseLiteral(literal);
  }

  #object(path: string): JsonObject {
    const object: JsonObject = {};
    this.#at++;
    for (let first = true; ; first = false) {
      this.#match(WHITE);
      if (first && this.#take('}')) return object;
      const literal = this.#match(STRING);
      if (literal === undefined) throw this.#unexpected('looking for beginning of object key string');
      const key = String(parseLiteral(literal));
      const memberPath = path === '' ? key : `${path}.${key}`;
      if (Object.hasOwn(object, key)) this.duplicates.push(memberPath);
      this.#match(WHITE);
      if (!this.#take(':')) throw this.#unexpected('after object key');
      setMember(object, key, this.#value(memberPath));
      this.#match(WHITE);
      if (this.#take('}')) return object;
      if (!this.#take(',')) throw this.#unexpected('after object key:value pair');
    }
  }

  #array(path: string): unknown[] {
    const items: unknown[] = [];
    this.#at++;
    this.#match(WHITE);
    if (this.#take(']')) return items;
    for (;;) {
      items.push(this.#value(`${path}[${items.length}]`));
      this.#match(WHITE);
      if (this.#take(']')) return items;
      if (!this.#take(',')) throw this.#unexpected('after array element');
    }
  }

  #take(char: string): boolean {
    if (this.#text.charAt(this.#at) !== char) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #unexpected(where: string): JsonSyntaxError {
    const char = this.#text.charAt(this.#at);
    if (char === '') return new JsonSyntaxError(END);
    return new JsonSyntaxError(`invalid character '${char === "'" ? "\\'" : char}' ${where}`);
  }
}

/** What a pattern cannot tell: control characters in a string. */
function parseLiteral(literal: string): unknown {
  try {
    const value: unknown = JSON.parse(literal);
    return typeof value === 'string' ? value.toWellFormed() : value;
  } catch {
    throw new JsonSyntaxError('invalid character in string literal');
  }
}
