import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';

/** How requests prove who sends them. */
export interface Credentials {
  /** Headers of the next request. */
  headers(): Promise<Readonly<Record<string, string>>>;
  /** The server answered 401: whatever is kept is no longer good. */
  reject(): void;
}

export function fixedCredentials(headers: Readonly<Record<string, string>>): Credentials {
  return { headers: () => Promise.resolve(headers), reject: () => undefined };
}

export function bearer(token: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${token}` };
}

/** How long a token from a file or a plugin is used before it is asked for again; client-go reads files as often. */
const KEEP_MS = 60_000;

/**
 * Credentials that come from somewhere slow. They are kept for a minute, concurrent requests share one load, and a rejection
 * loads anew.
 */
export function loadedCredentials(clock: Clock, load: () => Promise<Readonly<Record<string, string>>>): Credentials {
  let kept: { readonly headers: Promise<Readonly<Record<string, string>>>; readonly since: number } | undefined;
  return {
    headers() {
      if (!kept || clock.monotonic() - kept.since > KEEP_MS) {
        const headers = load();
        const mine = { headers, since: clock.monotonic() };
        kept = mine;
        headers.catch(() => {
          if (kept === mine) kept = undefined;
        });
      }
      return kept.headers;
    },
    reject() {
      kept = undefined;
    },
  };
}

/** A token that is rotated in place, as a pod's service-account token is. */
export function tokenFile(path: string, clock: Clock): Credentials {
  return loadedCredentials(clock, async () => bearer((await readFile(path, 'utf8')).trim()));
}
