import { isFields, numberAt, type Fields } from '../cluster/fields.ts';

/** A line of a container's log. */
export interface LogLine {
  /** Of which pod. */
  readonly pod: string;
  /** What the container printed. */
  readonly text: string;
  /** The same read, where it is a JSON object. */
  readonly fields: Fields | undefined;
  /** Milliseconds since 1970: the line's own, else when its node saw it. */
  readonly time: number;
}

/** As the API server gives a line with its time: when the node saw it. */
interface Stamped {
  readonly seen: number;
  readonly text: string;
}

const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) /;
/** Lines that are not JSON and come this soon after another, in milliseconds, belong to it: a stack is one thing. */
const TOGETHER = 100;

/** Undefined where the line has no time: what a node says of a log that it cannot read has none. */
export function stampOf(raw: string): Stamped | undefined {
  const [whole = '', stamp = ''] = STAMP.exec(raw) ?? [];
  const seen = Date.parse(stamp);
  return Number.isNaN(seen) ? undefined : { seen, text: raw.slice(whole.length) };
}

/**
 * Reads a pod's lines one after the other. A line that is no JSON has the time of the line before, whose part it most likely is, or after
 * a while the one at which its node saw it.
 */
export class LineReader {
  readonly #pod: string;
  #last: { readonly time: number; readonly seen: number } | undefined;

  constructor(pod: string) {
    this.#pod = pod;
  }

  read(raw: string): LogLine {
    const stamped = stampOf(raw);
    const text = stamped?.text ?? raw;
    const seen = stamped?.seen ?? this.#last?.seen ?? 0;
    const fields = fieldsOf(text);
    const own = numberAt(fields, 'time');
    const time = own > 0 ? own : this.#timeBy(seen);
    this.#last = { time, seen };
    return { pod: this.#pod, text, fields, time };
  }

  #timeBy(seen: number): number {
    if (!this.#last) return seen;
    return seen - this.#last.seen <= TOGETHER ? this.#last.time : seen;
  }
}

function fieldsOf(text: string): Fields | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
