import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { errors } from '../errors.ts';

/** How requests prove who sends them. */
export interface Credentials {
  /** Headers of the next request; at once where they are known. */
  headers(): Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  /** The server answered 401 to these headers: if they are the ones that are kept, they are no longer good. */
  reject(headers: Readonly<Record<string, string>>): void;
}

export function fixedCredentials(headers: Readonly<Record<string, string>>): Credentials {
  return { headers: () => headers, reject: () => undefined };
}

export function bearer(token: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${token}` };
}

/** How long a token from a file or a plugin is used before it is asked for again; client-go reads files as often. */
const KEEP_MS = 60_000;

interface Kept {
  readonly loading: Promise<Readonly<Record<string, string>>>;
  readonly since: number;
  /** Once they are loaded. */
  headers: Readonly<Record<string, string>> | undefined;
}

/**
 * Credentials that come from somewhere slow. They are kept for a minute, concurrent requests share one load, and a rejection loads anew;
 * of many requests that are refused together, one load. `load` is told whether what it returned last was rejected.
 */
export function loadedCredentials(
  clock: Clock,
  load: (wasRejected: boolean) => Promise<Readonly<Record<string, string>>>,
): Credentials {
  let kept: Kept | undefined;
  let wasRejected = false;
  return {
    headers() {
      if (!kept || clock.monotonic() - kept.since > KEEP_MS) {
        const mine: Kept = { loading: load(wasRejected), since: clock.monotonic(), headers: undefined };
        kept = mine;
        wasRejected = false;
        mine.loading.then(
          (headers) => (mine.headers = headers),
          () => {
            if (kept === mine) kept = undefined;
          },
        );
      }
      return kept.headers ?? kept.loading;
    },
    reject(headers) {
      if (kept?.headers !== headers) return;
      kept = undefined;
      wasRejected = true;
    },
  };
}

/**
 * A token that is rotated in place, as a pod's service-account token is. A file that is empty, since it is just being written, is an error:
 * without a token one would be somebody else, who is forbidden everything and not asked who he is.
 */
export function tokenFile(path: string, clock: Clock): Credentials {
  return loadedCredentials(clock, async () => {
    const token = (await readFile(path, 'utf8')).trim();
    if (token === '') throw errors.kubeconfig(path, 'the file has no token.');
    return bearer(token);
  });
}
