/** URLs, as far as Go's net/url and JavaScript's agree. Source: k8s.io/apiserver/pkg/cel/library/urls.go. */
import { stringFormat } from '../../schema/formats.ts';
import { quote } from '../../schema/go-text.ts';
import { asText, overload, type Overload } from '../functions.ts';
import { URL_TYPE } from '../types.ts';
import { CelList, EvaluationError, LiteralMap, OpaqueValue, type Value } from '../values.ts';

class UrlValue extends OpaqueValue {
  readonly type = URL_TYPE;
  readonly text: string;
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;

  constructor(text: string) {
    super();
    this.text = text;
    const [, scheme = '', authority, path = '', query = ''] =
      /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?/.exec(text) ?? [];
    this.scheme = scheme.toLowerCase();
    this.host = (authority ?? '').replace(/^.*@/, '');
    this.path = path;
    this.query = query;
  }

  get hostname(): string {
    const bracketed = /^\[([^\]]*)\]/.exec(this.host)?.[1];
    return bracketed ?? this.host.replace(/:[^:]*$/, '');
  }

  get port(): string {
    return /:(\d*)$/.exec(this.host.replace(/^\[[^\]]*\]/, ''))?.[1] ?? '';
  }

  /** The path as Go writes it: what may not stand there is escaped. */
  get escapedPath(): string {
    return this.path.replaceAll(/[^A-Za-z0-9\-_.~$&+,/:;=@!'()*[\]%]/gu, (char) => encodeURIComponent(char));
  }

  get queries(): LiteralMap {
    const values = new Map<string, string[]>();
    for (const part of this.query.split('&')) {
      if (part === '' || part.includes(';')) continue;
      const [name = '', value = ''] = /^([^=]*)=?([^]*)$/.exec(part)?.slice(1).map(unescapeQuery) ?? [];
      if (name === undefined || value === undefined) continue;
      values.set(name, [...(values.get(name) ?? []), value]);
    }
    return new LiteralMap(Array.from(values, ([name, list]): [Value, Value] => [name, CelList.of(list)]));
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof UrlValue && other.text === this.text;
  }
}

function unescapeQuery(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

const isUrl = (text: string): boolean => stringFormat('uri')?.(text) ?? false;

function parse(text: string): UrlValue {
  if (isUrl(text)) return new UrlValue(text);
  throw new EvaluationError(`URL parse error during conversion from string: parse ${quote(text)}: ${problemOf(text)}`);
}

function problemOf(text: string): string {
  if (text === '') return 'empty url';
  if (text.startsWith(':')) return 'missing protocol scheme';
  if (Array.from(text).some((char) => char < ' ' || char === '\u{7f}'))
    return 'net/url: invalid control character in URL';
  const escape = /%(?![0-9a-fA-F]{2}).{0,2}/u.exec(text)?.[0];
  return escape === undefined ? 'invalid URI for request' : `invalid URL escape ${quote(escape)}`;
}

const asUrl = (value: Value | undefined): UrlValue => {
  if (!(value instanceof UrlValue)) throw new EvaluationError('no such overload');
  return value;
};

export const URLS: readonly Overload[] = [
  overload('string_to_url', '"url"(string): url', (text) => parse(asText(text))),
  overload('url_get_scheme', 'url.getScheme(): string', (url) => asUrl(url).scheme),
  overload('url_get_host', 'url.getHost(): string', (url) => asUrl(url).host),
  overload('url_get_hostname', 'url.getHostname(): string', (url) => asUrl(url).hostname),
  overload('url_get_port', 'url.getPort(): string', (url) => asUrl(url).port),
  overload('url_get_escaped_path', 'url.getEscapedPath(): string', (url) => asUrl(url).escapedPath),
  overload('url_get_query', 'url.getQuery(): map(string, list(string))', (url) => asUrl(url).queries),
  overload('is_url_string', '"isURL"(string): bool', (text) => isUrl(asText(text))),
];
