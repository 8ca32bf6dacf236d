import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject, ManagedFieldsEntry } from '../kube/types.ts';
import type { ObjectPath } from './held-request.ts';

/** An object that writes were held back of. */
export interface HeldObject {
  readonly ref: ObjectPath;
  /** As the cluster has it; undefined: it has none. */
  readonly live: KubernetesObject | undefined;
  /** As it would be by now; undefined: gone. */
  readonly now: KubernetesObject | undefined;
  /** Whether any write of it was held back so far; else `now` is `live`. */
  readonly touched: boolean;
  /** Whether its status was written by a subresource of its own. */
  readonly ownStatus: boolean;
}

/**
 * Versions of what was never written. They are later than any of a server, which counts from 1 in 63 bits, so that caches take an answer
 * that was held back for the latest there is.
 */
const FIRST_VERSION = 9_000_000_000_000_000_000n;

/** What held-back writes have made of objects, over what the cluster has. */
export class HeldObjects {
  readonly #objects = new Map<string, HeldObject>();
  #version = FIRST_VERSION;

  get(path: string): HeldObject | undefined {
    return this.#objects.get(path);
  }

  all(): IterableIterator<HeldObject> {
    return this.#objects.values();
  }

  /** Keeps what a write has made of an object, and returns it as the server would: in the next version, or in the same where nothing was changed. */
  put(
    held: HeldObject,
    next: KubernetesObject,
    options: { readonly gone?: boolean; readonly ownStatus?: boolean } = {},
  ): KubernetesObject {
    const { resourceVersion } = held.now?.metadata ?? {};
    const isSame = held.now !== undefined && isDeepStrictEqual(compared(held.now), compared(next));
    const version = isSame && resourceVersion !== undefined ? resourceVersion : String((this.#version += 1n));
    const answer = { ...next, metadata: { ...next.metadata, resourceVersion: version } };
    this.#objects.set(held.ref.path, {
      ...held,
      now: options.gone ? undefined : answer,
      touched: true,
      ownStatus: held.ownStatus || (options.ownStatus ?? false),
    });
    return answer;
  }

  clear(): void {
    this.#objects.clear();
  }
}

/** Without what a server sets at each request, whether it changes anything or not. */
function compared({
  metadata: { resourceVersion: _resourceVersion, managedFields, generation: _generation, ...metadata },
  ...object
}: KubernetesObject): object {
  return { ...object, metadata, managedFields: (managedFields ?? []).map(withoutTime) };
}

function withoutTime({ time: _time, ...entry }: ManagedFieldsEntry): object {
  return entry;
}
