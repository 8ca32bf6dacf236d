import { DevclusterError } from '../errors.ts';
import { parseLabelSelector } from '../selectors/label-selector.ts';
import { parseFieldSelector } from '../selectors/field-selector.ts';
import { objectKey } from '../store/object.ts';
import { selects } from '../verbs/selection.ts';
import { narrow } from './objects.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { Api } from '../verbs/api.ts';
import type { Selection } from '../verbs/selection.ts';
import type { ListRef, Live, ObjectLike } from './objects.ts';

export interface UntilOptions {
  /** Milliseconds; default 10 s. */
  readonly timeout?: number;
}

/** What is waited for: a predicate that throws says no, and its error is told if the time runs out. */
export type Predicate<Seen> = (seen: Seen) => unknown;

/** Waits, by the cluster's changes and not by asking again and again, until one object is as the predicate wants it. */
export function untilObject<T extends ObjectLike>(
  api: Api,
  kind: ServedKind,
  namespace: string | undefined,
  name: string,
  predicate: Predicate<Live<T> | undefined>,
  options: UntilOptions,
): Promise<Live<T> | undefined> {
  const collection = api.store.collection(kind.collection);
  const key = objectKey(namespace, name);
  const look = (): Live<T> | undefined => {
    const found = collection.get(key);
    return found && narrow<T>(kind.fromStorage(found));
  };
  return until(api, kind, look, predicate, options, `${kind.kind} ${key}`);
}

/** The same for all objects of a selection. */
export function untilObjects<T extends ObjectLike>(
  api: Api,
  kind: ServedKind,
  ref: ListRef,
  predicate: Predicate<readonly Live<T>[]>,
  options: UntilOptions,
): Promise<readonly Live<T>[]> {
  const { labelSelector = '', fieldSelector = '' } = ref;
  const namespace = ref.namespace || undefined;
  const labels = parseLabelSelector(labelSelector);
  const selection: Selection = { kind, namespace, labels, fields: parseFieldSelector(fieldSelector) };
  const look = (): readonly Live<T>[] => {
    const all = api.store.collection(kind.collection).list(namespace) ?? [];
    const selected = all.filter((object) => selects(selection, object));
    return selected.map((object) => narrow<T>(kind.fromStorage(object)));
  };
  const where = [namespace && ` in ${namespace}`, labelSelector && ` with ${labelSelector}`].filter(Boolean).join('');
  return until(api, kind, look, predicate, options, `${kind.plural}${where}`);
}

function until<Seen>(
  api: Api,
  kind: ServedKind,
  look: () => Seen,
  predicate: Predicate<Seen>,
  { timeout = 10_000 }: UntilOptions,
  what: string,
): Promise<Seen> {
  return new Promise((resolve, reject) => {
    let why = '';
    const satisfied = (): boolean => {
      const seen = look();
      try {
        if (!predicate(seen)) return false;
      } catch (error) {
        why = ` The predicate said: ${error instanceof Error ? error.message : String(error)}`;
        return false;
      }
      resolve(seen);
      return true;
    };
    if (satisfied()) return;
    const stop = api.store.collection(kind.collection).subscribe(() => {
      if (!satisfied()) return;
      stop();
      cancel();
    });
    const cancel = api.clock.after(timeout, () => {
      stop();
      const last = JSON.stringify(withoutNoise(look()), undefined, 2) ?? 'not there';
      const message = `${what}: not as waited for within ${timeout} ms.${why}\nLast seen: ${last}`;
      reject(new DevclusterError('ERR_AP_UNTIL_TIMEOUT', message));
    });
  });
}

/** Managed fields are long and say little. */
function withoutNoise(seen: unknown): unknown {
  if (Array.isArray(seen)) return seen.map(withoutNoise);
  if (typeof seen !== 'object' || seen === null || !('metadata' in seen)) return seen;
  const { metadata } = seen;
  return { ...seen, metadata: { ...(typeof metadata === 'object' && metadata), managedFields: undefined } };
}
