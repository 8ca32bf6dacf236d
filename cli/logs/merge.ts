import type { Clock, Timer } from '../../runtime/clock.ts';

interface Timed {
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** Of several logs that end, one in the order of time. Lines of one log stay in its order, whatever their times; of two of one time that of the log named first comes first. */
export async function* mergeByTime<Line extends Timed>(
  logs: readonly AsyncIterator<Line, void>[],
): AsyncGenerator<Line, void> {
  const heads = await Promise.all(logs.map(async (log) => ({ log, next: await log.next() })));
  for (;;) {
    let first: (typeof heads)[number] | undefined;
    let time = Infinity;
    for (const head of heads) {
      if (head.next.done || (first && head.next.value.time >= time)) continue;
      first = head;
      ({ time } = head.next.value);
    }
    if (!first || first.next.done) return;
    yield first.next.value;
    first.next = await first.log.next();
  }
}

/** How long a line waits for earlier ones of other logs, in milliseconds: as long as lines may be on their way. */
const HELD = 250;

interface Held<Line> {
  readonly line: Line;
  /** By the monotonic clock. */
  readonly arrived: number;
}

/**
 * The same of logs that go on: a line is held for a moment, in which earlier ones of other logs may come. One that comes later than that is
 * given as it comes.
 */
export class LiveMerge<Line extends Timed> {
  readonly #clock: Clock;
  readonly #give: (line: Line) => void;
  readonly #logs = new Set<Held<Line>[]>();
  readonly #closed = new Set<Held<Line>[]>();
  #timer: Timer | undefined;

  constructor(clock: Clock, give: (line: Line) => void) {
    this.#clock = clock;
    this.#give = give;
  }

  /** Takes part with one more log, until it is closed. */
  open(): { push(line: Line): void; close(): void } {
    const held: Held<Line>[] = [];
    this.#logs.add(held);
    return {
      push: (line) => {
        held.push({ line, arrived: this.#clock.monotonic() });
        this.#release();
      },
      close: () => {
        this.#closed.add(held);
        this.#release();
      },
    };
  }

  /** Gives all that is held. */
  flush(): void {
    this.#release(true);
  }

  /** Gives what is due, of several logs all that is earlier. */
  #release(all = this.#logs.size < 2): void {
    const due = this.#clock.monotonic() - HELD;
    for (;;) {
      const waiting = [...this.#logs].filter((held) => held.length > 0);
      const isDue = all || waiting.some(([head]) => head !== undefined && head.arrived <= due);
      if (waiting.length === 0 || !isDue) break;
      const first = waiting.reduce((a, b) => ((b[0]?.line.time ?? 0) < (a[0]?.line.time ?? 0) ? b : a));
      const head = first.shift();
      if (head) this.#give(head.line);
    }
    for (const held of this.#closed) {
      if (held.length > 0) continue;
      this.#closed.delete(held);
      this.#logs.delete(held);
    }
    this.#timer?.cancel();
    const arrivals = [...this.#logs].flatMap(([head]) => (head ? [head.arrived] : []));
    const wait = Math.min(...arrivals) - due;
    this.#timer = arrivals.length > 0 ? this.#clock.after(Math.max(wait, 1), () => this.#release()) : undefined;
  }
}
