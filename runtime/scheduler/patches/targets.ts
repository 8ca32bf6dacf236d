import type { Cache } from '../../cache/cache.ts';
import type { Entry } from '../../cache/store.ts';

/**
 * Which objects each manager of our patches holds fields in: found again by the entries in their managed fields, so that nothing has to
 * be remembered over a restart.
 */
export class PatchTargets {
  /** By cache and manager: keys of objects. */
  readonly #keys = new Map<Cache, Map<string, Set<string>>>();

  constructor(caches: Iterable<Cache>) {
    for (const cache of new Set(caches)) {
      const keys = new Map<string, Set<string>>();
      this.#keys.set(cache, keys);
      for (const { key, patches } of cache.entries()) for (const { manager = '' } of patches) add(keys, manager, key);
      cache.onChange(({ key, old, current }) => {
        for (const { manager = '' } of old?.patches ?? []) remove(keys, manager, key);
        for (const { manager = '' } of current?.patches ?? []) add(keys, manager, key);
      });
    }
  }

  /** The objects that the manager holds fields in, by key. */
  of(cache: Cache, manager: string): readonly Entry[] {
    const keys = [...(this.#keys.get(cache)?.get(manager) ?? [])].sort();
    return keys.flatMap((key) => cache.get(key) ?? []);
  }
}

function add(keys: Map<string, Set<string>>, manager: string, key: string): void {
  const known = keys.get(manager);
  if (known) known.add(key);
  else keys.set(manager, new Set([key]));
}

function remove(keys: Map<string, Set<string>>, manager: string, key: string): void {
  const known = keys.get(manager);
  known?.delete(key);
  if (known?.size === 0) keys.delete(manager);
}
