import type { ResourceType } from '../kube/types.ts';
import type { PathsText } from './fields.ts';
import { outputId, prefixOf } from './output-id.ts';

/** So many outputs are looked through rather than mapped. */
const FEW = 16;
/** What stands in the list for each: the prefix of its kind, its key, its paths. */
const WIDTH = 3;

/**
 * The paths that are remembered of each output of a resource. Of few, a list of texts that others hold anyway: a map, and a name for each that
 * nobody else has, would be a tenth of all that is kept of a resource.
 */
export type HeldPaths = readonly string[] | Map<string, PathsText>;

export const NO_PATHS: HeldPaths = [];

export function pathsHeld(held: HeldPaths, type: ResourceType, key: string): PathsText | undefined {
  if (held instanceof Map) return held.get(outputId(type, key));
  const at = indexOf(held, type, key);
  return at < 0 ? undefined : held[at + WIDTH - 1];
}

/** What is held from now on, in place of `held`. `key`: that of the cache's entry, which is kept with it. */
export function withPaths(held: HeldPaths, type: ResourceType, key: string, paths: PathsText): HeldPaths {
  if (held instanceof Map) return held.set(outputId(type, key), paths);
  const at = indexOf(held, type, key);
  if (at >= 0) return held.with(at + WIDTH - 1, paths);
  if (held.length < FEW * WIDTH) return held.concat(prefixOf(type), key, paths);
  const many = new Map([[outputId(type, key), paths]]);
  for (let index = 0; index < held.length; index += WIDTH) {
    const [prefix = '', other = '', known = ''] = held.slice(index, index + WIDTH);
    many.set(prefix + other, known);
  }
  return many;
}

/** What is held from now on, in place of `held`. */
export function withoutPaths(held: HeldPaths, type: ResourceType, key: string): HeldPaths {
  if (held instanceof Map) {
    held.delete(outputId(type, key));
    return held;
  }
  const at = indexOf(held, type, key);
  return at < 0 ? held : held.toSpliced(at, WIDTH);
}

function indexOf(held: readonly string[], type: ResourceType, key: string): number {
  const prefix = prefixOf(type);
  for (let index = 0; index < held.length; index += WIDTH)
    if (held[index + 1] === key && held[index] === prefix) return index;
  return -1;
}
