import type { Transport, TransportRequest, TransportResponse } from '../../runtime/kube/transport.ts';

/** A 403 that the operator was answered. */
export interface Refusal {
  /** Method and path. */
  readonly request: string;
  /** The server's words. */
  readonly message: string;
  /** Whether only for the end of the namespace in which something was to be made. */
  readonly isOfTerminating: boolean;
}

interface Hold {
  readonly matches: (request: TransportRequest) => boolean;
  /** Done before the request goes on; false: it was not the one, and the next is asked. */
  readonly act: () => Promise<boolean>;
}

/** What goes between one operator and the server: seen, told of, and held back where a test has something to do before it. */
export class ObservedTransport implements Transport {
  readonly refusals: Refusal[] = [];
  /** Method and path of what was answered by a success. */
  readonly done: string[] = [];
  readonly #through: Transport;
  readonly #holds = new Set<Hold>();
  #next = Promise.withResolvers<undefined>();

  constructor(through: Transport) {
    this.#through = through;
  }

  /** Resolves with the next answer to a write, or the next refusal. */
  get next(): Promise<undefined> {
    return this.#next.promise;
  }

  /** Does something before the next such request goes to the server. */
  before(matches: Hold['matches'], act: Hold['act']): void {
    this.#holds.add({ matches, act });
  }

  async send(request: TransportRequest): Promise<TransportResponse> {
    for (const hold of [...this.#holds].filter(({ matches }) => matches(request))) {
      if (this.#holds.delete(hold) && !(await hold.act())) this.#holds.add(hold);
    }
    const response = await this.#through.send(request);
    const { status } = response;
    if (status !== 403 && request.method === 'GET') return response;
    const what = `${request.method} ${request.path.replace(/\?.*/, '')}`;
    if (status >= 200 && status < 300) this.done.push(what);
    if (status !== 403) {
      this.#tell();
      return response;
    }
    const text = await response.body.text();
    this.refusals.push({
      request: what,
      message: text,
      isOfTerminating: /"reason": ?"NamespaceTerminating"/.test(text),
    });
    this.#tell();
    return { ...response, body: wholeBody(text) };
  }

  /** The connections are others' too. */
  async close(): Promise<void> {
    await Promise.resolve();
  }

  #tell(): void {
    const told = this.#next;
    this.#next = Promise.withResolvers();
    told.resolve(undefined);
  }
}

function wholeBody(text: string): TransportResponse['body'] {
  return {
    text: () => text,
    async *[Symbol.asyncIterator]() {
      yield await Promise.resolve(Buffer.from(text));
    },
  };
}
