import { Agent, request } from 'undici';
import { stringAt, valueAt } from '../schema/json.ts';
import { readTarget } from './target.ts';
import type { Dispatcher } from 'undici';

/** What came back. */
export interface HttpAnswer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed, where it is JSON. */
  readonly value: unknown;
}

export interface HttpOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** Plain requests to a cluster, as the user of a kubeconfig, for tests. */
export class HttpClient {
  readonly #url: string;
  readonly #agent: Agent;
  readonly #headers: Readonly<Record<string, string>>;

  /** `token`: another one than the kubeconfig's; `''` sends none. */
  constructor(kubeconfig: string, token?: string) {
    const target = readTarget(kubeconfig);
    const sent = token ?? target.token;
    this.#url = target.url;
    this.#agent = new Agent({ allowH2: false, connect: { ca: target.ca } });
    this.#headers = { 'user-agent': 'plain/1.0', ...(sent !== '' && { authorization: `Bearer ${sent}` }) };
  }

  async send(method: Dispatcher.HttpMethod, path: string, options: HttpOptions = {}): Promise<HttpAnswer> {
    const { statusCode, headers, body } = await this.#request(method, path, options);
    const text = await body.text();
    return { code: statusCode, headers, value: text.startsWith('{') ? JSON.parse(text) : text };
  }

  /** The body as it came, and its media type. */
  async bytes(path: string, accept: string): Promise<{ readonly contentType: unknown; readonly body: Buffer }> {
    const { headers, body } = await this.#request('GET', path, { headers: { accept } });
    return { contentType: headers['content-type'], body: Buffer.from(await body.arrayBuffer()) };
  }

  /** Opens a watch. */
  async watch(path: string): Promise<WatchStream> {
    const { statusCode, body } = await this.#request('GET', path, {});
    return new WatchStream(statusCode, body);
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  #request(
    method: Dispatcher.HttpMethod,
    path: string,
    { body, headers }: HttpOptions,
  ): Promise<Dispatcher.ResponseData> {
    return request(this.#url + path, {
      dispatcher: this.#agent,
      method,
      headers: {
        ...this.#headers,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }
}

/** The events of a watch, one at a time. */
export class WatchStream {
  readonly code: number;
  readonly #told: string[] = [];
  #news = Promise.withResolvers<void>();
  #over: 'end' | 'cut' | undefined;

  constructor(code: number, body: AsyncIterable<Buffer>) {
    this.code = code;
    void this.#read(body);
  }

  /** How many events have come that were not asked for yet. */
  get waiting(): number {
    return this.#told.length;
  }

  /** The next event, as `ADDED name`; once the watch is over, `end`, or `cut` where its connection broke. */
  async next(): Promise<string> {
    for (;;) {
      const told = this.#told.shift() ?? this.#over;
      if (told !== undefined) return told;
      await this.#news.promise;
    }
  }

  async #read(body: AsyncIterable<Buffer>): Promise<void> {
    let text = '';
    try {
      for await (const chunk of body) {
        const lines = (text + chunk.toString()).split('\n');
        text = lines.pop() ?? '';
        this.#told.push(...lines.map(summary));
        this.#wake();
      }
      this.#over = 'end';
    } catch {
      this.#over = 'cut';
    }
    this.#wake();
  }

  #wake(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}

function summary(line: string): string {
  const event: unknown = JSON.parse(line);
  const code = valueAt(event, 'object', 'code');
  const subject = typeof code === 'number' ? String(code) : stringAt(event, 'object', 'metadata', 'name');
  return `${stringAt(event, 'type')} ${subject}`.trim();
}
