import type { Counter, LabelValues } from 'prom-client';

/** What was counted for one set of labels and not handed on yet. */
export class Count<Label extends string> {
  readonly labels: LabelValues<Label>;
  count = 0;

  constructor(labels: LabelValues<Label>) {
    this.labels = labels;
  }

  /** Default of `value`: 1. */
  inc(value = 1): void {
    this.count += value;
  }
}

/**
 * Counts beside a counter of prom-client, which takes what came together at each scrape: that hashes and checks labels for each
 * increment, a dozen times in a sync.
 */
export class Tally<Label extends string> {
  readonly #names: readonly Label[];
  readonly #counted = new Map<string, Count<Label>>();

  constructor(names: readonly Label[]) {
    this.#names = names;
  }

  /** Default of `value`: 1. */
  inc(labels: LabelValues<Label>, value = 1): void {
    this.of(labels).inc(value);
  }

  /** The count for these labels, to be kept where they are counted often. The series is there from now on. */
  of(labels: LabelValues<Label>): Count<Label> {
    let key = '';
    // A value of a label may hold any character but this one.
    for (const name of this.#names) key += `${labels[name] ?? ''}\u0000`;
    let count = this.#counted.get(key);
    if (!count) {
      count = new Count(labels);
      this.#counted.set(key, count);
    }
    return count;
  }

  handOn(counter: Counter<Label>): void {
    for (const counted of this.#counted.values()) {
      counter.inc(counted.labels, counted.count);
      counted.count = 0;
    }
  }
}
