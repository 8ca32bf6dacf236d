import { badRequest, plainError, tooLargeVersion } from '../http/status.ts';
import { quote } from '../schema/go-text.ts';
import type { Api } from './api.ts';

/** A resource version that a client names; undefined where it names none. Throws for what no server gave out: 400, and 500 where a watch asks. */
export function parseVersion(text: string, forWatch = false): number | undefined {
  if (text === '') return undefined;
  if (!/^\d+$/.test(text)) {
    const why = `resourceVersion: Invalid value: ${quote(text)}: strconv.ParseUint: parsing ${quote(text)}: invalid syntax`;
    throw forWatch ? plainError(why) : badRequest(`invalid resource version: ${why}`);
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
