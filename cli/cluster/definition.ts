import { isStatus } from '../../runtime/errors.ts';
import type { ObjectRef } from '../../runtime/kube/client.ts';
import type { KubernetesObject } from '../../runtime/kube/types.ts';
import type { Cluster } from './cluster.ts';
import { CUSTOM_RESOURCE_DEFINITIONS } from './kinds.ts';

/** The cluster's CustomResourceDefinition of that name; undefined: it has none. */
export function definitionIn(
  cluster: Cluster,
  name: string,
  signal: AbortSignal,
): Promise<KubernetesObject | 'forbidden' | undefined> {
  return findObject(cluster, { type: CUSTOM_RESOURCE_DEFINITIONS, name }, signal);
}

/** An object; undefined: there is none. */
export async function findObject(
  { client }: Cluster,
  ref: ObjectRef,
  signal: AbortSignal,
): Promise<KubernetesObject | 'forbidden' | undefined> {
  try {
    return await client.get(ref, { signal });
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    if (isStatus(error, 403)) return 'forbidden';
    throw error;
  }
}
