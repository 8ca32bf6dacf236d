/**
 * Where a placeholder stands decides what its argument may be, and how it is written there:
 * `value` in a label's string after `=` or `!=`, `pattern` in one after `=~` or `!~`, `duration` in `[…]` or after `offset`, `word` by itself
 * (a number, or a metric's or label's name), `part` next to letters or digits, as a part of such a name.
 */
export type Place = 'value' | 'pattern' | 'duration' | 'word' | 'part';

export interface Placeholder {
  readonly parameter: string;
  readonly place: Place;
  /** The quotation mark of its string. */
  readonly quote?: string;
}

export interface TemplateProblem {
  /** The placeholder as it is written. */
  readonly text: string;
  /** What is wrong with its place: the end of a sentence about it. */
  readonly where: string;
}

export interface Template {
  /** PromQL, and what stands for arguments in it. */
  readonly pieces: readonly (string | Placeholder)[];
  readonly problems: readonly TemplateProblem[];
}

const PLACEHOLDER = /\{\{\s*\.([A-Za-z_]\w*)\s*\}\}/y;
/** Go's marks that take the white space beside a placeholder away. */
const TRIMMED = /(\s*\{\{-)?(?:(?<=\{\{-)|\{\{)\s*(\.[A-Za-z_]\w*)\s*(?:(-\}\}\s*)|\}\})/g;

/** Takes a query's template apart: pure PromQL, and placeholders with their places. Never throws; what else is in braces stays as it is. */
export function parseTemplate(source: string): Template {
  const text = source.replace(TRIMMED, '{{ $2 }}');
  const pieces: (string | Placeholder)[] = [];
  const problems: TemplateProblem[] = [];
  let plain = '';
  let brackets = 0;
  const put = (placeholder: Placeholder): void => {
    pieces.push(plain, placeholder);
    plain = '';
  };
  for (let at = 0; at < text.length;) {
    const char = text.charAt(at);
    const found = placeholderAt(text, at);
    if (found) {
      const place = barePlace(text.slice(0, at), text.slice(found.end), brackets > 0);
      if (place === undefined) problems.push({ text: found.text, where: 'as a part of a duration' });
      else put({ parameter: found.parameter, place });
      at = found.end;
    } else if (char === '#') {
      const end = endOf(text, '\n', at);
      for (let inside = at; inside < end; inside += 1) {
        const hidden = placeholderAt(text, inside);
        if (hidden) problems.push({ text: hidden.text, where: 'in a comment' });
      }
      at = end;
    } else if (char === '"' || char === "'" || char === '`') {
      at = readString(text, at, matcherOf(plain), { plain: (more) => (plain += more), put, problems });
    } else {
      if (char === '[') brackets += 1;
      if (char === ']') brackets -= 1;
      plain += char;
      at += 1;
    }
  }
  return { pieces: [...pieces, plain].filter((piece) => piece !== ''), problems };
}

interface Found {
  readonly text: string;
  readonly parameter: string;
  readonly end: number;
}

function placeholderAt(text: string, at: number): Found | undefined {
  PLACEHOLDER.lastIndex = at;
  const match = PLACEHOLDER.exec(text);
  return match ? { text: match[0], parameter: match[1] ?? '', end: PLACEHOLDER.lastIndex } : undefined;
}

function endOf(text: string, mark: string, from: number): number {
  const end = text.indexOf(mark, from);
  return end < 0 ? text.length : end;
}

/** Outside strings; undefined: it can be nothing there. */
function barePlace(before: string, after: string, inBrackets: boolean): Place | undefined {
  // In brackets a colon stands between two durations; elsewhere it is a letter of names.
  const isDuration = inBrackets || /\boffset\s+-?\s*$/i.test(before);
  const near = [before.slice(-2), after.slice(0, 2)] as const;
  const touches = isDuration ? /[\w.]/ : /[\w:.]/;
  const isGlued =
    touches.test(near[0].slice(-1)) || touches.test(near[1].charAt(0)) || near[0] === '}}' || near[1] === '{{';
  if (isDuration) return isGlued ? undefined : 'duration';
  return isGlued ? 'part' : 'word';
}

/** What a string is to the label before it; undefined: it is no label's. */
function matcherOf(before: string): 'value' | 'pattern' | undefined {
  const operator = /([=!]~|!=|=)\s*$/.exec(before)?.[1];
  if (operator === undefined) return undefined;
  return operator.endsWith('~') ? 'pattern' : 'value';
}

interface Sink {
  plain(text: string): void;
  put(placeholder: Placeholder): void;
  readonly problems: TemplateProblem[];
}

/**
 * Reads a string from its opening quotation mark, and returns where it ends. One in backquotes, in which nothing can be escaped, becomes one
 * in double quotes where it has placeholders.
 */
function readString(text: string, start: number, place: 'value' | 'pattern' | undefined, sink: Sink): number {
  const mark = text.charAt(start);
  const isRaw = mark === '`';
  const parts: (string | Found)[] = [];
  let at = start + 1;
  let isEscaped = false;
  while (at < text.length && (isEscaped || text.charAt(at) !== mark)) {
    const found = placeholderAt(text, at);
    if (found && (isEscaped || (place === 'pattern' && isEscapedPattern(parts, isRaw))))
      sink.problems.push({ text: found.text, where: 'after a backslash' });
    else if (found && place === undefined)
      sink.problems.push({ text: found.text, where: 'in a string that no label is compared with' });
    parts.push(found ?? text.charAt(at));
    isEscaped = !found && !isRaw && !isEscaped && text.charAt(at) === '\\';
    at = found?.end ?? at + 1;
  }
  const isOpen = at >= text.length;
  const placeholders = parts.filter((part) => typeof part !== 'string');
  if (isOpen)
    for (const { text: open } of placeholders) sink.problems.push({ text: open, where: 'in a string without an end' });
  const quote = isRaw && placeholders.length > 0 ? '"' : mark;
  sink.plain(quote);
  for (const part of parts) {
    if (typeof part !== 'string') sink.put({ parameter: part.parameter, place: place ?? 'value', quote });
    else sink.plain(quote === mark ? part : quoted(part, quote));
  }
  sink.plain(isOpen ? '' : quote);
  return Math.min(at + 1, text.length);
}

/** Whether a regular expression's backslash comes last: one in a raw string, two in another; twice as many are a literal one. */
function isEscapedPattern(parts: readonly (string | Found)[], isRaw: boolean): boolean {
  const backslashes = parts.length - 1 - parts.findLastIndex((part) => part !== '\\');
  return isRaw ? backslashes % 2 === 1 : backslashes % 4 === 2;
}

/** A character, or more, as a string in these quotation marks has it. */
export function quoted(text: string, quote: string): string {
  return Array.from(text, (char) => {
    if (char === '\\' || char === quote) return `\\${char}`;
    const code = char.codePointAt(0) ?? 0;
    return code < 0x20 || code === 0x7f ? `\\u${code.toString(16).padStart(4, '0')}` : char;
  }).join('');
}
