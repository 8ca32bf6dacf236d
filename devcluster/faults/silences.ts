import type { RequestRecord } from '../requests/request-record.ts';

type Matches = (request: RequestRecord) => boolean;

interface Silence {
  readonly matches: Matches;
  /** Cuts the connections that it has silenced. */
  readonly cuts: Set<() => void>;
  hits: number;
}

/** What a silence has done so far. */
export interface Silenced {
  readonly hits: number;
  readonly isOver: boolean;
  end(): void;
}

/** Connections whose other end has gone without a word: what is asked on them is not answered, and they are not cut. */
export class Silences {
  readonly #all = new Set<Silence>();

  /** `open`: how to cut the connections that it hits at once. */
  begin(matches: Matches, open: readonly (() => void)[]): Silenced {
    const silence: Silence = { matches, cuts: new Set(open), hits: open.length };
    this.#all.add(silence);
    const isOver = (): boolean => !this.#all.has(silence);
    return {
      get hits() {
        return silence.hits;
      },
      get isOver() {
        return isOver();
      },
      end: () => this.#end(silence),
    };
  }

  /** Whether a request is met with silence; then `cut` is called when that is over. */
  meets(request: RequestRecord, cut: () => void): boolean {
    for (const silence of this.#all) {
      if (!silence.matches(request)) continue;
      silence.hits++;
      silence.cuts.add(cut);
      return true;
    }
    return false;
  }

  clear(): void {
    for (const silence of Array.from(this.#all)) this.#end(silence);
  }

  /** What was not said is lost, so that nothing may go on as if it had been. */
  #end(silence: Silence): void {
    if (!this.#all.delete(silence)) return;
    for (const cut of silence.cuts) cut();
  }
}
