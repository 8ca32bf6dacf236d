import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Pair, YAMLMap } from 'yaml';
import { FAULTS, ProjectError } from '../errors.ts';
import { asNode, keyText } from './source.ts';

/** Puts `text` in the place of `[from, to)`. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * A YAML text that is changed at single places and left alone everywhere else: comments, order, quotes, indentation and line ends
 * stay as their author wrote them. Offsets are those of `text`, which lacks a byte order mark.
 */
export class EditableYaml {
  readonly text: string;
  readonly #document: Document.Parsed;
  readonly #mark: string;
  readonly #what: string;

  /** `what` names the change in errors: `Adding the phase X`. Throws where the text is not one YAML document. */
  constructor(text: string, what: string) {
    this.#what = what;
    this.#mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
    this.text = text.slice(this.#mark.length);
    this.#document = parseDocument(this.text, { keepSourceTokens: true, prettyErrors: false });
    if (this.#document.errors.length > 0) this.refuse('the file is not valid YAML');
    const { contents } = this.#document;
    if (!isMap(contents) && !isNothing(contents)) this.refuse('the file does not hold keys and values');
  }

  /** The keys and values at the top; undefined where there is none yet. */
  get root(): YAMLMap | undefined {
    return asMap(this.#document.contents);
  }

  /** A copy of what the file says, as plain values. */
  model(): unknown {
    return this.#document.toJS() ?? {};
  }

  refuse(reason: string): never {
    throw new ProjectError([FAULTS.edit({ what: this.#what, reason })]);
  }

  /** The first offset after the line in which `offset` is. */
  lineAfter(offset: number): number {
    const end = this.text.indexOf('\n', offset);
    return end < 0 ? this.text.length : end + 1;
  }

  /** The first offset of the line in which `offset` is. */
  lineOf(offset: number): number {
    return this.text.lastIndexOf('\n', offset - 1) + 1;
  }

  /** Whole lines, to be inserted at the start of a line or at the text's end. */
  linesAt(offset: number, lines: string): Splice {
    const isCutOff = offset > 0 && this.text[offset - 1] !== '\n';
    const text = isCutOff ? `\n${lines}` : `${lines}\n`;
    const eol = /\r?\n/.exec(this.text)?.[0] ?? '\n';
    return { from: offset, to: offset, text: text.replaceAll('\n', eol) };
  }

  /** The text with the splices. Refuses where it would then say anything but `expected`. */
  apply(splices: readonly Splice[], expected: unknown): string {
    let result = this.text;
    for (const { from, to, text } of splices.toSorted((a, b) => b.from - a.from)) {
      result = result.slice(0, from) + text + result.slice(to);
    }
    if (!sameData(dataOf(result), expected)) this.refuse('the file is written in a way that cannot be changed safely');
    return this.#mark + result;
  }
}

/** What a text says; undefined where it says nothing that can be read: an alias may have lost what it refers to. */
function dataOf(text: string): unknown {
  const document = parseDocument(text, { prettyErrors: false });
  if (document.errors.length > 0) return undefined;
  try {
    return document.toJS();
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}

/** Ignores the order of keys: a new one stands where it reads best. */
function sameData(left: unknown, right: unknown): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => sameData(item, right[index]));
  }
  if (!isObject(left) || !isObject(right)) return Object.is(left, right);
  const [some, others] = [
    new Map<string, unknown>(Object.entries(left)),
    new Map<string, unknown>(Object.entries(right)),
  ];
  return (
    some.size === others.size && [...some].every(([key, value]) => others.has(key) && sameData(value, others.get(key)))
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asMap(value: unknown): YAMLMap | undefined {
  return isMap(value) ? value : undefined;
}

export function pairOf(map: YAMLMap | undefined, key: string): Pair | undefined {
  return map?.items.find((pair) => keyText(pair.key) === key);
}

/** The text of a pair's value, where it is one. */
export function textOf(pair: Pair | undefined): string | undefined {
  return isScalar(pair?.value) && typeof pair.value.value === 'string' ? pair.value.value : undefined;
}

/** The offset after the last character of a value, without what follows in its line. */
export function contentEnd(value: unknown): number {
  const node = asNode(value);
  if (isMap(node) && node.flow !== true) {
    const last = node.items.at(-1);
    if (last) return contentEnd(isNothing(last.value) ? last.key : last.value);
  }
  if (isSeq(node) && node.flow !== true) {
    const last = node.items.at(-1);
    if (last !== undefined && !isNothing(last)) return contentEnd(last);
  }
  return node?.range?.[1] ?? 0;
}

/** An empty value: `key:`. */
export function isNothing(value: unknown): boolean {
  const node = asNode(value);
  return node === null || (isScalar(node) && node.value === null && (node.source ?? '') === '');
}
