import { resourceName } from '../kube/paths.ts';
import type { ResourceType } from '../kube/types.ts';

/** One text for each kind, which all names of its objects share. */
const prefixes = new WeakMap<ResourceType, string>();

/** What the names of a kind's outputs begin with. */
export function prefixOf(type: ResourceType): string {
  let prefix = prefixes.get(type);
  if (prefix === undefined) {
    prefix = `${resourceName(type)} `;
    prefixes.set(type, prefix);
  }
  return prefix;
}

/** The name under which an output is remembered. */
export function outputId(type: ResourceType, key: string): string {
  return prefixOf(type) + key;
}
