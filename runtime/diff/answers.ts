import type { TransportResponse } from '../kube/transport.ts';
import type { ObjectPath } from './held-request.ts';

/** An answer that no server gave. */
export function answerOf(status: number, object: object): TransportResponse {
  return textAnswer(status, { 'content-type': 'application/json' }, JSON.stringify(object));
}

export function textAnswer(status: number, headers: TransportResponse['headers'], text: string): TransportResponse {
  return {
    status,
    headers,
    body: {
      text: () => Promise.resolve(text),
      async *[Symbol.asyncIterator]() {
        yield await Promise.resolve(new TextEncoder().encode(text));
      },
    },
  };
}

/** A failure in the server's words. */
export function refusal(
  { name, type: { group, plural } }: Pick<ObjectPath, 'name' | 'type'>,
  code: 404 | 409 | 422,
  reason: string,
  message: string,
): TransportResponse {
  return answerOf(code, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: message === '' ? `${group === '' ? plural : `${plural}.${group}`} "${name}" not found` : message,
    reason,
    details: { name, kind: plural, ...(group !== '' && { group }) },
    code,
  });
}
