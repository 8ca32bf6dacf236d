import type { Dispatcher } from 'undici';
import { reasonOf } from './gate.ts';
import type { TransportRequest, TransportResponse } from './transport.ts';

/** Bytes of a streamed answer that wait to be taken; beyond so many the connection is not read on. */
const MOST_WAITING = 1 << 20;

type Asked = Pick<TransportRequest, 'signal' | 'start'>;

/**
 * What undici's `request` does, without a stream and an async resource for each answer: they are most of what a small request costs.
 * Asks `start` before anything is written, since a pool may have let the request wait for a connection, and ends when `signal` aborts.
 */
abstract class Exchange implements Dispatcher.DispatchHandler {
  readonly response: Promise<TransportResponse>;
  readonly #asked: Asked;
  #controller: Dispatcher.DispatchController | undefined;
  protected resolve: (response: TransportResponse) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  constructor(asked: Asked) {
    this.#asked = asked;
    this.response = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.#reject = reject;
    });
    if (asked.signal) underWay.begin(asked.signal, this);
  }

  abort(why: Error): void {
    if (this.#controller) this.#controller.abort(why);
    // It waits for a connection.
    else this.#reject(why);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    const { signal, start } = this.#asked;
    try {
      if (signal?.aborted) throw reasonOf(signal);
      start?.();
    } catch (error) {
      controller.abort(asError(error));
    }
  }

  abstract onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: TransportResponse['headers'],
  ): void;
  abstract onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void;
  abstract ended(error: Error | undefined): void;

  onResponseEnd(): void {
    this.#over();
    this.ended(undefined);
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#over();
    this.#reject(error);
    this.ended(error);
  }

  #over(): void {
    if (this.#asked.signal) underWay.end(this.#asked.signal, this);
  }
}

/** What each signal ends. Requests between two renewals of a lease share theirs, and so one listener. */
class UnderWay {
  readonly #bySignal = new WeakMap<AbortSignal, { readonly exchanges: Set<Exchange>; readonly abort: () => void }>();

  begin(signal: AbortSignal, exchange: Exchange): void {
    const known = this.#bySignal.get(signal);
    if (known) {
      known.exchanges.add(exchange);
      return;
    }
    const exchanges = new Set([exchange]);
    const abort = (): void => {
      for (const each of exchanges) each.abort(reasonOf(signal));
    };
    this.#bySignal.set(signal, { exchanges, abort });
    signal.addEventListener('abort', abort, { once: true });
  }

  end(signal: AbortSignal, exchange: Exchange): void {
    const known = this.#bySignal.get(signal);
    if (!known?.exchanges.delete(exchange) || known.exchanges.size > 0) return;
    // A signal that is made of others lives as long as somebody listens.
    this.#bySignal.delete(signal);
    signal.removeEventListener('abort', known.abort);
  }
}

const underWay = new UnderWay();

/** An answer that is told when all of it is there. */
export class WholeExchange extends Exchange {
  readonly #chunks: Buffer[] = [];
  #status = 0;
  #headers: TransportResponse['headers'] = {};

  onResponseStart(_controller: unknown, status: number, headers: TransportResponse['headers']): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  ended(error: Error | undefined): void {
    if (error) return;
    const [first = Buffer.alloc(0)] = this.#chunks;
    const bytes = this.#chunks.length <= 1 ? first : Buffer.concat(this.#chunks);
    this.resolve({ status: this.#status, headers: this.#headers, body: new WholeBody(bytes) });
  }
}

class WholeBody {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  text(): string {
    return this.#bytes.toString('utf8');
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    yield await Promise.resolve(this.#bytes);
  }
}

/** An answer that is told when it begins, and read while it goes on. */
export class StreamedExchange extends Exchange {
  #body: StreamedBody | undefined;

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: TransportResponse['headers'],
  ): void {
    // Something on the way between may say that it goes on (1xx).
    if (status < 200) return;
    this.#body = new StreamedBody(controller);
    this.resolve({ status, headers, body: this.#body });
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.#body?.push(chunk);
  }

  ended(error: Error | undefined): void {
    this.#body?.end(error);
  }
}

class StreamedBody {
  readonly #controller: Dispatcher.DispatchController;
  #waiting: Buffer[] = [];
  #bytes = 0;
  #end: { readonly error: Error | undefined } | undefined;
  #wake: (() => void) | undefined;

  constructor(controller: Dispatcher.DispatchController) {
    this.#controller = controller;
  }

  push(chunk: Buffer): void {
    this.#waiting.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > MOST_WAITING) this.#controller.pause();
    this.#wake?.();
  }

  end(error: Error | undefined): void {
    this.#end ??= { error };
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    try {
      for (;;) {
        const chunks = this.#waiting;
        this.#waiting = [];
        this.#bytes = 0;
        if (this.#controller.paused) this.#controller.resume();
        // `yield*` would make promises of each.
        for (const chunk of chunks) yield chunk;
        if (this.#waiting.length > 0) continue;
        if (this.#end?.error) throw this.#end.error;
        if (this.#end) return;
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      if (!this.#end) this.#controller.abort(new Error('nobody reads the answer any more'));
    }
  }

  async text(): Promise<string> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this) chunks.push(chunk);
    return Buffer.concat(chunks).toString('utf8');
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
}
