import type { Counter, LabelValues } from 'prom-client';

/** What was counted for one set of labels and not handed on yet. */
interface Counted<Label extends string> {
  readonly labels: LabelValues<Label>;
  count: number;
}

/**
 * Counts beside a counter of prom-client, which takes what came together at each scrape: that hashes and checks labels for each
 * increment, a dozen times in a sync.
 */
export class Tally<Label extends string> {
  readonly #names: readonly Label[];
  readonly #counted = new Map<string, Counted<Label>>();

  constructor(names: readonly Label[]) {
    this.#names = names;
  }

  /** Default of `value`: 1. With 0 the series is there from the beginning. */
  inc(labels: LabelValues<Label>, value = 1): void {
    let key = '';
    // A value of a label may hold any character but this one.
    for (const name of this.#names) key += `${labels[name] ?? ''}\u0000`;
    const known = this.#counted.get(key);
    if (known) known.count += value;
    else this.#counted.set(key, { labels, count: value });
  }

  handOn(counter: Counter<Label>): void {
    for (const counted of this.#counted.values()) {
      counter.inc(counted.labels, counted.count);
      counted.count = 0;
    }
  }
}
