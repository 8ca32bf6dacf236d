import type { Gauge as GaugeType } from 'prom-client';
import Counter from 'prom-client/lib/counter.js';
import Gauge from 'prom-client/lib/gauge.js';
import Registry from 'prom-client/lib/registry.js';
import { Buckets } from './buckets.ts';
import { Tally } from './tally.ts';

export type { GaugeType as Gauge };

/** Makes metrics, and writes all of them in Prometheus' text format. */
export class Instruments {
  readonly #registry = new Registry();

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** What is served under /metrics. */
  async text(): Promise<string> {
    const text = await this.#registry.metrics();
    return text.replace(/(?<=[{,]le=")[^"+]+(?=")/g, (bound) => goNumber(Number(bound)));
  }

  /** The metrics as data: name, help, type and values. */
  families(): ReturnType<InstanceType<typeof Registry>['getMetricsAsJSON']> {
    return this.#registry.getMetricsAsJSON();
  }

  counter<Label extends string>(name: string, help: string, labelNames: Label[]): Tally<Label> {
    const tally = new Tally(labelNames);
    void new Counter({
      name,
      help,
      labelNames,
      registers: [this.#registry],
      collect() {
        tally.handOn(this);
      },
    });
    return tally;
  }

  gauge<Label extends string>(name: string, help: string, labelNames: Label[]): GaugeType<Label> {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  histogram<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    bounds: readonly number[],
  ): Buckets<Label> {
    const buckets = new Buckets(name, help, labelNames, bounds);
    this.#registry.registerMetric(buckets);
    return buckets;
  }

  /** A gauge whose value is asked at each scrape; undefined: then there is no such series. */
  measured(
    name: string,
    help: string,
    labels: Readonly<Record<string, string>>,
    value: () => number | undefined,
  ): void {
    this.collected(name, help, Object.keys(labels), (gauge) => {
      const measured = value();
      if (measured === undefined) gauge.remove(labels);
      else gauge.set(labels, measured);
    });
  }

  /** A gauge that is filled at each scrape. */
  collected<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    collect: (gauge: GaugeType<Label>) => void,
  ): void {
    void new Gauge({
      name,
      help,
      labelNames,
      registers: [this.#registry],
      collect() {
        collect(this);
      },
    });
  }

  /** A counter that somebody else counts: its value is asked at each scrape; undefined: then there is no such series. */
  counted(name: string, help: string, value: () => number | undefined): void {
    void new Counter({
      name,
      help,
      labelNames: [],
      registers: [this.#registry],
      collect() {
        const counted = value();
        this.reset();
        if (counted === undefined) this.remove();
        else this.inc(counted);
      },
    });
  }
}

/**
 * A number as Go writes it: buckets of several programs are summed by the text of their bound. The shortest digits are the same; below
 * 0.0001 Go changes to exponents, of two digits at least.
 */
export function goNumber(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : value < 0 ? '-Inf' : 'NaN';
  if (value === 0 || Math.abs(value) >= 1e-4) return String(value);
  return value.toExponential().replace(/-(\d)$/, '-0$1');
}
