import type { Clock } from '../clock.ts';
import type { Logger } from '../observe/logger.ts';
import { Controller, type ControllerObserver } from './controller.ts';
import type { Reconciler } from './reconciler.ts';

/** A reconciler with the keys of all that it reconciles. */
export interface Work extends Reconciler {
  /** One of each operator's. */
  readonly name: string;
  keys(): readonly string[];
  /** How many keys wait for kinds to be listed. */
  readonly waiting: number;
  /** The keys that waited for kinds to be listed, each time once. */
  takeWaiting(): readonly string[];
  /** As after a restart: nothing is remembered. */
  reset(): void;
}

export interface ControllersOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** By the name of the work. */
  readonly observer: (name: string) => ControllerObserver;
  /** How many keys of a work are processed at once, by its name. */
  readonly concurrency: (name: string) => number;
}

const NONE: ReadonlyMap<string, Controller> = new Map();

/** The controllers of an operator, one for each work: begun and stopped together. */
export class Controllers {
  readonly #options: ControllersOptions;
  #running = NONE;

  constructor(options: ControllersOptions) {
    this.#options = options;
  }

  get working(): boolean {
    return this.#running !== NONE;
  }

  /** Everything from the beginning. */
  start(works: readonly Work[]): void {
    const { clock, logger, observer, concurrency } = this.#options;
    const started = works.map((work) => {
      const { name } = work;
      const options = { reconciler: work, concurrency: concurrency(name), clock, logger, observer: observer(name) };
      return { work, controller: new Controller(options) };
    });
    this.#running = new Map(started.map(({ work, controller }) => [work.name, controller]));
    for (const { work, controller } of started) {
      controller.start();
      for (const key of work.keys()) controller.add(key);
    }
  }

  /** Does nothing while nobody works: whoever begins looks at everything. */
  add(name: string, key: string): void {
    this.#running.get(name)?.add(key);
  }

  addAfter(name: string, key: string, milliseconds: number): void {
    this.#running.get(name)?.addAfter(key, milliseconds);
  }

  /** What {@link ControllersOptions.concurrency} says has changed. */
  renewConcurrency(): void {
    for (const [name, controller] of this.#running) controller.setConcurrency(this.#options.concurrency(name));
  }

  /** Tells all that runs that it is to end, at once; resolves when it has. */
  async stop(): Promise<void> {
    await Promise.all(Array.from(this.#running.values(), (controller) => controller.stop()));
    this.#running = NONE;
  }
}
