/** How long one turn may take before the server's sockets get theirs, in milliseconds. */
const TURN = 10;

/**
 * Runs a controller's work items one after the other, soon after they were added, each once however often it was added in the
 * meantime. What an item adds runs in the same loop. An item that throws is reported and dropped.
 */
export class WorkLoop<Item> {
  readonly #work: (item: Item) => void;
  readonly #report: (error: unknown) => void;
  readonly #queue = new Set<Item>();
  #turn: NodeJS.Immediate | undefined;
  #stopped = false;

  constructor(work: (item: Item) => void, report: (error: unknown) => void) {
    this.#work = work;
    this.#report = report;
  }

  get idle(): boolean {
    return this.#queue.size === 0;
  }

  add(item: Item): void {
    if (this.#stopped) return;
    this.#queue.add(item);
    this.#turn ??= setImmediate(() => this.#run());
  }

  stop(): void {
    this.#stopped = true;
    this.#queue.clear();
    clearImmediate(this.#turn);
  }

  #run(): void {
    this.#turn = undefined;
    const end = performance.now() + TURN;
    for (const item of this.#queue) {
      this.#queue.delete(item);
      try {
        this.#work(item);
      } catch (error) {
        this.#report(error);
      }
      if (performance.now() > end) break;
    }
    if (this.#queue.size > 0 && !this.#stopped) this.#turn ??= setImmediate(() => this.#run());
  }
}
