import { isStream } from '../http/exchange.ts';
import { ResponseBody, type OperatorRequest, type OperatorResponse, type OperatorTransport } from './transport.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { ApiRequest, ApiResponse, StreamResponse } from '../http/exchange.ts';
import type { Chance } from './chance.ts';
import type { VirtualProcess } from './virtual-process.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What becomes of a call. */
export type Fate =
  | 'pass'
  /** The process dies just before the server gets it, or just after the server has done it and before the answer comes. */
  | 'die before'
  | 'die after'
  /** It never reaches the server, or its answer never comes: silence, until the client has had enough. */
  | 'lose request'
  | 'lose answer';

export interface LinkOptions {
  readonly cluster: Cluster;
  readonly time: VirtualTime;
  readonly process: VirtualProcess;
  readonly chance: Chance;
  /** Decides what becomes of a call, at the moment at which it is sent. */
  readonly fateOf: (request: OperatorRequest) => Fate;
  /** The process dies of a call. */
  readonly died: () => void;
  /** The server has answered a call, so or so; the answer is on its way. */
  readonly served: (request: OperatorRequest, status: number) => void;
}

/** As the transport of an operator over real connections: no answer within this time is a failure. */
const ANSWER_MS = 70_000;

/** The way from one process to the cluster, and back: a transport without sockets. */
export class Link implements OperatorTransport {
  /** Milliseconds that each message takes on its way. */
  latency = 0;
  /** Nothing comes through: what is sent meanwhile is lost, open streams are silent. */
  isCut = false;
  readonly #options: LinkOptions;
  readonly #calls = new Set<OpenCall>();
  #end: Error | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  async send(request: OperatorRequest): Promise<OperatorResponse> {
    if (this.#end) throw this.#end;
    request.signal?.throwIfAborted();
    request.start?.();
    const { time } = this.#options;
    time.stir();
    const call = new OpenCall(request, () => this.#calls.delete(call));
    this.#calls.add(call);
    const fate = this.#options.fateOf(request);
    this.#limit(call);
    void this.#carry(call, fate);
    return call.answered;
  }

  close(): Promise<void> {
    this.break(new Error('the connection was closed'));
    return Promise.resolve();
  }

  /** Nothing is sent any more, and what is under way fails: the process is dead, or wants no more. */
  break(error: Error): void {
    this.#end ??= error;
    this.reset(error);
  }

  /** All connections break; new ones can be made. */
  reset(error: Error = reset()): void {
    for (const call of Array.from(this.#calls)) call.fail(error);
  }

  /** The watches that are open fall silent for good, and nobody says so. */
  silence(): number {
    const streams = [...this.#calls].filter((call) => call.isStreaming);
    for (const call of streams) call.isSilent = true;
    return streams.length;
  }

  async #carry(call: OpenCall, fate: Fate): Promise<void> {
    const { cluster, died, served } = this.#options;
    if (fate === 'die before') return died();
    if (fate === 'lose request' || this.isCut) return;
    await this.#hop();
    // Though the process may be dead by now: what is on its way arrives.
    if (this.isCut) return;
    const outcome = await cluster.exchange(toApiRequest(call.request), () => this.#arrive(() => call.fail(reset())));
    if (typeof outcome === 'object') served(call.request, outcome.status);
    if (fate === 'die after') return died();
    if (outcome === 'silent') return;
    if (outcome === 'cut') return this.#arrive(() => call.fail(reset()));
    if (isStream(outcome)) return this.#stream(call, outcome);
    await this.#hop();
    if (fate === 'lose answer' || this.isCut) return;
    this.#arrive(() => {
      const body = call.answer(outcome);
      body.push(Buffer.from(outcome.body));
      body.finish();
      call.end();
    });
  }

  #stream(call: OpenCall, outcome: StreamResponse): void {
    const { chance } = this.#options;
    if (call.isOver) return;
    call.isStreaming = true;
    // Each connection keeps its order, however long a message takes.
    let line: Promise<void> = Promise.resolve();
    const inOrder = (act: () => void): void => {
      const hop = this.#hop();
      line = line.then(() => hop).then(() => this.#arrive(() => void (call.isSilent || this.isCut || act())));
    };
    let body: ResponseBody | undefined;
    inOrder(() => (body = call.answer(outcome)));
    const stop = outcome.start({
      write: (chunk) => {
        const bytes = Buffer.from(chunk);
        // Anywhere, within a character too.
        const at = chance.integer(bytes.length);
        inOrder(() => {
          if (call.breaksAt !== undefined && (call.breaksAt -= bytes.length) <= 0) {
            body?.push(bytes.subarray(0, at));
            call.fail(reset());
            return;
          }
          if (at > 0) body?.push(bytes.subarray(0, at));
          body?.push(bytes.subarray(at));
        });
      },
      room: () => undefined,
      end: () => {
        inOrder(() => {
          body?.finish();
          call.end();
        });
      },
    });
    call.whenOver(stop);
  }

  /** Breaks each open watch in the midst of a frame, once so many more bytes have come. */
  breakStreams(bytes: number): number {
    const streams = [...this.#calls].filter((call) => call.isStreaming);
    for (const call of streams) call.breaksAt = bytes;
    return streams.length;
  }

  #hop(): Promise<void> {
    if (this.latency === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#options.time.after(this.latency, resolve);
    });
  }

  #arrive(act: () => void): void {
    this.#options.process.arrive('network', act);
  }

