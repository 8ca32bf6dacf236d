import { collectionPath } from '../../../runtime/kube/paths.ts';
import { objectAt, stringAt, valueAt } from '../../../devcluster/schema/json.ts';
import { objectKey } from '../../../devcluster/store/object.ts';
import { isStream } from '../../../devcluster/http/exchange.ts';
import { narrow, type Address, type Live, type ObjectLike } from '../../../devcluster/cluster/objects.ts';
import type { Upstream } from './upstream.ts';
import type { ApiRequest } from '../../../devcluster/http/exchange.ts';

/** What is looked at. */
export interface Selection {
  readonly address: Address;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** A change, as a watch tells it. */
export interface Change<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: Live<T>;
}

/**
 * Follows the objects of a selection through a watch of its own, so that no state of theirs is missed: calls `begun` for those that there
 * are, then `changed` for every change, until the signal is aborted. A watch that ends is begun again with a list.
 */
export async function observe<T extends ObjectLike>(
  upstream: Upstream,
  selection: Selection,
  signal: AbortSignal,
  told: {
    readonly begun: (objects: readonly Live<T>[]) => void;
    readonly changed: (change: Change<T>) => void;
  },
): Promise<void> {
  while (!signal.aborted) {
    const list = await upstream.ask(requestFor(selection, {}));
    if (isStream(list) || list.status !== 200) {
      // It is not served, or the server is about to start again.
      if (!isStream(list) && list.status === 404) told.begun([]);
      await new Promise((resolve) => setTimeout(resolve, 50));
      continue;
    }
    const page: unknown = JSON.parse(list.body.toString());
    const items = valueAt(page, 'items');
    const { group, version } = selection.address;
    const kind = stringAt(page, 'kind').replace(/List$/, '');
    const apiVersion = group === '' ? version : `${group}/${version}`;
    told.begun((Array.isArray(items) ? items : []).map((item) => narrow<T>({ apiVersion, kind, ...objectAt(item) })));
    const resourceVersion = stringAt(valueAt(page, 'metadata'), 'resourceVersion');
    if (!signal.aborted) await watch(upstream, requestFor(selection, { watch: 'true', resourceVersion }), signal, told);
  }
}

async function watch<T extends ObjectLike>(
  upstream: Upstream,
  request: ApiRequest,
  signal: AbortSignal,
  { changed }: { readonly changed: (change: Change<T>) => void },
): Promise<void> {
  const answer = await upstream.ask(request);
  if (!isStream(answer)) return;
  const over = Promise.withResolvers<void>();
  const stop = answer.start({
    write(line) {
      const frame: unknown = JSON.parse(line);
      const type = stringAt(frame, 'type');
      if (signal.aborted || (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED')) return;
      changed({ type, object: narrow<T>(valueAt(frame, 'object')) });
    },
    room: () => undefined,
    end: () => over.resolve(),
  });
  signal.addEventListener('abort', () => stop(), { once: true });
  if (signal.aborted) stop();
  await over.promise;
}

export function requestFor(selection: Selection, query: Readonly<Record<string, string>>): ApiRequest {
  const { address, namespace, labelSelector, fieldSelector } = selection;
  const given = Object.entries({ labelSelector, fieldSelector, ...query }).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, value] as [string, string]],
  );
  return {
    method: 'GET',
    path: collectionPath({ kind: '', ...address }, address.namespaced ? namespace : undefined),
    query: new URLSearchParams(given),
    header: (name) => (name === 'accept' ? 'application/json' : undefined),
    body: () => Promise.resolve(Buffer.alloc(0)),
  };
}

/** Waits until the objects of a selection are as wanted, and returns them; rejects once the signal is aborted. */
export async function untilSeen<T extends ObjectLike>(
  upstream: Upstream,
  selection: Selection,
  wanted: (seen: readonly Live<T>[]) => unknown,
  limit: AbortSignal,
): Promise<readonly Live<T>[]> {
  const found = new AbortController();
  const seen = new Map<string, Live<T>>();
  let result: readonly Live<T>[] | undefined;
  let why = '';
  const look = (): void => {
    const all = [...seen.values()];
    try {
      if (result || !wanted(all)) return;
    } catch (error) {
      why = ` The predicate said: ${error instanceof Error ? error.message : String(error)}`;
      return;
    }
    result = all;
    found.abort();
  };
  await observe<T>(upstream, selection, AbortSignal.any([found.signal, limit]), {
    begun(objects) {
      seen.clear();
      for (const object of objects) seen.set(keyOf(object), object);
      look();
    },
    changed({ type, object }) {
      if (type === 'DELETED') seen.delete(keyOf(object));
      else seen.set(keyOf(object), object);
      look();
    },
  });
  if (result) return result;
  const last = JSON.stringify(
    [...seen.values()],
    (key, value: unknown) => (key === 'managedFields' ? undefined : value),
    2,
  );
  throw new Error(`${selection.address.plural}: not as waited for.${why}\nLast seen: ${last}`);
}

export function keyOf({ metadata }: Pick<Live<ObjectLike>, 'metadata'>): string {
  return objectKey(metadata.namespace, metadata.name);
}
