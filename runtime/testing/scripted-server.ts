import type { Transport, TransportRequest, TransportResponse } from '../kube/transport.ts';

export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

export type Script = (
  request: TransportRequest,
  query: URLSearchParams,
  number: number,
) => ScriptedAnswer | Frames | Promise<ScriptedAnswer>;

/** The frames of a watch, fed by the test; it stays open until it is ended or broken. */
export class Frames {
  readonly #queue: (object | 'end' | Error)[] = [];
  #wake: (() => void) | undefined;

  push(...frames: readonly object[]): this {
    this.#queue.push(...frames);
    this.#wake?.();
    return this;
  }

  end(): this {
    this.#queue.push('end');
    this.#wake?.();
    return this;
  }

  fail(error: Error): this {
    this.#queue.push(error);
    this.#wake?.();
    return this;
  }

  async *bytes(signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, void> {
    signal?.throwIfAborted();
    signal?.addEventListener('abort', () => this.fail(new Error('aborted')), { once: true });
    for (;;) {
      const next = this.#queue.shift();
      if (next === 'end') return;
      if (next instanceof Error) throw next;
      if (next) yield Buffer.from(`${JSON.stringify(next)}\n`);
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** An API server of a test: answers each request as the script says, and keeps what was asked. */
export class ScriptedServer implements Transport {
  readonly requests: TransportRequest[] = [];
  readonly #script: Script;

  constructor(script: Script) {
    this.#script = script;
  }

  async send(request: TransportRequest): Promise<TransportResponse> {
    this.requests.push(request);
    const answer = await this.#script(
      request,
      new URL(request.path, 'http://server').searchParams,
      this.requests.length,
    );
    if (answer instanceof Frames) return respond(200, {}, answer.bytes(request.signal));
    return respond(answer.status ?? 200, answer.headers ?? {}, whole(answer.body));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

async function* whole(body: object): AsyncGenerator<Uint8Array, void> {
  yield await Promise.resolve(Buffer.from(JSON.stringify(body)));
}

function respond(
  status: number,
  headers: Readonly<Record<string, string>>,
  bytes: AsyncIterable<Uint8Array>,
): TransportResponse {
  const text = async (): Promise<string> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of bytes) chunks.push(chunk);
    return Buffer.concat(chunks).toString('utf8');
  };
  return { status, headers, body: Object.assign(bytes, { text }) };
}
