import { plainError } from '../http/status.ts';
import type { Draft } from '../store/object.ts';

/** etcd's limit of a request. */
const MAX_REQUEST = 1.5 * 1024 * 1024;

/** What the real server's client of etcd sends at most. */
const MAX_MESSAGE = 2 * 1024 * 1024;

/** A character of JavaScript takes at most so many bytes in UTF-8. */
const MAX_BYTES_OF_CHARACTER = 3;

/** Throws for an object that etcd would not take. Its size is that of its JSON; the real server keeps built-in kinds as protobuf. */
export function checkSize(object: Draft): void {
  const text = JSON.stringify(object);
  if (text.length * MAX_BYTES_OF_CHARACTER <= MAX_REQUEST) return;
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_MESSAGE) {
    const why = `trying to send message larger than max (${bytes} vs. ${MAX_MESSAGE})`;
    throw plainError(`rpc error: code = ResourceExhausted desc = ${why}`);
  }
  if (bytes > MAX_REQUEST) throw plainError('etcdserver: request is too large');
}
