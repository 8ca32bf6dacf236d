import { findNodeAtLocation, parseTree, visit } from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';
import { dedented, indentationAt, indented, spliced } from './keyed-text.ts';
import type { KeyedText, Piece, Splice } from './keyed-text.ts';
import { list, mapping, scalar } from './tree.ts';
import type { Comments, Path, Tree } from './tree.ts';

interface Comment {
  readonly from: number;
  readonly to: number;
}

/** JSON, with comments and trailing commas where its author has some. */
export function parseJson(text: string): KeyedText | undefined {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  if (errors.length > 0 || root?.type !== 'object') return undefined;
  const comments: Comment[] = [];
  visit(
    text,
    { onComment: (from, length) => comments.push({ from, to: from + length }) },
    { allowTrailingComma: true },
  );
  const tree = treeOf(text, comments, root);
  return tree && new JsonText(text, root, comments, tree);
}

class JsonText implements KeyedText {
  readonly text: string;
  readonly tree: Tree;
  readonly #root: Node;
  readonly #comments: readonly Comment[];
  readonly #unit: string;

  constructor(text: string, root: Node, comments: readonly Comment[], tree: Tree) {
    this.text = text;
    this.tree = tree;
    this.#root = root;
    this.#comments = comments;
    const [first] = root.children ?? [];
    this.#unit = first && isOnOwnLine(text, first.offset) ? indentationAt(text, first.offset) : '  ';
  }

  pieceAt(path: Path): Piece | undefined {
    const value = this.#find(path);
    if (!value) return undefined;
    const whole = wholeOf(value);
    const written = (node: Node) =>
      dedented(this.text.slice(node.offset, endOf(node)), indentationAt(this.text, whole.offset));
    return { whole: written(whole), value: written(value), isBlock: false, unit: this.#unit };
  }

  replace(path: Path, piece: Piece): string | undefined {
    const value = this.#find(path);
    if (!value) return undefined;
    const by = this.#placed(piece, piece.value, indentationAt(this.text, value.offset));
    return spliced(this.text, [{ from: value.offset, to: endOf(value), text: by }]);
  }

  insert(into: Path, after: string | null, piece: Piece): string | undefined {
    const container = this.#find(into);
    const entries = container?.children ?? [];
    const index = entries.findIndex(({ children: [key] = [] }) => key?.value === after);
    return container && this.#insertAt(container, index + 1, piece);
  }

  insertItem(into: Path, at: number, piece: Piece): string | undefined {
    const container = this.#find(into);
    return container && this.#insertAt(container, at, piece);
  }

  remove(path: Path): string | undefined {
    const value = this.#find(path);
    const whole = value && wholeOf(value);
    const container = whole?.parent;
    if (!whole || !container?.children) return undefined;
    const index = container.children.indexOf(whole);
    const comma = this.#commaAfter(endOf(whole));
    const former = container.children[index - 1];
    const isLast = index === container.children.length - 1;
    // The comma that is left over: its own, or, of the last one, that of the one before.
    const splices: Splice[] = [];
    if (isLast && comma === undefined && former) {
      const left = this.#commaAfter(endOf(former));
      if (left !== undefined) splices.push({ from: left, to: left + 1, text: '' });
    }
    const end = comma === undefined ? endOf(whole) : comma + 1;
    if (isOnOwnLine(this.text, whole.offset)) {
      const lineEnd = this.#endOfLine(end);
      // Something else stands in the same line.
      if (/[^\s]/.test(this.#withoutComments(end, lineEnd))) splices.push({ from: whole.offset, to: end, text: '' });
      else
        splices.push({ from: this.#startOfLine(whole.offset), to: Math.min(lineEnd + 1, this.text.length), text: '' });
    } else {
      const spaces = /^[ \t]*/.exec(this.text.slice(end))?.[0].length ?? 0;
      splices.push({ from: whole.offset, to: isLast ? end : end + spaces, text: '' });
    }
    return spliced(this.text, splices);
  }

  #find(path: Path): Node | undefined {
    return findNodeAtLocation(this.#root, [...path]);
  }

  #placed(piece: Piece, text: string, indentation: string): string {
    return indented(text, indentation, { from: piece.unit, to: this.#unit });
  }

  #insertAt(container: Node, index: number, piece: Piece): string | undefined {
    const entries = container.children ?? [];
    const [before, after] = [entries[index - 1], entries[index]];
    const [open, close] = [container.offset + 1, endOf(container) - 1];
    const outer = indentationAt(this.text, container.offset);
    const first = entries[0];
    const isInline = first !== undefined && !isOnOwnLine(this.text, first.offset);
    const indentation = first && !isInline ? indentationAt(this.text, first.offset) : outer + this.#unit;
    const placed = this.#placed(piece, piece.whole, isInline ? outer : indentation);
    if (!before && !after) {
      const from = open + this.text.slice(open, close).trimEnd().length;
      return spliced(this.text, [{ from, to: close, text: `\n${indentation}${placed}\n${outer}` }]);
    }
    if (isInline) {
      if (after) return spliced(this.text, [{ from: after.offset, to: after.offset, text: `${placed}, ` }]);
      const end = endOf(before ?? container);
      return spliced(this.text, [{ from: end, to: end, text: `, ${placed}` }]);
    }
    const comma = before && this.#commaAfter(endOf(before));
    const end = before ? (comma === undefined ? endOf(before) : comma + 1) : open;
    const lineEnd = this.#endOfTrivia(end, close);
    const isEnded = after !== undefined || comma !== undefined;
    return spliced(this.text, [
      ...(before && comma === undefined ? [{ from: endOf(before), to: endOf(before), text: ',' }] : []),
      { from: lineEnd, to: lineEnd, text: `\n${indentation}${placed}${isEnded ? ',' : ''}` },
    ]);
  }

  /** The offset of the comma that follows, behind comments. */
  #commaAfter(offset: number): number | undefined {
    for (let at = offset; at < this.text.length;) {
      const comment = this.#comments.find(({ from }) => from === at);
      if (comment) at = comment.to;
      else if (this.text[at] === ',') return at;
      else if (/\s/.test(this.text[at] ?? '')) at += 1;
      else return undefined;
    }
    return undefined;
  }

  /** The end of the line of an offset, behind the comments that begin in it. */
  #endOfTrivia(offset: number, limit: number): number {
    let at = offset;
    for (let seen = offset; seen < limit;) {
      const comment = this.#comments.find(({ from }) => from === seen);
      if (comment) [seen, at] = [comment.to, comment.to];
      else if (this.text[seen] === ' ' || this.text[seen] === '\t') seen += 1;
      else break;
    }
    return at;
  }

  #withoutComments(from: number, to: number): string {
    return this.#comments
      .filter((comment) => comment.from >= from && comment.to <= to)
      .reduce(
        (text, { from: start, to: end }) => text.replace(this.text.slice(start, end), ''),
        this.text.slice(from, to),
      );
  }

  #startOfLine(offset: number): number {
    return this.text.lastIndexOf('\n', offset - 1) + 1;
  }

  #endOfLine(offset: number): number {
    const end = this.text.indexOf('\n', offset);
    return end < 0 ? this.text.length : end;
  }
}

