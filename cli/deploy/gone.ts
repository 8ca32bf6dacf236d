import { isKindMissing, isStatus } from '../../runtime/errors.ts';
import { askAll } from '../cluster/at-once.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { waitUntil, type Wait } from '../cluster/waiting.ts';
import type { Found } from './find-deployed.ts';
import { nameOf } from './manifest.ts';

/** Waits until the objects of these uids are no more; returns those that still are when the time is over. */
export async function awaitGone(cluster: Cluster, objects: readonly Found[], wait: Wait): Promise<readonly Found[]> {
  let left = objects;
  await waitUntil(wait, async () => {
    const there = await askAll(left, (found) => isThere(cluster, found));
    left = left.filter((_, index) => there[index]);
    return left.length === 0 ? { done: true } : { waitsFor: `waiting until gone: ${listed(left)}` };
  });
  return left;
}

/** Names of objects, of many the first few. */
export function listed(objects: readonly Found[]): string {
  const names = objects.map(({ object }) => nameOf(object));
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}

async function isThere(cluster: Cluster, { type, object }: Found): Promise<boolean> {
  const { name, namespace, uid } = object.metadata;
  try {
    const found = await cluster.client.get({ type, name, namespace }, { metadataOnly: true });
    return found.metadata.uid === uid;
  } catch (error) {
    if (isStatus(error, 404) || isKindMissing(error)) return false;
    throw error;
  }
}

/**
 * Deletes the object of that uid; whether it may still be there. One that is gone by now, or was replaced by another's, is not touched.
 */
export async function remove(
  cluster: Cluster,
  { type, object }: Found,
  propagationPolicy: 'Background' | 'Foreground' = 'Background',
): Promise<void> {
  const { name, namespace, uid = '' } = object.metadata;
  try {
    await cluster.client.delete({ type, name, namespace }, uid, { metadataOnly: true, propagationPolicy });
  } catch (error) {
    if (!isStatus(error, 404, 409) && !isKindMissing(error)) throw error;
  }
}
