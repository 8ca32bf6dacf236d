import { isKindMissing, isStatus } from '../../runtime/errors.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Found } from './find-deployed.ts';
import { groupOf } from './manifest.ts';

/** Whoever writes the resource at the same time makes the attempt fail. */
const ATTEMPTS = 10;

/** The finalizer of an operator on resources of a group. */
export const finalizerOf = (object: Found['object'], operatorName: string): string =>
  `${groupOf(object)}/${operatorName}`;

export function hasFinalizer({ object }: Found, operatorName: string): boolean {
  return object.metadata.finalizers?.includes(finalizerOf(object, operatorName)) ?? false;
}

/** Takes the operator's finalizer off a resource, and leaves those of others. */
export async function takeFinalizerOff(cluster: Cluster, { type, object }: Found, operatorName: string): Promise<void> {
  const { name, namespace, uid } = object.metadata;
  const finalizer = finalizerOf(object, operatorName);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { metadata } = await cluster.client.get({ type, name, namespace }, { metadataOnly: true });
      const { finalizers = [], resourceVersion } = metadata;
      if (metadata.uid !== uid || !finalizers.includes(finalizer)) return;
      await cluster.client.jsonPatch({ type, name, namespace }, [
        { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
        { op: 'replace', path: '/metadata/finalizers', value: finalizers.filter((each) => each !== finalizer) },
      ]);
      return;
    } catch (error) {
      if (isStatus(error, 404) || isKindMissing(error)) return;
      if (!isStatus(error, 409, 422) || attempt === ATTEMPTS) throw error;
    }
  }
}
