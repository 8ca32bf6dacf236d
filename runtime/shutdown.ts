import { messageOf } from './errors.ts';
import type { RootLogger } from './observe/logger.ts';

/** Longest time from a signal to the end of the process; a pod is killed after its terminationGracePeriodSeconds (default 30). */
const STOP_MS = 20_000;

/**
 * Ends this process on SIGTERM and SIGINT, from the moment on that it is made: with exit code 0 once all that runs has stopped, with 1 where
 * that fails or takes too long. A second signal ends it at once.
 */
export class Shutdown {
  #running: { readonly stop: () => Promise<unknown>; readonly logger: RootLogger } | undefined;
  #begun = false;
  readonly #told = (signal: NodeJS.Signals): void => this.begin(signal);

  constructor() {
    process.on('SIGTERM', this.#told).on('SIGINT', this.#told);
  }

  /** What is to be stopped from now on. Until then there is nothing. */
  of(stop: () => Promise<unknown>, logger: RootLogger): void {
    this.#running = { stop, logger };
  }

  /** Keeps the process alive until it is told to end: servers can be off, and watches wait for their next try on timers that do not. */
  await(): void {
    setInterval(() => undefined, 2 ** 30);
  }

  /** Begins the end. `why`: for the log. */
  begin(why: string): void {
    process.off('SIGTERM', this.#told).off('SIGINT', this.#told);
    if (this.#begun) return;
    if (!this.#running) process.exit();
    this.#begun = true;
    const { stop, logger } = this.#running;
    logger.info(`${why}: stopping`);
    const late = setTimeout(() => {
      logger.error(`not stopped within ${STOP_MS / 1000} s: giving up`);
      process.exit(1);
    }, STOP_MS);
    late.unref();
    stop().then(
      // A worker that did not heed its signal may have left timers or connections: nobody waits for them.
      () => process.exit(),
      (error: unknown) => {
        logger.error({ err: error }, `stopping failed: ${messageOf(error)}`);
        process.exit(1);
      },
    );
  }
}
