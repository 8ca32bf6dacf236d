import type { Edit } from './keyed.ts';
import type { Path, Tree } from './tree.ts';

/**
 * A text of keys and values that can be changed at single places; everything else in it stays as its author wrote it. The methods
 * give the changed text, or undefined where the place is written in a way that they cannot change.
 */
export interface KeyedText {
  readonly text: string;
  readonly tree: Tree;
  /** The value or item at a path as it is written, to be put elsewhere. */
  readonly pieceAt: (path: Path) => Piece | undefined;
  readonly replace: (path: Path, piece: Piece) => string | undefined;
  readonly insert: (into: Path, after: string | null, piece: Piece) => string | undefined;
  readonly insertItem: (into: Path, at: number, piece: Piece) => string | undefined;
  readonly remove: (path: Path) => string | undefined;
}

/** A part of a text, without the indentation of the line that it begins in. */
export interface Piece {
  /** With its key, where it has one. */
  readonly whole: string;
  readonly value: string;
  /** The value needs lines of its own. */
  readonly isBlock: boolean;
  /** How far a level is indented there. */
  readonly unit: string;
}

/** Reads a plain text; undefined where it is not one that can be merged by key. */
export type Parser = (text: string) => KeyedText | undefined;

/** Makes the edits, one after the other, each on what the one before left; undefined where one cannot be made. */
export function edited(
  text: KeyedText,
  edits: readonly Edit[],
  source: KeyedText,
  parse: Parser,
): KeyedText | undefined {
  let current = text;
  for (const edit of edits) {
    const changed = applied(current, edit, source);
    const next = changed === undefined ? undefined : parse(changed);
    if (!next) return undefined;
    current = next;
  }
  return current;
}

function applied(text: KeyedText, edit: Edit, source: KeyedText): string | undefined {
  if (edit.do === 'remove') return text.remove(edit.path);
  const piece = source.pieceAt(edit.from);
  if (!piece) return undefined;
  if (edit.do === 'replace') return text.replace(edit.path, piece);
  if (edit.do === 'insert') return text.insert(edit.into, edit.after, piece);
  return text.insertItem(edit.into, edit.at, piece);
}

/** Puts `text` in the place of `[from, to)`. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Splices at the same place come out in the order given. */
export function spliced(text: string, splices: readonly Splice[]): string {
  return splices
    .toSorted((left, right) => left.from - right.from)
    .reduceRight((result, { from, to, text: by }) => result.slice(0, from) + by + result.slice(to), text);
}

/** The white space that the line of an offset begins with. */
export function indentationAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start))?.[0] ?? '';
}

/** The lines after the first one without an indentation, as far as they have it. */
export function dedented(text: string, indentation: string): string {
  return text
    .split('\n')
    .map((line, index) => {
      if (index === 0) return line;
      let width = 0;
      while (width < indentation.length && line[width] === indentation[width]) width += 1;
      return line.slice(width);
    })
    .join('\n');
}

/** The lines after the first one moved to the right, in the levels of the place that they come to. */
export function indented(
  text: string,
  indentation: string,
  unit?: { readonly from: string; readonly to: string },
): string {
  return text
    .split('\n')
    .map((line, index) => {
      if (index === 0 || line === '') return line;
      const own = /^[ \t]*/.exec(line)?.[0] ?? '';
      if (!unit || unit.from === unit.to || unit.from === '') return indentation + line;
      const levels = Math.floor(own.length / unit.from.length);
      return indentation + unit.to.repeat(levels) + own.slice(levels * unit.from.length) + line.slice(own.length);
    })
    .join('\n');
}
