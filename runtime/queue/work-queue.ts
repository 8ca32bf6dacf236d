/**
 * The queue of keys that wait for a sync. After client-go's `util/workqueue`: a key that is added again while it waits is there
 * once; one that is added while it is processed waits until it is done, and then comes once more. So a key is never processed
 * twice at a time, and no addition is lost.
 */
export class WorkQueue {
  /** Waiting, in order. Every member is dirty, none is processing. */
  readonly #waiting = new Set<string>();
  /** Added and not yet taken. */
  readonly #dirty = new Set<string>();
  readonly #processing = new Set<string>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  readonly #observer: QueueObserver;
  #closed = false;

  constructor(observer: QueueObserver = SILENT) {
    this.#observer = observer;
  }

  /** Keys that wait to be taken. */
  get length(): number {
    return this.#waiting.size;
  }

  add(key: string): void {
    if (this.#closed || this.#dirty.has(key)) return;
    this.#dirty.add(key);
    this.#observer.added(key);
    if (this.#processing.has(key)) return;
    this.#waiting.add(key);
    this.#serve();
  }

  /** The next key, once there is one; undefined when the queue is closed. Whoever takes a key must call {@link done}. */
  take(): Promise<string | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#takers.push(resolve);
      this.#serve();
    });
  }

  /** Sends one away of those who wait for a key, with undefined. False where nobody waits. */
  dismiss(): boolean {
    const taker = this.#takers.pop();
    taker?.(undefined);
    return taker !== undefined;
  }

  done(key: string): void {
    if (!this.#processing.delete(key)) return;
    this.#observer.done(key);
    if (!this.#dirty.has(key)) return;
    this.#waiting.add(key);
    this.#serve();
  }

  /** Nothing is given out any more; what is being processed may end. */
  close(): void {
    this.#closed = true;
    for (const key of this.#dirty) this.#observer.dropped(key);
    this.#waiting.clear();
    this.#dirty.clear();
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }

  #serve(): void {
    for (const key of this.#waiting) {
      const taker = this.#takers.shift();
      if (!taker) return;
      this.#waiting.delete(key);
      this.#dirty.delete(key);
      this.#processing.add(key);
      this.#observer.taken(key);
      taker(key);
    }
  }
}

/** Is told of every step of a key, for metrics. */
export interface QueueObserver {
  added(key: string): void;
  taken(key: string): void;
  done(key: string): void;
  /** Added, and not taken before the queue was closed. */
  dropped(key: string): void;
}

const SILENT: QueueObserver = {
  added: () => undefined,
  taken: () => undefined,
  done: () => undefined,
  dropped: () => undefined,
};
