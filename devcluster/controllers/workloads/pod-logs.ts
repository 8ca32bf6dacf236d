import type { Clock } from '../../clock.ts';

export interface LogLine {
  readonly time: Date;
  readonly text: string;
}

/** As many lines of a container are kept: the latest. */
const KEPT = 20_000;

/** What one run of a container has printed. */
export class ContainerLog {
  readonly #lines: LogLine[] = [];
  readonly #listeners = new Set<LogListener>();
  #ended = false;

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  get ended(): boolean {
    return this.#ended;
  }

  append(line: LogLine): void {
    this.#lines.push(line);
    if (this.#lines.length > KEPT) this.#lines.shift();
    for (const { line: tell } of Array.from(this.#listeners)) tell(line);
  }

  end(): void {
    this.#ended = true;
    for (const { end } of Array.from(this.#listeners)) end();
    this.#listeners.clear();
  }

  /** Told of what comes from now on. Returns how to stop it. */
  follow(listener: LogListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export interface LogListener {
  readonly line: (line: LogLine) => void;
  readonly end: () => void;
}

interface Runs {
  readonly current: ContainerLog;
  readonly previous: ContainerLog | undefined;
}

/** What the containers of all pods print: of each the latest run, and the one before. In memory only. */
export class PodLogs {
  readonly #clock: Clock;
  readonly #runs = new Map<string, Map<string, Runs>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(uid: string, container: string, texts: readonly string[]): void {
    const containers = this.#runs.get(uid) ?? new Map<string, Runs>();
    this.#runs.set(uid, containers);
    containers.set(container, { current: new ContainerLog(), previous: containers.get(container)?.current });
    this.append(uid, container, texts);
  }

  append(uid: string, container: string, texts: readonly string[]): void {
    const log = this.find(uid, container, false);
    for (const text of texts) log?.append({ time: this.#clock.now(), text });
  }

  end(uid: string, container: string): void {
    this.find(uid, container, false)?.end();
  }

  forget(uid: string): void {
    for (const { current } of this.#runs.get(uid)?.values() ?? []) current.end();
    this.#runs.delete(uid);
  }

  find(uid: string, container: string, previous: boolean): ContainerLog | undefined {
    const runs = this.#runs.get(uid)?.get(container);
    return previous ? runs?.previous : runs?.current;
  }
}
