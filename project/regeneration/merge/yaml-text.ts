import { isAlias, isMap, isPair, isScalar, isSeq, parseAllDocuments, visit } from 'yaml';
import type { Node, Pair, YAMLMap, YAMLSeq } from 'yaml';
import { contentEnd, isNothing } from '../../config/splice.ts';
import { asNode, keyText, startOf } from '../../config/source.ts';
import { dedented, indented, spliced } from './keyed-text.ts';
import type { KeyedText, Piece } from './keyed-text.ts';
import { list, mapping, scalar } from './tree.ts';
import type { Comments, Path, Tree } from './tree.ts';

type Container = YAMLMap | YAMLSeq;

/** One YAML document of keys and values, without anchors, aliases and tags: what they mean elsewhere is not seen key by key. */
export function parseYaml(text: string): KeyedText | undefined {
  let documents;
  try {
    documents = parseAllDocuments(text, { prettyErrors: false, intAsBigInt: true });
  } catch {
    // Nested too deeply.
    return undefined;
  }
  const [document, ...others] = 'empty' in documents ? [] : documents;
  if (!document || others.length > 0 || document.errors.length + document.warnings.length > 0) return undefined;
  const { contents } = document;
  if (!isMap(contents) || !isPlain(contents)) return undefined;
  const tree = treeOf(contents);
  return tree && new YamlText(text, contents, tree);
}

class YamlText implements KeyedText {
  readonly text: string;
  readonly tree: Tree;
  readonly #root: YAMLMap;

  constructor(text: string, root: YAMLMap, tree: Tree) {
    this.text = text;
    this.#root = root;
    this.tree = tree;
  }

