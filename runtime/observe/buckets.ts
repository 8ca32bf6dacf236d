import type { LabelValues } from 'prom-client';

/** A value as a registry writes it. */
interface Value {
  readonly labels: Readonly<Record<string, string | number | undefined>>;
  readonly value: number;
  readonly metricName: string;
}

/** The values for one set of labels. */
export class Series<Label extends string> {
  readonly labels: LabelValues<Label>;
  readonly #bounds: readonly number[];
  /** For each bound, and for what is beyond them, how many values were no greater and greater than the bound before. */
  readonly counts: number[];
  sum = 0;

  constructor(labels: LabelValues<Label>, bounds: readonly number[]) {
    this.labels = labels;
    this.#bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number): void {
    let index = 0;
    while (index < this.#bounds.length && value > (this.#bounds[index] ?? 0)) index += 1;
    this.counts[index] = (this.counts[index] ?? 0) + 1;
    this.sum += value;
  }
}

/**
 * A histogram for prom-client's registry, whose own one hashes and checks labels, and looks its buckets up by name, for each of the
 * five values of a sync.
 */
export class Buckets<Label extends string> {
  readonly name: string;
  readonly #help: string;
  readonly #labelNames: readonly Label[];
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Series<Label>>();

  /** `bounds`: the upper ones, ascending. */
  constructor(name: string, help: string, labelNames: readonly Label[], bounds: readonly number[]) {
    this.name = name;
    this.#help = help;
    this.#labelNames = labelNames;
    this.#bounds = bounds;
  }

  observe(labels: LabelValues<Label>, value: number): void {
    this.of(labels).observe(value);
  }

  /** What the registry asks at a scrape. */
  get(): Promise<object> {
    const values = [...this.#series.values()].flatMap((series) => this.#valuesOf(series));
    return Promise.resolve({ name: this.name, help: this.#help, type: 'histogram', aggregator: 'sum', values });
  }

  #valuesOf({ labels, counts, sum }: Series<Label>): readonly Value[] {
    let count = 0;
    const buckets = counts.map((each, index) => {
      count += each;
      return {
        labels: { le: this.#bounds[index] ?? '+Inf', ...labels },
        value: count,
        metricName: `${this.name}_bucket`,
      };
    });
    return [
      ...buckets,
      { labels, value: sum, metricName: `${this.name}_sum` },
      { labels, value: count, metricName: `${this.name}_count` },
    ];
  }

  /** The values for these labels, to be kept where they come often. The series is there from now on. */
  of(labels: LabelValues<Label>): Series<Label> {
    let key = '';
    // A value of a label may hold any character but this one.
    for (const name of this.#labelNames) key += `${labels[name] ?? ''}\u0000`;
    let series = this.#series.get(key);
    if (!series) {
      series = new Series(labels, this.#bounds);
      this.#series.set(key, series);
    }
    return series;
  }
}
