/**
 * A short text that a pattern of RE2 matches: the first alternative, each repetition as seldom as allowed. Undefined for syntax
 * that it does not know; whoever asks checks the text against the pattern.
 */
export function leastMatch(pattern: string): string | undefined {
  try {
    const reader = new PatternReader(pattern);
    const text = reader.alternatives();
    return reader.atEnd ? text : undefined;
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Tried in this order for classes. */
const CHARACTERS = Array.from('a1A-_./: xzXZ09#@é');

const CLASS = /^\[\^?\]?(?:\\[pP]\{[^}]*\}|\\[^]|[^\]\\])*\]/;
const ESCAPE = /^\\(?:[pP]\{[^}]*\}|x[0-9A-Fa-f]{2}|x\{[0-9A-Fa-f]+\}|[^])/;
const REPEAT = /^(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/;
const GROUP = /^\((?:\?(?:[ims]*(?:-[ims]+)?:|P?<[^>]+>))?/;

class PatternReader {
  #rest: string;

  constructor(pattern: string) {
    this.#rest = pattern;
  }

  get atEnd(): boolean {
    return this.#rest === '';
  }

  /** Up to the end of the pattern or of the group. */
  alternatives(): string {
    const first = this.#sequence();
    while (this.#take(/^\|/) !== undefined) this.#sequence();
    return first;
  }

  #sequence(): string {
    let text = '';
    while (this.#rest !== '' && !/^[|)]/.test(this.#rest)) {
      const atom = this.#atom();
      const repeat = REPEAT.exec(this.#rest);
      if (repeat) this.#rest = this.#rest.slice(repeat[0].length);
      const times = repeat ? Number(repeat[1] ?? (repeat[0].startsWith('+') ? 1 : 0)) : 1;
      text += atom.repeat(times);
    }
    return text;
  }

  #atom(): string {
    if (this.#take(GROUP) !== undefined) {
      const inner = this.alternatives();
      if (this.#take(/^\)/) === undefined) throw new SyntaxError('a group has no end');
      return inner;
    }
    const set = this.#take(CLASS);
    if (set !== undefined) return oneOf(set);
    const escape = this.#take(ESCAPE);
    if (escape !== undefined) return escaped(escape);
    const character = this.#take(/^[^]/u) ?? '';
    if (character === '^' || character === '$') return '';
    return character === '.' ? 'a' : character;
  }

  #take(token: RegExp): string | undefined {
    const [text] = token.exec(this.#rest) ?? [];
    if (text === undefined || text === '') return undefined;
    this.#rest = this.#rest.slice(text.length);
    return text;
  }
}

const CONTROLS: Readonly<Record<string, string>> = {
  '\\t': '\t',
  '\\n': '\n',
  '\\r': '\r',
  '\\f': '\f',
  '\\v': '\v',
  '\\0': '\0',
};

function escaped(escape: string): string {
  if (/^\\[bBAz]$/.test(escape)) return '';
  const [, code] = /^\\x\{?([0-9A-Fa-f]+)\}?$/.exec(escape) ?? [];
  if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
  return CONTROLS[escape] ?? oneOf(escape);
}

/** A character that a class or an escape matches. */
function oneOf(source: string): string {
  const test = new RegExp(`^${source}$`, 'u');
  const found = CHARACTERS.concat(Array.from(source)).find((character) => test.test(character));
  if (found === undefined) throw new RangeError(`no character for ${source}`);
  return found;
}
