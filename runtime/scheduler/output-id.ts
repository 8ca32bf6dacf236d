import { resourceName } from '../kube/paths.ts';
import type { ResourceType } from '../kube/types.ts';

/** The name under which an output is remembered. */
export function outputId(type: ResourceType, key: string): string {
  return `${resourceName(type)} ${key}`;
}
