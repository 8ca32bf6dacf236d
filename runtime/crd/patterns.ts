/**
 * Patterns of JavaScript as patterns of RE2, which the API server uses. Both languages agree on nearly all that people write;
 * what only JavaScript has is refused here rather than by the server, whose answer knows no line of `spec.ts`. Two differences
 * remain and are small: `\s` of RE2 is ASCII only, and `.` takes in `\r`, U+2028 and U+2029.
 */
export type Translated = { readonly pattern: string } | { readonly refused: string };

export function toRe2(expression: RegExp): Translated {
  const { source, flags } = expression;
  const reason = unsupportedIn(source, flags);
  if (reason !== undefined) return { refused: reason };
  // The flags g and d mean nothing for a test, and RE2 always works with code points, as u does.
  const inline = [...flags].filter((flag) => 'ims'.includes(flag)).join('');
  return { pattern: inline === '' ? source : `(?${inline}:${source})` };
}

const UNSUPPORTED: readonly (readonly [token: RegExp, reason: string])[] = [
  [/^\(\?<?[=!]/, 'it looks ahead or behind'],
  [/^\(\?<[^=!]/, ''],
  [/^\\k</, 'it refers back to a group'],
  [/^\\[1-9]/, 'it refers back to a group'],
  [/^\\c[A-Za-z]/, 'it names a control character with `\\c`'],
  [/^\\u/, 'it names a character with `\\u`; use `\\x{…}`, or the character itself'],
  [/^\\[pP]\{(?![A-Z][a-z]?\}|[A-Z][a-z]+\})/, 'it names a Unicode property that RE2 does not have'],
  [/^\\[A-Za-z](?<!\\[dDwWsSbBpPnrtfvx0])/, 'it escapes a letter that needs no escape'],
];

function unsupportedIn(source: string, flags: string): string | undefined {
  if (flags.includes('y')) return 'the flag `y` has no counterpart';
  if (flags.includes('v')) return 'the flag `v` has no counterpart';
  for (const { token, inClass } of tokens(source)) {
    if (inClass && token === '\\b') return 'it has a backspace (`\\b`) in a class';
    if (token === '[]' || token === '[^]') return `it has the class \`${token}\``;
    const [, reason] = UNSUPPORTED.find(([start]) => start.test(token)) ?? [];
    if (reason) return reason;
    const repeat = /^\{(\d+)(?:,(\d*))?\}$/.exec(token);
    if (repeat && Math.max(Number(repeat[1]), Number(repeat[2] ?? 0)) > 1000) return 'it repeats more than 1,000 times';
  }
  return undefined;
}

interface Token {
  readonly token: string;
  readonly inClass: boolean;
}

/** Enough of the syntax to tell an escaped character, a class, the head of a group and a repetition from plain text. */
function* tokens(source: string): Generator<Token> {
  const token = /\\[pPk](?:\{[^}]*\}|<[^>]*>)?|\\u\{?|\\c.|\\[\s\S]|\[\^?\]|\[\^?|\]|\(\?<?[=!:]?|\{\d+(?:,\d*)?\}|[\s\S]/y;
  let inClass = false;
  while (token.lastIndex < source.length) {
    const [text = ''] = token.exec(source) ?? [];
    if (text === '') return;
    if (inClass) {
      if (text === ']') inClass = false;
    } else if (text === '[' || text === '[^') {
      inClass = true;
    }
    // Inside a class brackets and parentheses are plain text.
    if (!inClass || text.startsWith('\\')) yield { token: text, inClass };
  }
}
