import { guarded } from './guarded-signal.ts';

/** The end of some work. An AbortController whose signal is made once somebody asks for it: most work ends without that. */
export class Ending {
  #isOver = false;
  #reason: unknown;
  #controller: AbortController | undefined;
  #listener: (() => void) | undefined;

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Aborts at the end. What its listeners do wrong harms nobody else. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      guarded(this.#controller.signal);
      if (this.#isOver) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** What is to be called at the end, in the place of what was to be; undefined: nothing any more. */
  set onEnd(listener: (() => void) | undefined) {
    this.#listener = listener;
  }

  /** Only the first call counts. */
  end(reason?: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
    this.#listener?.();
  }
}

/** The endings of work that is given up together, when a signal aborts: one listener for all of it. */
export class Endings {
  readonly #bySignal = new WeakMap<AbortSignal, Set<Ending>>();

  /** An ending that comes no later than the signal aborts. {@link delete} has to follow. */
  begin(signal: AbortSignal): Ending {
    const ending = new Ending();
    if (signal.aborted) ending.end(signal.reason);
    else this.#of(signal).add(ending);
    return ending;
  }

  delete(signal: AbortSignal, ending: Ending): void {
    this.#bySignal.get(signal)?.delete(ending);
  }

  #of(signal: AbortSignal): Set<Ending> {
    let endings = this.#bySignal.get(signal);
    if (!endings) {
      const all = new Set<Ending>();
      endings = all;
      this.#bySignal.set(signal, all);
      signal.addEventListener(
        'abort',
        () => {
          for (const ending of all) ending.end(signal.reason);
        },
        { once: true },
      );
    }
    return endings;
  }
}
