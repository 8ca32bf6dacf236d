/**
 * A real API server to compare with: requests in, parsed answers out.
 */
import { readFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { load } from 'js-yaml';
import { isObject, listAt, stringAt, type JsonObject } from '../../devcluster/schema/json.ts';

export interface Answer {
  readonly code: number;
  readonly body: JsonObject;
  /** When the server answered, RFC 3339 in seconds. */
  readonly time: string;
  readonly warnings: readonly string[];
}

export const JSON_PATCH = 'application/json-patch+json';
export const MERGE_PATCH = 'application/merge-patch+json';
export const STRATEGIC_PATCH = 'application/strategic-merge-patch+json';
export const APPLY_PATCH = 'application/apply-patch+yaml';

/** When the server wrote what it answers, by the last of the managed fields' times: the Date may be a second later. */
export function actedAt(answer: Answer): string {
  const text = JSON.stringify(answer.body);
  const times = [...text.matchAll(/"time":"([^"]+)"/g)].map((match) => match[1] ?? '').sort();
  const last = times.at(-1);
  return last !== undefined && Date.parse(answer.time) - Date.parse(last) <= 1000 ? last : answer.time;
}

export class RealServer {
  readonly #server: string;
  readonly #token: string;

  constructor(server: string, token: string) {
    this.#server = server;
    this.#token = token;
  }

  /** By the first cluster and user of a kubeconfig, which has a token; its certificate is not checked. */
  static async fromKubeconfig(path: string): Promise<RealServer> {
    const config = load(await readFile(path, 'utf8'));
    const [cluster] = listAt(config, 'clusters');
    const [user] = listAt(config, 'users');
    return new RealServer(stringAt(cluster, 'cluster', 'server'), stringAt(user, 'user', 'token'));
  }

  async version(): Promise<string> {
    return stringAt((await this.send('GET', '/version')).body, 'gitVersion');
  }

  async send(method: string, path: string, body?: unknown, type = 'application/json'): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const headers = { authorization: `Bearer ${this.#token}`, 'content-type': type, accept: 'application/json' };
    const url = new URL(path, this.#server);
    const request = httpsRequest(url, { method, headers, rejectUnauthorized: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const parsed: unknown = text.startsWith('{') ? JSON.parse(text) : { message: text };
        const date = new Date(response.headers.date ?? Date.now());
        resolve({
          code: response.statusCode ?? 0,
          body: isObject(parsed) ? parsed : {},
          time: `${date.toISOString().slice(0, 19)}Z`,
          warnings: [response.headers['warning'] ?? []].flat(),
        });
      });
    });
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
    return promise;
  }
}
