import { LineCounter, isAlias, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import type { Alias, Document, Node, ParsedNode, Scalar, YAMLError, YAMLMap, YAMLSeq } from 'yaml';
import type { Fault } from '../errors.ts';
import { FAULTS } from '../errors.ts';
import { leftMarker } from '../regeneration/merge/lines.ts';

/** Keys and indexes from the root: `['phases', 1, 'name']`. */
export type Path = readonly (string | number)[];

/** `phases[1].name` */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    if (!/^[A-Za-z_][\w-]*$/.test(step)) return `${text}["${step}"]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

/** A YAML file's text and what was parsed from it; tells where in the text a path stands. */
export class Source {
  readonly file: string;
  readonly #text: string;
  readonly #lines: LineCounter;
  readonly #document: Document.Parsed | undefined;

  constructor(file: string, text: string, lines: LineCounter, document: Document.Parsed | undefined) {
    this.file = file;
    this.#text = text;
    this.#lines = lines;
    this.#document = document;
  }

  /** The root; null where the document is empty. */
  get root(): ParsedNode | null {
    return this.#document?.contents ?? null;
  }

  /** From 1, in characters. */
  position(offset: number): { line: number; column: number } {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  /** What a mapping of this file holds, aliases followed. */
  valueOf(node: Node | null): Readonly<Record<string, unknown>> {
    const value: unknown = this.#document && node ? node.toJS(this.#document) : {};
    return typeof value === 'object' && value !== null ? { ...value } : {};
  }

  /** Whether the file says something at this path. */
  has(path: Path): boolean {
    return this.#nodeAt(path) !== null;
  }

  /** The text at this path as it is written, right or wrong; undefined where there is none. */
  textAt(path: Path): string | undefined {
    const node = this.follow(this.#nodeAt(path));
    if (!isScalar(node) || node.value === null) return undefined;
    return typeof node.value === 'string' ? node.value : node.source;
  }

  #nodeAt(path: Path): Node | null {
    let node: Node | null | undefined = this.root;
    for (const step of path) {
      const container = this.follow(node);
      if (isMap(container)) node = asNode(container.items.find((item) => keyText(item.key) === step)?.value);
      else if (isSeq(container) && typeof step === 'number') node = asNode(container.items[step]);
      else return null;
    }
    return node ?? null;
  }

  /** What an alias stands for; undefined where its anchor does not exist. */
  follow(node: Node | null | undefined): Node | null | undefined {
    return this.#document && isAlias(node) ? node.resolve(this.#document) : node;
  }

  /**
   * The offset of the value at a path, of its key where there is no value or `part` asks for it, of the nearest surrounding
   * thing where the path does not exist.
   */
  offsetOf(path: Path, part: 'value' | 'key' = 'value'): number {
    let node: Node | null | undefined = this.root;
    let offset = startOf(node) ?? 0;
    for (const [depth, step] of path.entries()) {
      const container = this.follow(node);
      let key: unknown;
      if (isMap(container)) {
        const pair = container.items.find((item) => keyText(item.key) === step);
        if (!pair) return offset;
        key = pair.key;
        node = asNode(pair.value);
      } else if (isSeq(container) && typeof step === 'number') {
        node = asNode(container.items[step]);
      } else {
        return offset;
      }
      const preferKey = part === 'key' && depth === path.length - 1;
      offset = (preferKey ? startOf(key) : filled(node)) ?? startOf(key) ?? startOf(node) ?? offset;
    }
    return offset;
  }

  /** The offset of some words of the value at a path; of the value, where they are not written there as they are meant. */
  offsetIn(path: Path, words: string | RegExp): number {
    const offset = this.offsetOf(path);
    const node = this.#nodeAt(path);
    const written = this.#text.slice(offset, isScalar(node) ? node.range?.[1] : offset);
    return offset + Math.max(typeof words === 'string' ? written.indexOf(words) : written.search(words), 0);
  }
}

/** A fault and where in the text it stands. */
export interface SyntaxFault {
  readonly fault: Fault;
  readonly offset: number;
  readonly path: Path;
}

export interface Parsed {
  readonly source: Source;
  /** A fault here ends the reading: what a parser guesses after a syntax error would only bring further complaints about it. */
  readonly faults: readonly SyntaxFault[];
  /** What the reading does not see: tags that are not followed. */
  readonly tags: readonly SyntaxFault[];
}

/** Parses one document. */
export function parseSource(file: string, text: string): Parsed {
  const lines = new LineCounter();
  let documents: Document.Parsed[];
  try {
    // Duplicate keys are found by the reading, which knows their path.
    const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
    documents = 'empty' in parsed ? [] : parsed;
  } catch {
    // The parser throws only where nesting of thousands of levels exhausts the stack.
    const fault = FAULTS.yamlSyntax({ reason: 'it is nested too deeply' });
    const source = new Source(file, text, lines, undefined);
    return { source, faults: [{ fault, offset: 0, path: [] }], tags: [] };
  }
  const faults = syntaxFaults(text, documents);
  const fault = faults.length > 0 ? undefined : documentFault(documents);
  if (fault) faults.push(fault);
  return {
    source: new Source(file, text, lines, documents[0]),
    faults,
    tags: faults.length > 0 ? [] : tagFaults(text, documents[0]),
  };
}

/** All that is not YAML, in the order of the text; of what a line has more of, the first, of which the others mostly follow. */
function syntaxFaults(text: string, documents: readonly Document.Parsed[]): SyntaxFault[] {
  const marker = leftMarker(text);
  if (marker !== undefined) {
    const offset = text.split('\n', marker - 1).join('\n').length + (marker > 1 ? 1 : 0);
    return [{ fault: FAULTS.conflictMarkers(), offset, path: [] }];
  }
  const faults = documents
    .flatMap(({ errors }) => errors)
    .map((error) => syntaxFault(text, error))
    .sort((one, two) => one.offset - two.offset);
  // What comes after a tab is mostly its doing.
  const tab = faults.find(({ fault }) => fault.code === FAULTS.yamlTab.code);
  if (tab) return faults.filter(({ fault, offset }) => offset <= tab.offset || fault.code === tab.fault.code);
  const lineOf = (offset: number) => text.lastIndexOf('\n', offset - 1);
  return faults.filter(({ offset }, index) => index === 0 || lineOf(faults[index - 1]?.offset ?? 0) !== lineOf(offset));
}

function documentFault(documents: readonly Document.Parsed[]): SyntaxFault | undefined {
  const alias = documents[0] && aliasFault(documents[0]);
  if (alias) return alias;
  const further = documents.slice(1).find((document) => filled(document.contents) !== undefined);
  if (!further) return undefined;
  const count = documents.filter((document) => filled(document.contents) !== undefined).length;
  return { fault: FAULTS.yamlDocuments({ count }), offset: startOf(further.contents) ?? 0, path: [] };
}

/** A tag that means nothing for its value is a warning of the parser, which drops it. */
function tagFaults(text: string, document: Document.Parsed | undefined): SyntaxFault[] {
  return (document?.warnings ?? []).flatMap(({ code, pos: [from, to] }) =>
    code === 'TAG_RESOLVE_FAILED'
      ? [{ fault: FAULTS.yamlTag({ tag: text.slice(from, to) }), offset: from, path: pathTo(document?.contents, from) }]
      : [],
  );
}

/** The path of the innermost value that an offset is in or before. */
function pathTo(value: unknown, offset: number): Path {
  const node = asNode(value);
  const isAhead = (each: unknown) => (asNode(each)?.range?.[1] ?? 0) > offset;
  if (isMap(node)) {
    const pair = node.items.find((each) => isAhead(each.value) || isAhead(each.key));
    return pair ? [keyText(pair.key) ?? '?', ...pathTo(pair.value, offset)] : [];
  }
  const index = isSeq(node) ? node.items.findIndex(isAhead) : -1;
  return isSeq(node) && index >= 0 ? [index, ...pathTo(node.items[index], offset)] : [];
}

/** More than a person writes: a chain of aliases can stand for gigabytes. */
const MAX_NODES = 10_000;

/** An alias that has no anchor before it, holds itself, or stands for far too much. */
function aliasFault(document: Document.Parsed): SyntaxFault | undefined {
  const weights = new Map<Node, number>();
  const open = new Set<Node>();
  let found: SyntaxFault | undefined;
  const fault = (node: Node, path: Path, reason: string): number => {
    found ??= { fault: FAULTS.yamlAlias({ reason }), offset: node.range?.[0] ?? 0, path };
    return 1;
  };
  const weigh = (value: unknown, path: Path): number => {
    const node = asNode(value);
    if (!node || isScalar(node)) return 1;
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (!target) return fault(node, path, `there is no anchor \`&${node.source}\` before it`);
      if (open.has(target)) return fault(node, path, `\`&${node.source}\` holds itself`);
      const weight = weigh(target, path);
      return weight > MAX_NODES
        ? fault(node, path, `\`&${node.source}\` stands for more than ${MAX_NODES} values`)
        : weight;
    }
    const known = weights.get(node);
    if (known !== undefined) return known;
    open.add(node);
    const children: [unknown, string | number][] = isMap(node)
      ? node.items.map((pair) => [pair.value, keyText(pair.key) ?? '?'])
      : node.items.map((item, index) => [item, index]);
    const weight = children.reduce((sum, [child, step]) => sum + weigh(child, [...path, step]), 1);
    open.delete(node);
    weights.set(node, weight);
    return weight;
  };
  weigh(document.contents, []);
  return found;
}

function syntaxFault(text: string, error: YAMLError): SyntaxFault {
  const offset = error.pos[0];
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const [, indent = ''] = /^([ \t]*)/.exec(text.slice(lineStart)) ?? [];
  const tab = indent.indexOf('\t');
  if (tab >= 0) return { fault: FAULTS.yamlTab(), offset: lineStart + tab, path: [] };
  const reason = error.message.charAt(0).toLowerCase() + error.message.slice(1).replace(/\.$/, '');
  return { fault: FAULTS.yamlSyntax({ reason }), offset, path: [] };
}

/** The text of a plain key, or undefined where it is a list, an object or not text. */
export function keyText(key: unknown): string | undefined {
  if (typeof key === 'string') return key;
  return isScalar(key) && typeof key.value === 'string' ? key.value : undefined;
}

export function asNode(value: unknown): Scalar | YAMLMap | YAMLSeq | Alias | null {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value) ? value : null;
}

export function startOf(value: unknown): number | undefined {
  return asNode(value)?.range?.[0];
}

/** Where a value starts that is really written: an empty one has no place of its own. */
function filled(value: unknown): number | undefined {
  return isScalar(value) && value.value === null && (value.source ?? '') === '' ? undefined : startOf(value);
}
