import { REFUSALS } from './errors.ts';
import type { Refusal } from './errors.ts';
import { toRe2 } from './patterns.ts';
import type { Check } from './zod.ts';

/** What the server checks of a text: patterns, and a format of its own. */
export interface TextFormat {
  readonly patterns: readonly string[];
  readonly format?: string;
}

/**
 * A format of zod's as the server can check it. Where zod's own check is a pattern, that is all, since the server's formats of the same
 * names take other texts: its `uuid` needs no hyphens, its `email` takes comments. A format beside the type makes the server take lists,
 * too (seen with Kubernetes 1.37), so formats stand below `allOf`; for rules in CEL each is a text.
 */
export function textFormatOf(check: Check): TextFormat | Refusal {
  const { format = '', pattern, isOwn, parts } = check;
  const special = isOwn ? undefined : SPECIAL.get(format);
  if (special && 'remedy' in special) return REFUSALS.format(format, special.remedy);
  if (parts.length > 0) return REFUSALS.format('url with rules for its parts', REGEX_REMEDY);
  if (special) return special;
  // What zod checks beside a pattern is not known of formats that are not listed.
  if (!pattern || !(isOwn || BY_PATTERN.has(format))) return REFUSALS.format(format, REGEX_REMEDY);
  // `includes()` with a position counts line breaks.
  const whole = format === 'includes' ? new RegExp(pattern.source, 's') : pattern;
  const translated = toRe2(withoutLookahead(whole));
  if ('refused' in translated) return REFUSALS.pattern(pattern.source, translated.refused);
  return { patterns: [translated.pattern, ...(pattern.source.startsWith(HOST_LENGTH) ? [HOST_LENGTH_ALONE] : [])] };
}

/** What zod checks by its pattern and by nothing else. */
const BY_PATTERN: ReadonlySet<string> = new Set(
  (
    'regex lowercase uppercase includes starts_with ends_with email guid uuid nanoid cuid cuid2 ulid xid ksuid ipv4 mac cidrv4 ' +
    'e164 date time datetime'
  ).split(' '),
);

const REGEX_REMEDY = 'Describe it by a pattern: `.regex(…)`.';

/** An IPv4 address at the end, as it may stand in one of IPv6, has no zeros before its numbers; the server's format does not mind them. */
const NO_ZEROS = String.raw`^[^.]*$|:(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){3}(?:/\d+)?$`;

/** What zod checks by more than a pattern, by zod's names: what says the same to the server, or what else to do. */
const SPECIAL: ReadonlyMap<string, TextFormat | { readonly remedy: string }> = new Map<
  string,
  TextFormat | { readonly remedy: string }
>([
  ['ipv6', { format: 'ipv6', patterns: ['^[0-9A-Fa-f:.]*$', NO_ZEROS] }],
  [
    'cidrv6',
    {
      format: 'cidr',
      patterns: [String.raw`^[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*/(?:\d|[1-9]\d|1[01]\d|12[0-8])$`, NO_ZEROS],
    },
  ],
  ['base64', { patterns: ['^(?:[0-9A-Za-z+/]{4})*(?:[0-9A-Za-z+/]{2}==|[0-9A-Za-z+/]{3}=)?$'] }],
  ['base64url', { patterns: ['^(?:[0-9A-Za-z_-]{4})*(?:[0-9A-Za-z_-]{2,3})?$'] }],
  // zod asks the parser of browsers, the server Go's, which takes paths as well.
  ['url', { format: 'uri', patterns: [String.raw`^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$`] }],
  ['emoji', { remedy: REGEX_REMEDY }],
  ['jwt', { remedy: REGEX_REMEDY }],
  ['json_string', { remedy: REGEX_REMEDY }],
  // The format `duration` of the server is Go's.
  [
    'duration',
    { remedy: "Use durations as Kubernetes writes them, such as `1m30s`: `z.string().meta({ format: 'duration' })`." },
  ],
]);

/** zod's pattern of hostnames looks ahead for the length of the whole, which RE2 cannot; two patterns can. */
const HOST_LENGTH = String.raw`^(?=.{1,253}\.?$)`;
const HOST_LENGTH_ALONE = String.raw`^.{1,253}\.?$`;

function withoutLookahead({ source, flags }: RegExp): RegExp {
  return new RegExp(source.startsWith(HOST_LENGTH) ? `^${source.slice(HOST_LENGTH.length)}` : source, flags);
}
