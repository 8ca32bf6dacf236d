/** Lets steps that must not overlap come one after the other, in the order in which they were asked for. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Takes the step once those before it have ended, however they ended. */
  take<Result>(step: () => Result | Promise<Result>): Promise<Result> {
    const taken = this.#last.then(step, step);
    this.#last = taken.catch(() => undefined);
    return taken;
  }

  /** Resolves once all steps asked for so far have ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
