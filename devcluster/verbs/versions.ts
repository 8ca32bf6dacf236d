import { badRequest, tooLargeVersion } from '../http/status.ts';
import { quote } from '../schema/go-text.ts';
import type { Api } from './api.ts';

/** A resource version that a client names; undefined where it names none. Throws 400 for what no server gave out. */
export function parseVersion(text: string): number | undefined {
  if (text === '') return undefined;
  if (!/^\d+$/.test(text)) {
    const why = `strconv.ParseUint: parsing ${quote(text)}: invalid syntax`;
    throw badRequest(`invalid resource version: resourceVersion: Invalid value: ${quote(text)}: ${why}`);
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