  pieceAt(path: Path): Piece | undefined {
    const place = this.#find(path);
    if (!place) return undefined;
    const { value, whole, container } = place;
    const start = startOfPlace(whole);
    if (start === undefined) return undefined;
    const written = (from: number, to: number) =>
      dedented(this.text.slice(from, to).trimEnd(), ' '.repeat(this.#column(start)));
    const valueStart = isNothing(value) ? undefined : startOf(value);
    const end = endOfPlace(whole);
    return {
      whole: (container.flow === true ? '' : this.#commentsBefore(start)) + written(start, end),
      value: valueStart === undefined ? '' : written(valueStart, end),
      isBlock: isBlock(value),
      unit: '',
    };
  }

  replace(path: Path, piece: Piece): string | undefined {
    const place = this.#find(path);
    if (!place) return undefined;
    const { value, whole, container } = place;
    const start = startOfPlace(whole);
    const from = startOf(value);
    if (start === undefined || from === undefined) return undefined;
    const end = endOfPlace(whole);
    const isLine = (text: string) => !text.includes('\n') && text !== '';
    const isPlace = !isBlock(value) && !isNothing(value) && isLine(this.text.slice(from, end));
    if (isPlace && !piece.isBlock && isLine(piece.value)) {
      return spliced(this.text, [{ from, to: end, text: piece.value }]);
    }
    if (container.flow === true || !isPair(whole)) return undefined;
    const by = indented(withoutComments(piece.whole), ' '.repeat(this.#column(start)));
    const ending = this.text[end - 1] === '\n' ? '\n' : '';
    return spliced(this.text, [{ from: start, to: end, text: by + ending }]);
  }

  insert(into: Path, after: string | null, piece: Piece): string | undefined {
    const map = this.#container(into);
    if (!isMap(map)) return undefined;
    return this.#insertAt(into, map, map.items.findIndex(({ key }) => keyText(key) === after) + 1, piece);
  }

  insertItem(into: Path, at: number, piece: Piece): string | undefined {
    const seq = this.#container(into);
    return isSeq(seq) ? this.#insertAt(into, seq, at, piece) : undefined;
  }

  remove(path: Path): string | undefined {
    const place = this.#find(path);
    const start = place && startOfPlace(place.whole);
    if (!place || start === undefined) return undefined;
    const { container, index, whole } = place;
    const [from, to] = [start, endOfPlace(whole)];
    const former = container.items[index - 1];
    const next = container.items[index + 1];
    if (container.flow === true) {
      if (former !== undefined) return spliced(this.text, [{ from: endOfPlace(former), to, text: '' }]);
      return spliced(this.text, [{ from, to: (next === undefined ? undefined : startOfPlace(next)) ?? to, text: '' }]);
    }
    if (former === undefined && next === undefined) return this.#emptied(path.slice(0, -1), container);
    const marker = isSeq(container) ? /^[ \t]*-[ \t]+$/ : /^[ \t]*$/;
    const lineStart = this.#lineOf(from);
    if (!marker.test(this.text.slice(lineStart, from))) return undefined;
    return spliced(this.text, [{ from: lineStart, to: this.#lineAfter(to), text: '' }]);
  }

  #insertAt(path: Path, container: Container, index: number, piece: Piece): string | undefined {
    const { items } = container;
    const [before, after] = [items[index - 1], items[index]];
    if (container.flow === true) {
      if (items.length > 0) return this.#insertInline(container, before, after, piece);
      return this.#filled(path, container, piece);
    }
    const [neighbour] = items;
    const start = neighbour === undefined ? undefined : startOfPlace(neighbour);
    if (start === undefined) return undefined;
    const column = this.#column(start);
    const margin = isSeq(container) ? this.text.slice(this.#lineOf(start), start) : ' '.repeat(column);
    if (isSeq(container) && !/^[ \t]*- +$/.test(margin)) return undefined;
    const own = withoutComments(piece.whole);
    const comments = piece.whole.slice(0, piece.whole.length - own.length);
    const dash = isSeq(container) ? margin.replace(/- +$/, '') : margin;
    const lines = comments.replaceAll(/^(?=.)/gm, dash) + margin + indented(own, ' '.repeat(column)) + '\n';
    const at = before === undefined ? this.#firstLine(start, isSeq(container)) : this.#lineAfter(endOfPlace(before));
    return at === undefined ? undefined : spliced(this.text, [{ from: at, to: at, text: lines }]);
  }

  #insertInline(container: Container, before: unknown, after: unknown, piece: Piece): string | undefined {
    const text = withoutComments(piece.whole);
    const [from, to] = container.range ?? [0, 0];
    if (text.includes('\n') || this.text.slice(from, to).includes('#')) return undefined;
    if (before !== undefined) {
      const end = endOfPlace(before);
      return spliced(this.text, [{ from: end, to: end, text: `, ${text}` }]);
    }
    const start = startOfPlace(after);
    return start === undefined ? undefined : spliced(this.text, [{ from: start, to: start, text: `${text}, ` }]);
  }

  /** A block in the place of `{}` or `[]`. */
  #filled(path: Path, container: Container, piece: Piece): string | undefined {
    const [from, to] = container.range ?? [0, 0];
    if (this.text.slice(from, to).includes('#')) return undefined;
    const own = withoutComments(piece.whole);
    const block = isSeq(container) ? `- ${indented(own, '  ')}` : own;
    const whole = this.#find(path)?.whole;
    if (!isPair(whole)) {
      return spliced(this.text, [{ from, to, text: indented(block, ' '.repeat(this.#column(from))) }]);
    }
    const margin = ' '.repeat(this.#column(startOf(whole.key) ?? 0) + 2);
    const colon = this.text.slice(0, from).trimEnd().length;
    return spliced(this.text, [{ from: colon, to, text: `\n${margin}${indented(block, margin)}` }]);
  }

  /** `{}` or `[]` in the place of a block, which without entries would be neither. */
  #emptied(path: Path, container: Container): string | undefined {
    const [start, end] = [startOf(container) ?? 0, contentEnd(container)];
    const by = isSeq(container) ? '[]' : '{}';
    const ending = this.text[end - 1] === '\n' ? '\n' : '';
    const whole = this.#find(path)?.whole;
    const colon = this.text.slice(0, start).trimEnd().length;
    const from = isPair(whole) ? colon : start;
    if (isPair(whole) && this.text[colon - 1] !== ':') return undefined;
    return spliced(this.text, [{ from, to: end, text: (isPair(whole) ? ' ' : '') + by + ending }]);
  }

  #container(path: Path): Node | undefined {
    return path.length === 0 ? this.#root : (asNode(this.#find(path)?.value) ?? undefined);
  }

  #find(path: Path): Place | undefined {
    let value: unknown = this.#root;
    let place: Place | undefined;
    for (const step of path) {
      if (isMap(value)) {
        const index = value.items.findIndex(({ key }) => keyText(key) === step);
        const whole = value.items[index];
        if (!whole) return undefined;
        place = { whole, value: whole.value, container: value, index };
      } else if (isSeq(value) && typeof step === 'number') {
        const whole = value.items[step];
        place = { whole, value: whole, container: value, index: step };
      } else return undefined;
      value = place.value;
    }
    return place;
  }

  /** The comments in the lines above, as far as they are indented as what follows. */
  #commentsBefore(start: number): string {
    const lines: string[] = [];
    for (let at = this.#lineOf(start); at > 0;) {
      const former = this.#lineOf(at - 1);
      const line = this.text.slice(former, at - 1);
      if (!/^\s*#/.test(line)) break;
      lines.unshift(`${line.trim()}\n`);
      at = former;
    }
    return lines.join('');
  }

  /** Where a line goes that is to be the first of a block: below the key that the block belongs to. */
  #firstLine(start: number, isList: boolean): number | undefined {
    const line = this.#lineOf(start);
    const before = this.text.slice(line, start);
    return (isList ? /^[ \t]*-[ \t]+$/ : /^[ \t]*$/).test(before) ? line : undefined;
  }

  #column(offset: number): number {
    return offset - this.#lineOf(offset);
  }

  #lineOf(offset: number): number {
    return this.text.lastIndexOf('\n', offset - 1) + 1;
  }

  #lineAfter(offset: number): number {
    if (this.text[offset - 1] === '\n') return offset;
    const end = this.text.indexOf('\n', offset);
    return end < 0 ? this.text.length : end + 1;
  }
}

interface Place {
  /** The pair, or the item itself. */
  readonly whole: unknown;
  readonly value: unknown;
  readonly container: Container;
  readonly index: number;
}

/** A map or a list in lines of its own. */
function isBlock(value: unknown): boolean {
  return (isMap(value) || isSeq(value)) && value.flow !== true;
}

function startOfPlace(whole: unknown): number | undefined {
  return startOf(isPair(whole) ? whole.key : whole);
}

function endOfPlace(whole: unknown): number {
  if (!isPair(whole)) return contentEnd(whole);
  return isNothing(whole.value) ? contentEnd(whole.key) + 1 : contentEnd(whole.value);
}

/** A piece without the comments above it. */
function withoutComments(text: string): string {
  return text.replace(/^(?:#.*\n)+/, '');
}

function isPlain(root: Node): boolean {
  let plain = true;
  visit(root, {
    Alias: () => {
      plain = false;
    },
    Node: (_, node) => {
      if (!isAlias(node) && (node.anchor !== undefined || node.tag !== undefined)) plain = plain && isUsual(node.tag);
      if (!isAlias(node) && node.anchor !== undefined) plain = false;
    },
  });
  return plain;
}

/** The tags that a parser sets by itself. */
function isUsual(tag: string | undefined): boolean {
  return tag === undefined || tag === 'tag:yaml.org,2002:map' || tag === 'tag:yaml.org,2002:seq';
}

function treeOf(value: unknown, pair?: Pair): Tree | undefined {
  const node = asNode(value);
  const comments = commentsOf(node, pair);
  if (isMap(node)) {
    const entries = new Map<string, Tree>();
    for (const each of node.items) {
      const key = keyText(each.key);
      const tree = treeOf(each.value, each);
      if (key === undefined || key === '<<' || !tree || entries.has(key)) return undefined;
      entries.set(key, tree);
    }
    return mapping(entries, comments);
  }
  if (isSeq(node)) {
    const items = node.items.map((item) => treeOf(item));
    return items.every((item) => item !== undefined) ? list(items, comments) : undefined;
  }
  const data: unknown = isScalar(node) ? node.value : null;
  if (typeof data === 'string') return scalar(JSON.stringify(data), comments);
  return scalar(Object.is(data, -0) ? '-0' : String(data), comments);
}

/** What is above the first entry of a block, or after a scalar, is the parser's to attach: all of it counts. */
function commentsOf(node: Node | null, pair: Pair | undefined): Comments {
  const found: string[] = [];
  const add = (each: Node, isSelf: boolean) => {
    if (each.commentBefore && !isSelf) found.push(...each.commentBefore.split('\n'));
    if (each.comment && !(isSelf && isScalar(each))) found.push(...each.comment.split('\n'));
  };
  if (!node) return { inside: [], after: [] };
  visit(node, { Node: (_, each) => add(each, each === node) });
  const own = !isScalar(node) && node.commentBefore ? node.commentBefore.split('\n') : [];
  const after = isScalar(node) && node.comment ? node.comment.split('\n') : [];
  const key = asNode(pair?.key);
  return { inside: [...own, ...found], after: [...after, ...(key?.comment ? [key.comment] : [])] };
}
