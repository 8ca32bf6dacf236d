import type { Clock } from '../../clock.ts';

interface Entry<Answer> {
  readonly answer: Promise<Answer>;
  /** By the monotonic clock; undefined while it is asked for. */
  until: number | undefined;
}

/** More are not kept: who sends ever new tokens shall not fill the memory. */
const MOST_ENTRIES = 1_000;

/** Answers to questions, each kept for a while. Asked at the same time, a question is asked once; a failure is not kept. */
export class ReviewCache<Answer> {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry<Answer>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `keep` says for how many milliseconds an answer holds. */
  async get(key: string, ask: () => Promise<Answer>, keep: (answer: Answer) => number): Promise<Answer> {
    const known = this.#entries.get(key);
    if (known && (known.until === undefined || known.until > this.#clock.monotonic())) return known.answer;
    const entry: Entry<Answer> = { answer: ask(), until: undefined };
    // At the end, since the oldest ones go first.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    for (const [oldest] of this.#entries) {
      if (this.#entries.size <= MOST_ENTRIES) break;
      this.#entries.delete(oldest);
    }
    try {
      const answer = await entry.answer;
      entry.until = this.#clock.monotonic() + keep(answer);
      return answer;
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
      throw error;
    }
  }
}
