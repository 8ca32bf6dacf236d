import { Cache, type Change } from '../cache/cache.ts';
import { configMaps, object, replaceBy } from './objects.ts';

/** Has a cache write down here, in short, what it tells: the object, and its version before and after. */
export function noting(changes: string[]): (change: Change) => void {
  return ({ key, old, current, own }) =>
    void changes.push(`${own ? 'own ' : ''}${key} ${old?.resourceVersion ?? '-'}→${current?.resourceVersion ?? '-'}`);
}

/** A cache of ConfigMaps that has listed one, `default/a` in version 5, and what it told. */
export function listedCache(): { readonly cache: Cache; readonly changes: string[] } {
  const cache = new Cache({ type: configMaps, labelSelector: '', metadataOnly: false }, [], 'operator');
  const changes: string[] = [];
  cache.onChange(noting(changes));
  cache.listing();
  replaceBy(cache, [object('a', 5)], '10');
  return { cache, changes };
}
