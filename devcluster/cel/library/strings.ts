/** Texts. Sources: cel-go/common/types/string.go, ext/strings.go (version 2). */
import { SHORT_ESCAPES, characterCount } from '../../schema/go-text.ts';
import { asInt, asList, asText, overload, type Overload } from '../functions.ts';
import { formatText } from '../format-text.ts';
import { CelList, EvaluationError } from '../values.ts';

const outOfRange = (index: bigint): EvaluationError => new EvaluationError(`index out of range: ${index}`);

function charAt(text: string, index: bigint): string {
  const chars = Array.from(text);
  if (index < 0n || index > BigInt(chars.length)) throw outOfRange(index);
  return chars[Number(index)] ?? '';
}

function indexOf(text: string, part: string, offset: bigint): bigint {
  if (offset < 0n) throw outOfRange(offset);
  const chars = Array.from(text);
  const length = BigInt(chars.length);
  if (part === '') return offset > length ? length : offset;
  if (offset >= length) return -1n;
  const rest = chars.slice(Number(offset)).join('');
  const found = rest.indexOf(part);
  return found < 0 ? -1n : offset + BigInt(characterCount(rest.slice(0, found)));
}

function lastIndexOf(text: string, part: string, offset: bigint | undefined): bigint {
  const chars = Array.from(text);
  const length = BigInt(chars.length);
  if (offset === undefined) {
    if (part === '') return length;
    if (Buffer.byteLength(text) < Buffer.byteLength(part)) return -1n;
  }
  const from = offset ?? length - 1n;
  if (from < 0n) throw outOfRange(from);
  if (part === '') return from > length ? length : from;
  if (from >= length) return -1n;
  const partLength = characterCount(part);
  for (let at = Math.min(Number(from), chars.length - partLength); at >= 0; at--) {
    if (chars.slice(at, at + partLength).join('') === part) return BigInt(at);
  }
  return -1n;
}

function substring(text: string, start: bigint, end: bigint | undefined): string {
  const chars = Array.from(text);
  const length = BigInt(chars.length);
  const to = end ?? length;
  if (end !== undefined && start > end) {
    throw new EvaluationError(`invalid substring range. start: ${start}, end: ${end}`);
  }
  if (start < 0n || start > length) throw outOfRange(start);
  if (to < 0n || to > length) throw outOfRange(to);
  return chars.slice(Number(start), Number(to)).join('');
}

function replace(text: string, from: string, to: string, limit: bigint): string {
  const pieces = split(text, from, -1n);
  if (from === '') return replaceBetween(Array.from(text), to, limit);
  const count = limit < 0n ? pieces.length - 1 : Math.min(Number(limit), pieces.length - 1);
  return (
    pieces
      .slice(0, count)
      .map((piece) => piece + to)
      .join('') + pieces.slice(count).join(from)
  );
}

/** What is replaced is the nothing around each character. */
function replaceBetween(chars: readonly string[], to: string, limit: bigint): string {
  const count = limit < 0n ? chars.length + 1 : Math.min(Number(limit), chars.length + 1);
  let out = '';
  for (let at = 0; at <= chars.length; at++) out += (at < count ? to : '') + (chars[at] ?? '');
  return out;
}

function split(text: string, separator: string, limit: bigint): string[] {
  if (limit === 0n) return [];
  const pieces = separator === '' ? Array.from(text) : text.split(separator);
  if (limit < 0n || BigInt(pieces.length) <= limit) return pieces;
  const last = Number(limit) - 1;
  return [...pieces.slice(0, last), pieces.slice(last).join(separator)];
}

const toAscii =
  (pattern: RegExp, change: (char: string) => string) =>
  (text: string): string =>
    text.replaceAll(pattern, change);
const lower = toAscii(/[A-Z]/g, (char) => char.toLowerCase());
const upper = toAscii(/[a-z]/g, (char) => char.toUpperCase());

const quoted = (text: string): string => `"${Array.from(text, (char) => SHORT_ESCAPES[char] ?? char).join('')}"`;

/** Space as Go's TrimSpace has it. */
const SPACE = '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const AROUND = new RegExp(`^${SPACE}+|${SPACE}+$`, 'g');

function join(list: CelList, separator: string): string {
  return [...list]
    .map((item) => {
      if (typeof item === 'string') return item;
      throw new EvaluationError('unsupported native conversion to string');
    })
    .join(separator);
}

const texts = (list: readonly string[]): CelList => CelList.of(list);

export const STRINGS: readonly Overload[] = [
  overload('contains_string', 'string.contains(string): bool', (a, b) => asText(a).includes(asText(b))),
  overload('starts_with_string', 'string.startsWith(string): bool', (a, b) => asText(a).startsWith(asText(b))),
  overload('ends_with_string', 'string.endsWith(string): bool', (a, b) => asText(a).endsWith(asText(b))),
  overload('string_char_at_int', 'string.charAt(int): string', (a, b) => charAt(asText(a), asInt(b))),
  overload('string_index_of_string', 'string.indexOf(string): int', (a, b) => indexOf(asText(a), asText(b), 0n)),
  overload('string_index_of_string_int', 'string.indexOf(string, int): int', (a, b, c) =>
    indexOf(asText(a), asText(b), asInt(c)),
  ),
  overload('string_last_index_of_string', 'string.lastIndexOf(string): int', (a, b) =>
    lastIndexOf(asText(a), asText(b), undefined),
  ),
  overload('string_last_index_of_string_int', 'string.lastIndexOf(string, int): int', (a, b, c) =>
    lastIndexOf(asText(a), asText(b), asInt(c)),
  ),
  overload('string_lower_ascii', 'string.lowerAscii(): string', (a) => lower(asText(a))),
  overload('string_upper_ascii', 'string.upperAscii(): string', (a) => upper(asText(a))),
  overload('string_replace_string_string', 'string.replace(string, string): string', (a, b, c) =>
    replace(asText(a), asText(b), asText(c), -1n),
  ),
  overload('string_replace_string_string_int', 'string.replace(string, string, int): string', (a, b, c, d) =>
    replace(asText(a), asText(b), asText(c), asInt(d)),
  ),
  overload('string_split_string', 'string.split(string): list(string)', (a, b) =>
    texts(split(asText(a), asText(b), -1n)),
  ),
  overload('string_split_string_int', 'string.split(string, int): list(string)', (a, b, c) =>
    texts(split(asText(a), asText(b), asInt(c))),
  ),
  overload('string_substring_int', 'string.substring(int): string', (a, b) =>
    substring(asText(a), asInt(b), undefined),
  ),
  overload('string_substring_int_int', 'string.substring(int, int): string', (a, b, c) =>
    substring(asText(a), asInt(b), asInt(c)),
  ),
  overload('string_trim', 'string.trim(): string', (a) => asText(a).replaceAll(AROUND, '')),
  overload('string_format', 'string.format(list(dyn)): string', (a, b) => formatText(asText(a), asList(b))),
  overload('strings_quote', '"strings.quote"(string): string', (a) => quoted(asText(a))),
  overload('list_join', 'list(string).join(): string', (a) => join(asList(a), '')),
  overload('list_join_string', 'list(string).join(string): string', (a, b) => join(asList(a), asText(b))),
];
