/**
 * Patterns of JavaScript as patterns of RE2, which the API server uses. The languages agree on nearly all that people write;
 * what only JavaScript has is written otherwise or refused here rather than by the server, whose answer knows no line of
 * `spec.ts`. What is returned means the same to JavaScript. What differs still, and is rare: RE2 sees one
 * character where JavaScript without the flag `u` sees the two halves of one beyond U+FFFF; with the flag `m` only `\n` ends its lines, with
 * `i` it takes the Kelvin sign for a k; U+FEFF is no space to it, and `[\S]`, in a class, takes the spaces beyond ASCII.
 */
export type Translated = { readonly pattern: string } | { readonly refused: string };

export function toRe2({ source, flags }: RegExp): Translated {
  if (/[yv]/.test(flags)) return { refused: `the flag \`${flags.includes('y') ? 'y' : 'v'}\` has no counterpart` };
  let pattern = '';
  let inClass = false;
  for (let rest = source; rest !== '';) {
    const [token = rest] = (inClass ? CLASS_TOKEN : TOKEN).exec(rest) ?? [];
    rest = rest.slice(token.length);
    if (inClass && token === ']') inClass = false;
    else if (!inClass && (token === '[' || token === '[^')) inClass = true;
    const translated = token.startsWith('\\') ? escape(token, inClass) : plain(token, inClass, flags.includes('s'));
    if (typeof translated !== 'string') return translated;
    pattern += translated;
  }
  // The flags g and d mean nothing for a test, and RE2 always works with code points, as u does.
  const inline = flags.replaceAll(/[^ims]/g, '');
  return { pattern: inline === '' ? pattern : `(?${inline}:${pattern})` };
}

const ESCAPE = String.raw`\\[pPk](?:\{[^}]*\}|<[^>]*>)|\\u\{[^}]*\}|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\c[A-Za-z]|\\\d+|\\[^]`;
const TOKEN = new RegExp(String.raw`^(?:${ESCAPE}|\[\^?\]|\[\^?|\(\?<?[=!]|\{\d+(?:,\d*)?\}|[^])`);
const CLASS_TOKEN = new RegExp(`^(?:${ESCAPE}|[^])`);

/** What JavaScript's `\s` takes; RE2's is ASCII only. */
const SPACES = String.raw`\s\v\p{Z}`;

/** RE2 writes a repetition out, and stops at this many. */
const MAX_REPEAT = 1000;

function plain(token: string, inClass: boolean, dotAll: boolean): string | { refused: string } {
  if (inClass) return token;
  // RE2's point takes in what ends lines, but for the line feed.
  if (token === '.' && !dotAll) return String.raw`[^\n\r\p{Zl}\p{Zp}]`;
  if (token.startsWith('(?') && token.length > 2) return { refused: 'it looks ahead or behind' };
  if (token === '[]' || token === '[^]') return { refused: `it has the class \`${token}\`` };
  const counts = /^\{(\d+)(?:,(\d*))?\}$/.exec(token)?.slice(1) ?? [];
  if (counts.some((count) => Number(count ?? 0) > MAX_REPEAT))
    return { refused: `it repeats more than ${MAX_REPEAT} times` };
  return token;
}

function escape(token: string, inClass: boolean): string | { refused: string } {
  const letter = token.charAt(1);
  if (letter === 's') return inClass ? SPACES : `[${SPACES}]`;
  if (letter === 'S') return inClass ? token : `[^${SPACES}]`;
  if (/[dDwWnrtfvx]/.test(letter) || token === '\\0') return token;
  if (letter === 'b' || letter === 'B') return inClass ? { refused: 'it has a backspace (`\\b`) in a class' } : token;
  if (letter === 'u') return character(Number.parseInt(token.replaceAll(/[\\u{}]/g, ''), 16));
  if (letter === 'c' && token.length > 2) return character(token.charCodeAt(2) % 32);
  if (letter === 'k' || /\d/.test(letter)) return { refused: 'it refers back to a group' };
  if (letter === 'p' || letter === 'P') {
    // Of the names that JavaScript knows, RE2 knows the short ones of general categories.
    return /^\\[pP]\{[A-Z][a-z]?\}$/.test(token) ? token : { refused: `RE2 has no Unicode property \`${token}\`` };
  }
  if (/[A-Za-z]/.test(letter)) return { refused: `\`${token}\` escapes a letter that needs no escape` };
  return letter > '\u007f' ? letter : token;
}

/** A character as itself, which both languages read alike, or escaped where it would mean something. */
function character(code: number): string | { refused: string } {
  if (code >= 0xd800 && code <= 0xdfff) return { refused: 'it names one half of a surrogate pair' };
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
  const text = String.fromCodePoint(code);
  return /[A-Za-z0-9]/.test(text) || code > 0x7f ? text : `\\${text}`;
}
