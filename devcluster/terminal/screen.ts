import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** What a line is about in one glance. */
export type Tone = 'plain' | 'quiet' | 'good' | 'news' | 'warning' | 'bad';

const STYLES: Readonly<Record<Tone, Style>> = {
  plain: [],
  quiet: ['dim'],
  good: ['green'],
  news: ['bold'],
  warning: ['yellow'],
  bad: ['red'],
};

/** Beyond this a name moves its own line only. */
const WIDEST_SUBJECT = 32;
const TIME = 'HH:MM:SS';

/**
 * Lines in columns: when, about what, and what happened. Colours are for terminals, and not where NO_COLOR asks for none; elsewhere
 * the lines are plain text.
 */
export class Screen {
  readonly #output: NodeJS.WritableStream;
  readonly #now: () => Date;
  readonly #margin: () => string;
  #width = 10;

  /** `margin`: what stands between time and subject, of one width. Default: nothing. */
  constructor(output: NodeJS.WritableStream, now: () => Date, margin: () => string = () => '') {
    this.#output = output;
    this.#now = now;
    this.#margin = margin;
  }

  /** A line about `subject`; further lines of the text are indented below. */
  say(subject: string, text: string, tone: Tone = 'plain'): void {
    this.#width = Math.max(this.#width, Math.min(subject.length, WIDEST_SUBJECT));
    const [first = '', ...more] = text.split('\n');
    const time = this.#now().toTimeString().slice(0, TIME.length);
    const name = this.#paint(subject.padEnd(this.#width), tone === 'bad' ? 'bad' : 'quiet');
    this.#write(`${this.#paint(time + this.#besides(), 'quiet')}  ${name}  ${this.#paint(first, tone)}`);
    this.more(more, tone);
  }

  /** Lines that belong to the one before. */
  more(lines: readonly string[], tone: Tone = 'plain'): void {
    const indent = ' '.repeat(TIME.length + this.#besides().length + this.#width + 4);
    for (const line of lines) this.#write(line === '' ? '' : `${indent}${this.#paint(line, tone)}`);
  }

  #besides(): string {
    const margin = this.#margin();
    return margin === '' ? '' : `  ${margin}`;
  }

  #paint(text: string, tone: Tone): string {
    // It looks at NO_COLOR, FORCE_COLOR, and whether this is a terminal.
    return text === '' ? '' : styleText(STYLES[tone], text, { stream: this.#output });
  }

  #write(line: string): void {
    this.#output.write(`${line.trimEnd()}\n`);
  }
}
