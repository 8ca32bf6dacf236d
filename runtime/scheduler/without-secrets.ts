import type { Cache } from '../cache/cache.ts';
import { AutopilotError, messageOf } from '../errors.ts';
import { isSecret } from '../kube/secrets.ts';
import type { KubernetesObject } from '../kube/types.ts';
import type { Run } from './run.ts';

/** What stands in the place of what is withheld. */
const WITHHELD = '(withheld)';
/** Shorter values are no secrets, and would be found in any text. */
const SHORTEST = 4;
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * The same failure without the data of Secrets that its run could read: they must get into no log, event or condition, and a worker's
 * errors are nobody's but its author's. Costs nothing where the phase reads no Secrets, and where nothing fails.
 *
 * Not guaranteed: that a worker's words hold no part of a secret, or one in another encoding, or one that came from elsewhere.
 */
export function withoutSecrets(run: Run, error: unknown): unknown {
  const caches = [...run.phase.inputs.values()]
    .filter(({ type, metadataOnly }) => isSecret(type) && !metadataOnly)
    .map((input) => run.environment.views.input(input));
  if (caches.length === 0) return error;
  const values = valuesIn(new Set(caches));
  const clean = (text: string): string => {
    // What a parser says quotes the text that it was given, or the beginning of it.
    let cleaned = text.replace(/(?:\.\.\.)?"[^]*"(?:\.\.\.)? is not valid JSON/, `${WITHHELD} is not valid JSON`);
    for (const value of values) cleaned = cleaned.replaceAll(value, WITHHELD);
    return cleaned;
  };
  const message = clean(messageOf(error));
  const cleaned = error instanceof AutopilotError ? new AutopilotError(error.code, message) : new Error(message);
  if (error instanceof Error) {
    cleaned.name = error.name;
    cleaned.stack = clean(String(error.stack));
  }
  return cleaned;
}

/** The longest first, since one may be within another. */
function valuesIn(caches: Iterable<Cache>): readonly string[] {
  const values = new Set<string>();
  for (const cache of caches)
    for (const { object } of cache.entries()) for (const value of dataOf(object)) values.add(value);
  return [...values].filter(({ length }) => length >= SHORTEST).toSorted((a, b) => b.length - a.length);
}

function dataOf(secret: KubernetesObject & { readonly data?: unknown }): readonly string[] {
  const { data } = secret;
  const encoded =
    typeof data === 'object' && data !== null ? Object.values(data).filter((value) => typeof value === 'string') : [];
  const decoded = encoded.map((value) => Buffer.from(value, 'base64').toString());
  const applied = secret.metadata.annotations?.[LAST_APPLIED];
  return [
    ...encoded,
    ...decoded,
    ...decoded.map((value) => JSON.stringify(value).slice(1, -1)),
    ...(applied === undefined ? [] : [applied]),
  ];
}
