/** What an operator of `autopilot-runtime` sends its requests by (`StartOptions.transport`). */
export interface OperatorTransport {
  send(request: OperatorRequest): Promise<OperatorResponse>;
  /** Ends all connections; what is under way fails. */
  close(): Promise<void>;
}

export interface OperatorRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
  /** Called when the request is about to be written. What it throws, the request fails with, and nothing is sent. */
  readonly start?: (() => void) | undefined;
  /** A response that goes on for minutes. */
  readonly streamed?: boolean;
}

export interface OperatorResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: AsyncIterable<Uint8Array> & { text(): Promise<string> };
}

/** A response's body, as its bytes come in. */
export class ResponseBody implements AsyncIterable<Uint8Array> {
  readonly #left: () => void;
  readonly #chunks: Uint8Array[] = [];
  #end: { readonly error: Error | undefined } | undefined;
  #wake: () => void = () => undefined;

  /** `left` is called when the reader wants no more. */
  constructor(left: () => void) {
    this.#left = left;
  }

  push(chunk: Uint8Array): void {
    if (this.#end) return;
    this.#chunks.push(chunk);
    this.#wake();
  }

  /** Nothing more comes: the end, or an error. */
  finish(error?: Error): void {
    this.#end ??= { error };
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    try {
      for (;;) {
        for (let chunk = this.#chunks.shift(); chunk; chunk = this.#chunks.shift()) yield chunk;
        if (this.#end?.error) throw this.#end.error;
        if (this.#end) return;
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      this.#left();
    }
  }

  async text(): Promise<string> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }
}
