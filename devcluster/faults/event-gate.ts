import type { Clock } from '../clock.ts';
import type { StreamSink } from '../http/exchange.ts';
import type { RequestRecord } from '../requests/request-record.ts';
import type { HeldEvents } from './faults.ts';

type Matches = (request: RequestRecord) => boolean;

interface Hold {
  readonly matches: Matches;
  readonly ms: number | undefined;
  hits: number;
}

/** Stands between the watches and their connections, and can hold back what passes. The order of a watch's events never changes. */
export class EventGate {
  readonly #clock: Clock;
  readonly #holds = new Set<Hold>();
  readonly #open = new Set<GatedStream>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A stream that passes through the gate. `cut` destroys its connection. */
  pass(request: RequestRecord, sink: StreamSink, cut: () => void): GatedStream {
    const stream: GatedStream = new GatedStream(request, sink, cut, this.#clock, () => this.#holdFor(request));
    this.#open.add(stream);
    return stream;
  }

  close(stream: GatedStream): void {
    this.#open.delete(stream);
    stream.close();
  }

  cut(matches: Matches): number {
    const streams = [...this.#open].filter(({ request }) => matches(request));
    for (const stream of streams) stream.cut();
    return streams.length;
  }

  /** Those that match tell nothing more. Returns how to cut each of them. */
  mute(matches: Matches): readonly (() => void)[] {
    const streams = [...this.#open].filter(({ request }) => matches(request));
    for (const stream of streams) stream.mute();
    return streams.map((stream) => () => stream.cut());
  }

  hold(matches: Matches, ms: number | undefined): HeldEvents {
    const hold: Hold = { matches, ms, hits: 0 };
    this.#holds.add(hold);
    const end = (): void => {
      this.#holds.delete(hold);
      for (const stream of this.#open) stream.flush(hold);
    };
    const streams = this.#open;
    const holds = this.#holds;
    return {
      get hits() {
        return hold.hits;
      },
      get remaining() {
        return holds.has(hold) ? Infinity : 0;
      },
      get held() {
        return [...streams].reduce((sum, stream) => sum + stream.waiting(hold), 0);
      },
      remove: end,
      release: end,
    };
  }

  releaseAll(): void {
    const holds = [...this.#holds];
    this.#holds.clear();
    for (const hold of holds) for (const stream of this.#open) stream.flush(hold);
  }

  #holdFor(request: RequestRecord): Hold | undefined {
    for (const hold of this.#holds) if (hold.matches(request)) return hold;
    return undefined;
  }
}

interface Waiting {
  readonly hold: Hold;
  /** Undefined: the end of the watch. */
  readonly chunk: string | undefined;
  due: boolean;
}

/** One watch's stream. What waits is sent from the front only, so that nothing overtakes. */
export class GatedStream implements StreamSink {
  readonly request: RequestRecord;
  readonly cut: () => void;
  readonly #sink: StreamSink;
  readonly #clock: Clock;
  readonly #holdNow: () => Hold | undefined;
  readonly #timers = new Set<() => void>();
  #queue: Waiting[] = [];
  #isMute = false;

  constructor(
    request: RequestRecord,
    sink: StreamSink,
    cut: () => void,
    clock: Clock,
    holdNow: () => Hold | undefined,
  ) {
    this.request = request;
    this.cut = cut;
    this.#sink = sink;
    this.#clock = clock;
    this.#holdNow = holdNow;
  }

  write(chunk: string): void {
    this.#send(chunk);
  }

  room(): Promise<void> | undefined {
    return this.#sink.room();
  }

  end(): void {
    this.#send(undefined);
  }

  /** Drops all that would be told from now on, its end too. */
  mute(): void {
    this.#isMute = true;
    this.close();
  }

  waiting(hold: Hold): number {
    return this.#queue.filter((item) => item.hold === hold && item.chunk !== undefined).length;
  }

  /** Lets go what a hold held. */
  flush(hold: Hold): void {
    for (const item of this.#queue) if (item.hold === hold) item.due = true;
    this.#drain();
  }

  close(): void {
    for (const cancel of this.#timers) cancel();
    this.#queue = [];
  }

  #send(chunk: string | undefined): void {
    if (this.#isMute) return;
    const hold = this.#holdNow();
    const behind = this.#queue.at(-1)?.hold;
    if (!hold && !behind) {
      this.#deliver(chunk);
      return;
    }
    if (!hold) {
      // Nothing holds this one, but others wait before it.
      if (behind) this.#queue.push({ hold: behind, chunk, due: true });
      return;
    }
    const item: Waiting = { hold, chunk, due: false };
    hold.hits++;
    this.#queue.push(item);
    if (hold.ms === undefined) return;
    const cancel = this.#clock.after(hold.ms, () => {
      this.#timers.delete(cancel);
      item.due = true;
      this.#drain();
    });
    this.#timers.add(cancel);
  }

  #drain(): void {
    while (this.#queue[0]?.due) this.#deliver(this.#queue.shift()?.chunk);
  }

  #deliver(chunk: string | undefined): void {
    if (chunk === undefined) this.#sink.end();
    else this.#sink.write(chunk);
  }
}