/** Undefined where a key stands twice: which of them counts is not ours to say. */
function treeOf(text: string, comments: readonly Comment[], node: Node): Tree | undefined {
  const said = commentsOf(text, comments, wholeOf(node));
  if (node.type === 'object') {
    const entries = new Map<string, Tree>();
    for (const { children: [key, value] = [] } of node.children ?? []) {
      const tree = value && treeOf(text, comments, value);
      const name: unknown = key?.value;
      if (!tree || typeof name !== 'string' || entries.has(name)) return undefined;
      entries.set(name, tree);
    }
    return mapping(entries, said);
  }
  if (node.type === 'array') {
    const items = (node.children ?? []).map((child) => treeOf(text, comments, child));
    return items.every((item) => item !== undefined) ? list(items, said) : undefined;
  }
  const value: unknown = node.value;
  // A number is what is written: 1.0 is somebody's choice, and large ones would be rounded.
  return scalar(typeof value === 'string' ? JSON.stringify(value) : text.slice(node.offset, endOf(node)), said);
}

function commentsOf(text: string, all: readonly Comment[], { offset, length }: Node): Comments {
  const end = offset + length;
  const lineEnd = text.indexOf('\n', end);
  const written = (found: readonly Comment[]) => found.map(({ from, to }) => text.slice(from, to));
  const isAfter = ({ from }: Comment) =>
    from >= end && (lineEnd < 0 || from < lineEnd) && /^[ \t]*,?[ \t]*$/.test(text.slice(end, from));
  return {
    inside: written(all.filter(({ from, to }) => from > offset && to <= end)),
    after: written(all.filter(isAfter)),
  };
}

/** The key with its value, or the item itself. */
function wholeOf(value: Node): Node {
  return value.parent?.type === 'property' ? value.parent : value;
}

function endOf({ offset, length }: Node): number {
  return offset + length;
}

function isOnOwnLine(text: string, offset: number): boolean {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return start > 0 && text.slice(start, offset).trim() === '';
}