  #limit(call: OpenCall): void {
    const late = (): void => call.unanswered(new Error(`no answer within ${ANSWER_MS / 1000} s`));
    const timer = this.#options.process.clock.after(ANSWER_MS, late);
    call.whenOver(() => timer.cancel());
    void call.answered.then(
      () => timer.cancel(),
      () => undefined,
    );
  }
}

class OpenCall {
  readonly request: OperatorRequest;
  readonly answered: Promise<OperatorResponse>;
  isStreaming = false;
  isSilent = false;
  /** Bytes after which the connection breaks. */
  breaksAt: number | undefined;
  readonly #gone: () => void;
  readonly #resolve: (response: OperatorResponse) => void;
  readonly #reject: (error: Error) => void;
  readonly #whenOver: (() => void)[] = [];
  #body: ResponseBody | undefined;
  #isOver = false;

  constructor(request: OperatorRequest, gone: () => void) {
    this.request = request;
    this.#gone = gone;
    const { promise, resolve, reject } = Promise.withResolvers<OperatorResponse>();
    this.answered = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    const { signal } = request;
    const aborted = (): void => this.fail(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
    signal?.addEventListener('abort', aborted, { once: true });
    this.whenOver(() => signal?.removeEventListener('abort', aborted));
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Begins the answer, and returns what its body goes into. */
  answer({ status, headers }: ApiResponse): ResponseBody {
    this.#body = new ResponseBody(() => this.end());
    if (!this.#isOver) this.#resolve({ status, headers, body: this.#body });
    return this.#body;
  }

  /** Whoever waits for an answer waits no longer. */
  unanswered(error: Error): void {
    if (!this.#body) this.fail(error);
  }

  fail(error: Error): void {
    if (this.#isOver) return;
    this.end();
    this.#reject(error);
    this.#body?.finish(error);
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#gone();
    for (const act of this.#whenOver.splice(0)) act();
  }

  whenOver(act: () => void): void {
    if (this.#isOver) act();
    else this.#whenOver.push(act);
  }
}

function reset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
}

function toApiRequest({ method, path, headers, body }: OperatorRequest): ApiRequest {
  const mark = path.indexOf('?');
  return {
    method,
    path: mark < 0 ? path : path.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : path.slice(mark + 1)),
    header: (name) => headers[name],
    get headers() {
      return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
    },
    body: () => Promise.resolve(Buffer.from(body ?? '')),
  };
}
