/** The words of a CEL expression. Source: the grammar in cel-spec, cel-go/parser/gen/CEL.g4. */
import type { Issue } from './issues.ts';

export interface Token {
  readonly type: 'ident' | 'quotedIdent' | 'int' | 'uint' | 'float' | 'string' | 'bytes' | 'sign' | 'end';
  readonly text: string;
  readonly position: number;
}

const SPACE = /(?:[\t \r\n\f]|\/\/[^\n]*)+/y;
const FLOAT = /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)/y;
const INTEGER = /(?:0x[0-9a-fA-F]+|\d+)[uU]?/y;
const IDENT = /[A-Za-z_][A-Za-z0-9_]*/y;
const QUOTED_IDENT = /`[A-Za-z0-9_.\-/ ]+`/y;
const ESCAPE = '\\\\(?:[abfnrtv"\'\\\\?`]|[0-3][0-7][0-7]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})';
const TEXT = new RegExp(
  [
    '(?:[rR]"""[^]*?""")',
    "(?:[rR]'''[^]*?''')",
    '(?:[rR]"[^"\\n\\r]*")',
    "(?:[rR]'[^'\\n\\r]*')",
    `(?:"""(?:${ESCAPE}|[^\\\\])*?""")`,
    `(?:'''(?:${ESCAPE}|[^\\\\])*?''')`,
    `(?:"(?:${ESCAPE}|[^\\\\"\\n\\r])*")`,
    `(?:'(?:${ESCAPE}|[^\\\\'\\n\\r])*')`,
  ].join('|'),
  'y',
);
const BYTES_PREFIX = /[bB](?=[rR]?["'])/y;
const SIGN = /==|!=|<=|>=|&&|\|\||[<>[\]{}().,\-!?:+*/%]/y;

export interface Tokens {
  readonly tokens: readonly Token[];
  /** What is no word at all. */
  readonly issues: readonly Issue[];
}

export function tokenize(source: string): Tokens {
  const tokens: Token[] = [];
  const issues: Issue[] = [];
  let at = 0;
  const match = (pattern: RegExp, from = at): string | undefined => {
    pattern.lastIndex = from;
    return pattern.exec(source)?.[0];
  };
  for (;;) {
    at += match(SPACE)?.length ?? 0;
    if (at >= source.length) break;
    const token = read();
    if (token === undefined) {
      const wrong = unreadable(source.slice(at));
      issues.push({ position: at, message: `Syntax error: token recognition error at: '${shown(wrong)}'` });
      at += wrong.length;
    } else {
      tokens.push(token);
      at += token.text.length;
    }
  }
  tokens.push({ type: 'end', text: '<EOF>', position: source.length });
  return { tokens, issues };

  function read(): Token | undefined {
    const prefix = match(BYTES_PREFIX);
    const bytes = prefix === undefined ? undefined : match(TEXT, at + prefix.length);
    if (prefix !== undefined && bytes !== undefined) return { type: 'bytes', text: prefix + bytes, position: at };
    const text = match(TEXT);
    if (text !== undefined) return { type: 'string', text, position: at };
    const float = match(FLOAT);
    if (float !== undefined) return { type: 'float', text: float, position: at };
    const integer = match(INTEGER);
    if (integer !== undefined) return { type: /[uU]$/.test(integer) ? 'uint' : 'int', text: integer, position: at };
    const ident = match(IDENT);
    if (ident !== undefined) return { type: WORDS.has(ident) ? 'sign' : 'ident', text: ident, position: at };
    const quoted = match(QUOTED_IDENT);
    if (quoted !== undefined) return { type: 'quotedIdent', text: quoted, position: at };
    const sign = match(SIGN);
    return sign === undefined ? undefined : { type: 'sign', text: sign, position: at };
  }
}

/** How far something was read that could have become a word, with the character at which it could not any more. */
function unreadable(rest: string): string {
  const quoted = /^["'](?:\\[abfnrtv"'\\?`xXuU0-3]|[^\\"'\n\r])*(?:\\[^]|[^])?/.exec(rest)?.[0];
  return quoted ?? /^[=&|][^]?|^[^]/u.exec(rest)?.[0] ?? rest;
}

const shown = (text: string): string => text.replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r');

const WORDS: ReadonlySet<string> = new Set(['in', 'true', 'false', 'null']);

/** What a string or bytes literal says; undefined where an escape makes no sense there. */
export function unescapeText(literal: string, isBytes: boolean): string | Uint8Array | undefined {
  const raw = /^[rR]/.test(literal);
  const quoted = raw ? literal.slice(1) : literal;
  const quotes = /^("""|''')/.test(quoted) ? 3 : 1;
  const inner = quoted.slice(quotes, -quotes);
  if (raw) return isBytes ? Buffer.from(inner) : inner.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  const parts: Buffer[] = [];
  let text = '';
  for (const part of inner.match(PIECE) ?? []) {
    const escape = part.startsWith('\\') ? part : undefined;
    if (escape === undefined) {
      text += part;
      parts.push(Buffer.from(part));
      continue;
    }
    const simple = SIMPLE[escape.charAt(1)];
    const code = simple === undefined ? codeOf(escape) : undefined;
    const isByte = code !== undefined && !/^\\[uU]/.test(escape);
    if (code !== undefined && (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))) return undefined;
    if (isBytes && /^\\[uU]/.test(escape)) return undefined;
    const char = simple ?? String.fromCodePoint(code ?? 0);
    text += char;
    parts.push(isByte ? Buffer.from([code & 0xff]) : Buffer.from(char));
  }
  return isBytes ? Buffer.concat(parts) : text;
}

const PIECE = /\\(?:[0-3][0-7][0-7]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[^])|[^\\]+/g;

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '"': '"',
  "'": "'",
  '\\': '\\',
  '?': '?',
  '`': '`',
};

function codeOf(escape: string): number {
  const digits = /^\\[xXuU]/.test(escape) ? escape.slice(2) : escape.slice(1);
  return Number.parseInt(digits, /^\\[xXuU]/.test(escape) ? 16 : 8);
}
