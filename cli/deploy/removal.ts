import type { Cluster } from '../cluster/cluster.ts';
import { EXIT } from '../cluster/exit-codes.ts';
import { CommandError } from '../cluster/problems.ts';
import type { Wait } from '../cluster/waiting.ts';
import { stillThere } from './errors.ts';
import { foundObject, type Found } from './find-deployed.ts';
import { awaitGone, remove } from './gone.ts';
import { groupOf, nameOf } from './manifest.ts';
import { isCrd, isNamespace, typesOfCrd } from './plan.ts';

/** What is deleted after what: the operator's pods have to be gone before its rights are, and its kind goes last. */
export function stageOf({ object }: Found): 'workload' | 'rights' | 'definition' | 'namespace' | 'rest' {
  if (isNamespace(object)) return 'namespace';
  if (isCrd(object)) return 'definition';
  const group = groupOf(object);
  if (group === 'apps' || group === 'batch') return 'workload';
  return group === 'rbac.authorization.k8s.io' || object.kind === 'ServiceAccount' ? 'rights' : 'rest';
}

/** Deletes these, all at once, dependents first where they are workloads, and waits until they are gone. */
export async function removeAll(
  cluster: Cluster,
  objects: readonly Found[],
  wait: Wait,
  remedy = 'See by `kubectl get -o yaml` what holds them, usually a finalizer, and start the command again.',
): Promise<void> {
  for (const found of objects) {
    wait.progress(`deleting ${nameOf(found.object)}`);
    await remove(cluster, found, stageOf(found) === 'workload' ? 'Foreground' : 'Background');
  }
  const left = await awaitGone(cluster, objects, wait);
  if (left.length === 0) return;
  const seconds = Math.round(wait.timeout / 1000);
  throw new CommandError(EXIT.notReady, [
    stillThere(
      left.map(({ object }) => nameOf(object)),
      seconds,
      remedy,
    ),
  ]);
}

/** The resources of the kind that a CustomResourceDefinition makes, of one namespace or (undefined) of all. */
export async function resourcesOf(cluster: Cluster, crd: Found, namespace?: string): Promise<readonly Found[]> {
  const whole = await cluster.client.get({ type: crd.type, name: crd.object.metadata.name });
  const kinds = await cluster.kinds();
  const served = typesOfCrd(whole).find(({ group, version, kind }) => kinds.find(`${group}/${version}`, kind));
  if (!served) return [];
  const objects = await cluster.list(served, namespace, { metadataOnly: true });
  return objects.map((object) => foundObject(served, object));
}
