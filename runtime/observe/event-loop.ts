import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Instruments } from './instruments.ts';

type IntervalHistogram = ReturnType<typeof monitorEventLoopDelay>;

/** How often a timer is set, milliseconds; as prom-client does it, whose metrics' names these are. */
const RESOLUTION_MS = 10;

/**
 * How late timers come since the last scrape: how long a worker, or what the operator does itself, keeps everything else waiting. A timer all
 * the time costs half a percent of a core, so it is measured only while somebody profiles. The time between two timers (10 ms) is part of
 * each value, and the first one after a scrape is not counted.
 */
export class EventLoopDelay {
  #histogram: IntervalHistogram | undefined;

  constructor(instruments: Instruments) {
    const measure = (name: string, help: string, nanoseconds: (histogram: IntervalHistogram) => number): void =>
      instruments.collected(
        `nodejs_eventloop_lag_${name}seconds`,
        `Event loop delay since the last scrape: ${help}`,
        [],
        (gauge) => {
          gauge.reset();
          if (!this.#histogram || this.#histogram.count === 0) gauge.remove();
          else gauge.set(nanoseconds(this.#histogram) / 1e9);
        },
      );
    for (const percentile of [50, 90, 99])
      measure(`p${percentile}_`, `percentile ${percentile}`, (histogram) => histogram.percentile(percentile));
    measure('mean_', 'mean', (histogram) => histogram.mean);
    // The last one that is read.
    measure('max_', 'longest', (histogram) => {
      const { max } = histogram;
      histogram.reset();
      return max;
    });
  }

  /** From now on it is measured, or not any more. */
  measure(on: boolean): void {
    if (on === (this.#histogram !== undefined)) return;
    this.#histogram?.disable();
    this.#histogram = on ? monitorEventLoopDelay({ resolution: RESOLUTION_MS }) : undefined;
    this.#histogram?.enable();
  }
}
