import { StringDecoder } from 'node:string_decoder';
import { Agent, request } from 'undici';
import { readTarget } from '../../../devcluster/conformance/target.ts';
import { parsePath } from '../../../devcluster/http/request-info.ts';
import type { User } from '../../../devcluster/auth/user.ts';
import type { ApiRequest, ApiResponse, StreamResponse } from '../../../devcluster/http/exchange.ts';
import type { Dispatcher } from 'undici';

/** Of a request, what the server has to know; the rest is about the connection. */
const FORWARDED = ['accept', 'content-type', 'user-agent'] as const;
/** Of an answer, what the client has to know. */
const RETURNED = ['content-type', 'retry-after', 'warning', 'audit-id'] as const;

/** The real API server, as one sends requests on to it: as its admin, in the name of another user, or with a token of its own. */
export class Upstream {
  /** Paths of the collections in which anything was written. */
  readonly written = new Set<string>();
  readonly #url: string;
  readonly #token: string;
  readonly #agent: Agent;

  constructor(kubeconfig: string) {
    const { url, token, ca } = readTarget(kubeconfig);
    this.#url = url;
    this.#token = token;
    this.#agent = new Agent({ allowH2: false, connect: { ca }, bodyTimeout: 0, headersTimeout: 0 });
  }

  /** As the admin. */
  ask(asked: ApiRequest): Promise<ApiResponse> {
    return this.#send(asked, { authorization: `Bearer ${this.#token}` });
  }

  /** In the name of somebody whom the server does not know. */
  askAs(asked: ApiRequest, user: User): Promise<ApiResponse> {
    return this.#send(asked, {
      authorization: `Bearer ${this.#token}`,
      'impersonate-user': user.name,
      'impersonate-group': [...user.groups],
    });
  }

  /** With what the client says of itself. */
  askUnchanged(asked: ApiRequest): Promise<ApiResponse> {
    const authorization = asked.header('authorization');
    return this.#send(asked, authorization === undefined ? {} : { authorization });
  }

  /** Of the admin, or of a request that comes without a token. */
  isAdmin(token: string): boolean {
    return token === this.#token;
  }

  get token(): string {
    return this.#token;
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #send(asked: ApiRequest, credentials: Record<string, string | string[]>): Promise<ApiResponse> {
    const { method, path, query } = asked;
    const headers: Record<string, string | string[]> = { ...credentials };
    for (const name of FORWARDED) {
      const value = asked.header(name);
      if (value !== undefined) headers[name] = value;
    }
    if (method !== 'GET') this.#note(path);
    const body = method === 'GET' ? undefined : await asked.body();
    const search = query.size > 0 ? `?${query.toString()}` : '';
    const answer = await request(`${this.#url}${path}${search}`, {
      dispatcher: this.#agent,
      method,
      headers,
      ...(body && body.length > 0 && { body }),
    });
    const returned: Record<string, string | readonly string[]> = {};
    for (const name of RETURNED) {
      const value = answer.headers[name];
      if (value !== undefined) returned[name] = value;
    }
    const status = answer.statusCode;
    const isWatch = query.get('watch') === 'true' || query.get('watch') === '1';
    if (isWatch && status === 200) return streamOf(status, returned, answer.body);
    return { status, headers: returned, body: Buffer.from(await answer.body.arrayBuffer()) };
  }

  #note(path: string): void {
    const { isResource, group, version, resource, namespace } = parsePath(path);
    if (!isResource) return;
    const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    this.written.add(namespace === '' ? `${base}/${resource}` : `${base}/namespaces/${namespace}/${resource}`);
  }
}

/** A watch: event by event, so that what is held back is counted as on the embedded cluster. */
function streamOf(
  status: number,
  headers: StreamResponse['headers'],
  body: Dispatcher.ResponseData['body'],
): StreamResponse {
  // Whoever has asked may be gone before it begins.
  body.on('error', () => undefined);
  return {
    status,
    headers,
    start(sink) {
      const decoder = new StringDecoder('utf8');
      let rest = '';
      body.on('data', (chunk: Buffer) => {
        const lines = (rest + decoder.write(chunk)).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) sink.write(`${line}\n`);
      });
      body.once('close', () => sink.end());
      return () => body.destroy();
    },
  };
}
