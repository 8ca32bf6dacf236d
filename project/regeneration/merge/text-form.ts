import { diffIndices } from 'node-diff3';

/**
 * How a text is written down, apart from what it says: byte order mark, line ends, whether the last line has one. None of this is
 * an edit: versions are compared and merged without it, and what is written gets the form that the user's version has.
 */
const MARK = '\uFEFF';

/** The text with `\n` as line ends, and without a byte order mark. */
export function plainText(text: string): string {
  return text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
}

/** The lines of a plain text. A line end after the last one makes no further line. */
export function linesOf(text: string): string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}

/** A plain text whose last line is ended. */
export function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** A plain text in which the last line is ended, too. */
export function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

/**
 * `text` in the form that `like` has. Lines that stand in both keep the line end that they have there, so that a file of mixed line
 * ends stays as it is; new ones get the one that most lines have. The last line's end is that of `text`.
 */
export function inFormOf(like: string | undefined, text: string): string {
  const plain = plainText(text);
  if (like === undefined) return text;
  const mark = like.startsWith(MARK) ? MARK : '';
  if (!like.includes('\r\n')) return mark + plain;
  const ends = lineEnds(like);
  const windows = ends.filter((end) => end === '\r\n').length;
  const usual = windows * 2 >= ends.length ? '\r\n' : '\n';
  if (windows === ends.length) return mark + plain.replaceAll('\n', '\r\n');

  const lines = plain.split('\n');
  const former = plainText(like).split('\n');
  const kept: (string | undefined)[] = lines.map(() => undefined);
  let [at, formerAt] = [0, 0];
  const same = (until: number) => {
    for (; at < until; at += 1, formerAt += 1) kept[at] = ends[formerAt];
  };
  for (const { buffer1, buffer2 } of diffIndices(former, lines)) {
    same(buffer2[0]);
    at = buffer2[0] + buffer2[1];
    formerAt = buffer1[0] + buffer1[1];
  }
  same(lines.length);
  return (
    mark + lines.map((line, index) => (index === lines.length - 1 ? line : line + (kept[index] ?? usual))).join('')
  );
}

function lineEnds(text: string): string[] {
  return text.match(/\r?\n/g) ?? [];
}

/** Whether the merged text ends its last line: as the user's version does where that was changed, else as the new one. */
export function endOf(base: string, user: string, next: string): (text: string) => string {
  const has = (text: string) => text === '' || text.endsWith('\n');
  const wanted = has(user) === has(base) ? has(next) : has(user);
  return (text) => (wanted ? ended(text) : text.replace(/\n$/, ''));
}
