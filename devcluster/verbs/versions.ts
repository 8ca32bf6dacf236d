import { badRequest, plainError, tooLargeVersion } from '../http/status.ts';
import { quote } from '../schema/go-text.ts';
import type { Api } from './api.ts';

/** Of 64 bits. */
const MAX_VERSION = 2n ** 64n - 1n;

/** A resource version that a client names; undefined where it names none. Throws for what no server gave out: 400 to a list, 500 to who asks for
 * one object or a watch. */
export function parseVersion(text: string, one = false): number | undefined {
  if (text === '') return undefined;
  const isNumber = /^\d+$/.test(text);
  if (!isNumber || BigInt(text) > MAX_VERSION) {
    const problem = isNumber ? 'value out of range' : 'invalid syntax';
    const why = `resourceVersion: Invalid value: ${quote(text)}: strconv.ParseUint: parsing ${quote(text)}: ${problem}`;
    throw one ? plainError(why) : badRequest(`invalid resource version: ${why}`);
  }
  const version = Number(text);
  return Number.isSafeInteger(version) ? version : Number.MAX_SAFE_INTEGER;
}

/**
 * A version that this cluster has not reached: of another cluster, or from before it was started anew. The real server waits 3
 * seconds for it before it answers the same.
 */
export function checkNotInFuture(api: Api, version: number | undefined): void {
  if (version !== undefined && version > api.store.version) throw tooLargeVersion(version, api.store.version);
}
