import { isKindMissing, isStatus } from '../../runtime/errors.ts';
import { askAll } from '../cluster/at-once.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { EXIT } from '../cluster/exit-codes.ts';
import { CommandError } from '../cluster/problems.ts';
import type { Wait } from '../cluster/waiting.ts';
import { stillThere } from './errors.ts';
import { foundObject, type Found } from './find-deployed.ts';
import { awaitGone } from './gone.ts';
import type { Instance } from './labels.ts';
import { nameOf, type Manifest } from './manifest.ts';
import { NAMESPACES } from '../cluster/kinds.ts';

/** Waits until nothing of what is to be applied is just being deleted, as after an `ap undeploy` that was interrupted: it would go all the same. */
export async function awaitFormer(
  cluster: Cluster,
  manifests: readonly Manifest[],
  { namespace }: Instance,
  wait: Wait,
): Promise<void> {
  const kinds = await cluster.kinds();
  const objects = [
    { type: NAMESPACES, name: namespace, at: undefined },
    ...manifests.flatMap(({ apiVersion, kind, metadata }) => {
      const type = kinds.find(apiVersion, kind)?.type;
      return type ? [{ type, name: metadata.name, at: metadata.namespace ?? namespace }] : [];
    }),
  ];
  const found = await askAll(objects, async ({ type, name, at }): Promise<readonly Found[]> => {
    try {
      const object = await cluster.client.get({ type, name, namespace: at }, { metadataOnly: true });
      return object.metadata.deletionTimestamp === undefined ? [] : [foundObject(type, object)];
    } catch (error) {
      if (isStatus(error, 404) || isKindMissing(error)) return [];
      throw error;
    }
  });
  const left = await awaitGone(cluster, found.flat(), wait);
  if (left.length === 0) return;
  // A definition that goes takes its kind along.
  const seconds = Math.round(wait.timeout / 1000);
  const remedy = 'See by `kubectl get -o yaml` what holds them, usually a finalizer. Nothing was written.';
  throw new CommandError(EXIT.refused, [
    stillThere(
      left.map(({ object }) => nameOf(object)),
      seconds,
      remedy,
    ),
  ]);
}
