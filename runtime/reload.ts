import type { Clock, Timer } from './clock.ts';
import { WatchedFile } from './config/watched-file.ts';
import { AutopilotError, errors, messageOf } from './errors.ts';
import type { Manager } from './manager.ts';
import type { Configuration } from './manager-options.ts';
import type { RootLogger } from './observe/logger.ts';

export interface ReloaderOptions {
  /** The configuration file, and what it held when the operator started; undefined: there was none. */
  readonly file: string;
  readonly text: string | undefined;
  readonly clock: Clock;
  readonly logger: RootLogger;
  /** Makes a configuration of what the file holds. Throws what is wrong with it. */
  readonly read: (text: string) => Configuration;
  readonly manager: Pick<Manager, 'reload' | 'refused'>;
  /** Called with each configuration that was taken up. */
  readonly taken: (configuration: Configuration) => void;
}

/** What was refused for reasons that lie in the cluster or the machine is tried again after this time. */
const RETRY_MS = 30_000;

/**
 * Gives the manager the configuration whenever its file has changed. A file that is gone, empty or wrong is refused, and the former
 * configuration stays; so it is with one that the cluster does not let through, which is tried again.
 */
export class Reloader {
  readonly #options: ReloaderOptions;
  readonly #file: WatchedFile;
  /** The file as it is to be; `due`: nobody has looked at it yet. */
  #text: string | undefined;
  #due = false;
  #busy: Promise<void> = Promise.resolve();
  #retry: Timer | undefined;
  /** What was said of the last refusal, so that it is said once. */
  #told: string | undefined;
  #stopped = false;

  constructor(options: ReloaderOptions) {
    this.#options = options;
    const { file: path, text: known, clock, logger } = options;
    this.#file = new WatchedFile({
      path,
      known,
      clock,
      changed: (text) => {
        this.#text = text;
        this.#look();
      },
      unreadable: (error) => logger.warn(`${path} cannot be read, and what is known of it stays: ${messageOf(error)}`),
    });
  }

  /** Resolves once no change of the file is missed any more. */
  start(): Promise<void> {
    return this.#file.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#retry?.cancel();
    await this.#file.stop();
  }

  /** The newest text is taken up once what is under way has ended; those between are passed over. */
  #look(): void {
    this.#retry?.cancel();
    if (this.#due) return;
    this.#due = true;
    this.#busy = this.#busy.then(() => this.#reload());
  }

  async #reload(): Promise<void> {
    if (this.#stopped) return;
    this.#due = false;
    const { manager, logger, taken } = this.#options;
    let configuration: Configuration;
    try {
      configuration = this.#read();
    } catch (error) {
      manager.refused(error);
      this.#tell(error);
      return;
    }
    try {
      const changed = await manager.reload(configuration);
      this.#told = undefined;
      taken(configuration);
      const what = changed.length > 0 ? changed.join(', ') : 'nothing that counts has changed';
      logger.info({ changed }, `configuration reloaded: ${what}`);
    } catch (error) {
      if (this.#stopped) return;
      this.#tell(error);
      this.#retry = this.#options.clock.after(RETRY_MS, () => this.#look());
    }
  }

  #read(): Configuration {
    const { file, read } = this.#options;
    if (this.#text === undefined) throw errors.config(file, ['there is no such file any more.']);
    // Whoever writes it anew begins with an empty one.
    if (this.#text.trim() === '') throw errors.config(file, ['it is empty. Write {} where the defaults are meant.']);
    return read(this.#text);
  }

  #tell(error: unknown): void {
    const what = error instanceof AutopilotError ? `${error.code}: ${error.message}` : messageOf(error);
    if (what === this.#told) return;
    this.#told = what;
    this.#options.logger.error({ err: error }, `configuration refused, the former one stays: ${what}`);
  }
}
