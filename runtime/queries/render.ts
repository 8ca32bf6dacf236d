import { quoted, type Placeholder, type Template } from './template.ts';

/** Characters that mean something in Prometheus' regular expressions (RE2). */
const META = /[\\.+*?()|[\]{}^$]/g;
/** A duration of PromQL: units from the longest to the shortest, each once, whole numbers. */
const DURATION = /^(?=\d)(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?:\d+ms)?$/;
const NUMBER = /^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|inf|nan)$/i;
const NAME = /^[A-Za-z_:][\w:]*$/;
const PART = /^[\w:]+$/;

/** What an argument has to be, or may not hold. */
export class BadArgument extends Error {
  readonly parameter: string;

  constructor(parameter: string, problem: string) {
    super(problem);
    this.parameter = parameter;
  }
}

/** The query with its arguments, none of which can be more than what its place has room for. Throws {@link BadArgument}. */
export function render({ pieces }: Template, values: ReadonlyMap<string, unknown>): string {
  return pieces
    .map((piece) => (typeof piece === 'string' ? piece : written(piece, values.get(piece.parameter))))
    .join('');
}

function written({ parameter, place, quote = '"' }: Placeholder, value: unknown): string {
  const bad = (needed: string): BadArgument =>
    new BadArgument(parameter, `is ${shown(value)}, and has to be ${needed}.`);
  const text = typeof value === 'number' && place !== 'duration' ? numberText(value) : value;
  if (typeof text !== 'string') throw bad(place === 'duration' ? 'a duration such as "1m30s"' : 'a string');
  if (!text.isWellFormed()) throw bad('valid Unicode');
  switch (place) {
    case 'value':
      return quoted(text, quote);
    case 'pattern':
      return quoted(text.replaceAll(META, String.raw`\$&`), quote);
    case 'duration':
      if (!DURATION.test(text) || !/[1-9]/.test(text))
        throw bad('a duration as Prometheus writes them, such as "1m30s"');
      return text;
    case 'word':
      if (!NUMBER.test(text) && !NAME.test(text)) throw bad('a number, or a name of letters, digits, _ and :');
      return text;
    case 'part':
      if (!PART.test(text)) throw bad('made of letters, digits, _ and :');
      return text;
  }
}

/** As PromQL writes it, and labels too: the last bucket of a histogram is `le="+Inf"`. */
function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : typeof value === 'number' ? String(value) : typeof value;
}
