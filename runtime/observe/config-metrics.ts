import type { Clock } from '../clock.ts';
import type { Instruments } from './instruments.ts';

/** What became of a configuration that was read while the operator ran. */
export type ReloadResult = 'applied' | 'unchanged' | 'refused';

/** Tells of the configuration, under names like those that Prometheus has for its own. */
export class ConfigMetrics {
  readonly #clock: Clock;
  readonly #reloads;
  readonly #successful;
  readonly #since;

  constructor(instruments: Instruments, clock: Clock) {
    this.#clock = clock;
    this.#reloads = instruments.counter(
      'autopilot_config_reloads_total',
      'Configurations that were read while the operator ran, by what became of them',
      ['result'],
    );
    for (const result of ['applied', 'unchanged', 'refused']) this.#reloads.inc({ result }, 0);
    this.#successful = instruments.gauge(
      'autopilot_config_last_reload_successful',
      'Whether the configuration that was read last is the one in use: 0 where it was refused and an older one stays',
      [],
    );
    this.#since = instruments.gauge(
      'autopilot_config_last_reload_success_timestamp_seconds',
      'When the configuration in use was taken up, in seconds since 1970',
      [],
    );
    this.#successful.set(1);
    this.#since.set(clock.now() / 1000);
  }

  reloaded(result: ReloadResult): void {
    this.#reloads.inc({ result });
    this.#successful.set(result === 'refused' ? 0 : 1);
    if (result !== 'refused') this.#since.set(this.#clock.now() / 1000);
  }
}
