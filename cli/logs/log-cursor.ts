import { stampOf } from './log-line.ts';

const SECOND = 1000;
/** Seconds before the newest line's of which lines are remembered: of two streams of one container, lines come somewhat out of order. */
const BEFORE = 1;

/**
 * How far a container's log was read, to read on after a broken connection. The API server takes whole seconds for where to begin, so that
 * it gives some lines again; these are known, and left out. Remembered are the lines of two seconds.
 */
export class LogCursor {
  /** Second, then line, then how often. */
  readonly #seen = new Map<number, Map<string, number>>();
  #newest: number | undefined;
  /** What this reading may give again. */
  #expected = new Map<string, number>();

  /** Where to begin (`sinceTime`); undefined where nothing was read. */
  get since(): string | undefined {
    return this.#newest === undefined
      ? undefined
      : new Date((this.#newest - BEFORE) * SECOND).toISOString().replace('.000Z', 'Z');
  }

  /** A reading from `since` begins. */
  begin(): void {
    this.#expected = new Map([...this.#seen.values()].flatMap((lines) => Array.from(lines)));
  }

  /** Whether the line was not read before. Notes that it was. */
  isNew(raw: string): boolean {
    const left = this.#expected.get(raw);
    if (left !== undefined) {
      if (left === 1) this.#expected.delete(raw);
      else this.#expected.set(raw, left - 1);
      return false;
    }
    const stamped = stampOf(raw);
    if (stamped) this.#note(raw, Math.floor(stamped.seen / SECOND));
    return true;
  }

  #note(raw: string, second: number): void {
    if (this.#newest === undefined || second > this.#newest) {
      this.#newest = second;
      for (const old of this.#seen.keys()) if (old < second - BEFORE) this.#seen.delete(old);
    }
    if (second < this.#newest - BEFORE) return;
    const lines = this.#seen.get(second) ?? new Map<string, number>();
    this.#seen.set(second, lines.set(raw, (lines.get(raw) ?? 0) + 1));
  }
}
