import type { Cluster } from '../cluster/cluster.ts';
import type { Wait } from '../cluster/waiting.ts';
import type { Found } from './find-deployed.ts';
import { nameOf } from './manifest.ts';
import { removeAll, resourcesOf, stageOf } from './removal.ts';

/**
 * Deletes what a former version of the manifests had deployed and this one does not: once the new pods are up, so that the old ones had it as
 * long as they ran. Returns what is kept: definitions that still have resources.
 */
export async function removeObsolete(
  cluster: Cluster,
  obsolete: readonly Found[],
  wait: Wait,
): Promise<readonly string[]> {
  const kept: string[] = [];
  for (const stage of ['workload', 'rest', 'rights', 'definition'] as const) {
    const doomed: Found[] = [];
    for (const found of obsolete.filter((one) => stageOf(one) === stage)) {
      if (stage === 'definition' && (await resourcesOf(cluster, found)).length > 0) kept.push(nameOf(found.object));
      else doomed.push(found);
    }
    await removeAll(cluster, doomed, wait);
  }
  return kept;
}
