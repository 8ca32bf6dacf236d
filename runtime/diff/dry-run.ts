import type { Transport, TransportRequest, TransportResponse } from '../kube/transport.ts';
import type { KubernetesObject } from '../kube/types.ts';
import type { PatchOperation } from '../kube/client.ts';
import { textAnswer } from './answers.ts';
import { isMap, memberOf } from './json.ts';

/** What a server made of a dry run: the object, or why it would refuse the write. */
export type Verdict =
  | { readonly object: KubernetesObject }
  | { readonly refused: TransportResponse }
  /** It was not asked, or could not say; in words why. */
  | { readonly unasked: string };

/** What is there, or why that cannot be known. */
export type Found = { readonly object: KubernetesObject | undefined } | { readonly refused: TransportResponse };

/** The one way to a cluster that writes may take: whatever is sent here, the server keeps nothing of it. */
export class DryRun {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** A create or a patch. In the body of a DELETE the query does not count (seen), so no such request is ever made. */
  async send(request: TransportRequest & { readonly method: 'POST' | 'PATCH' }): Promise<Verdict> {
    const { pathname, searchParams } = new URL(request.path, 'http://cluster');
    searchParams.set('dryRun', 'All');
    const headers = { ...request.headers, accept: 'application/json' };
    const response = await this.#transport.send({
      ...request,
      headers,
      path: `${pathname}?${searchParams.toString()}`,
    });
    return verdictOf(response);
  }

  /** The live object of a path; undefined: there is none. */
  async get(path: string, { headers, signal }: TransportRequest): Promise<Found> {
    const { 'content-type': _, ...rest } = headers;
    const response = await this.#transport.send({
      method: 'GET',
      path,
      headers: { ...rest, accept: 'application/json' },
      signal,
    });
    if (response.status === 404) {
      await response.body.text();
      return { object: undefined };
    }
    if (response.status < 200 || response.status > 299) return { refused: response };
    return { object: objectIn(JSON.parse(await response.body.text())) };
  }
}

/** What changes the live object into what it is to be, without its status, by patches that need no right but `patch`. */
export function changesTo(live: KubernetesObject, wanted: KubernetesObject): readonly PatchOperation[] {
  const {
    apiVersion: _a,
    kind: _k,
    metadata: was,
    ...before
  } = live as KubernetesObject & { readonly status?: unknown };
  const {
    apiVersion: _b,
    kind: _l,
    metadata: is,
    ...after
  } = wanted as KubernetesObject & { readonly status?: unknown };
  const parts = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const;
  return [
    ...operations('', { ...before, status: undefined }, { ...after, status: undefined }),
    ...operations(
      '/metadata',
      Object.fromEntries(parts.map((part) => [part, was[part]])),
      Object.fromEntries(parts.map((part) => [part, is[part]])),
    ),
  ];
}

function operations(
  at: string,
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): readonly PatchOperation[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name): readonly PatchOperation[] => {
    const [was, is] = [memberOf(before, name), memberOf(after, name)];
    if (JSON.stringify(was) === JSON.stringify(is)) return [];
    const path = `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return is === undefined ? [{ op: 'remove', path }] : [{ op: 'add', path, value: is }];
  });
}

async function verdictOf(response: TransportResponse): Promise<Verdict> {
  const text = await response.body.text();
  if (response.status >= 200 && response.status < 300) return { object: objectIn(JSON.parse(text)) };
  const unasked = whyUnasked(response.status, text);
  return unasked === undefined ? { refused: textAnswer(response.status, response.headers, text) } : { unasked };
}

/** A refusal of the dry run that says nothing about the write itself. */
function whyUnasked(status: number, text: string): string | undefined {
  const message = messageIn(text);
  // By rights, and not by admission or the state of a namespace: the operator's account may have them.
  if (status === 403 && / cannot (?:create|patch) resource /.test(message))
    return `your account may not do it: ${message}`;
  if (status === 400 && message.endsWith('does not support dry run')) return message;
  return undefined;
}

export function messageIn(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return isMap(value) && typeof value['message'] === 'string' ? value['message'] : '';
  } catch {
    return '';
  }
}

function objectIn(value: unknown): KubernetesObject {
  if (!isObject(value)) throw new TypeError('the server answered with what is no object');
  return value;
}

function isObject(value: unknown): value is KubernetesObject {
  return isMap(value) && isMap(value['metadata']);
}
