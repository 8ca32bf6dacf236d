import type { Cluster } from '../cluster/cluster.ts';
import { FIELD_MANAGER } from '../cluster/cluster.ts';
import type { Wait } from '../cluster/waiting.ts';
import { isStatus } from '../../runtime/errors.ts';
import { extractApplied } from './extract-applied.ts';
import { foundObject, type Found } from './find-deployed.ts';
import { removeAll, resourcesOf, stageOf } from './removal.ts';
import { nameOf } from './manifest.ts';
import type { PlannedObject } from './plan.ts';
import { whyInUse } from './namespace-contents.ts';

/** What a rollback could not take back, and why. */
export type NotRestored = readonly string[];

/**
 * Takes back what was written: what was there before is applied again as `ap deploy` had applied it, what was not is deleted, the last first.
 * A CustomResourceDefinition that is new stays where there are resources of it, and a namespace where something is in it.
 */
export async function rollBack(cluster: Cluster, written: readonly PlannedObject[], wait: Wait): Promise<NotRestored> {
  const notRestored: string[] = [];
  for (const { manifest, type, before } of written) {
    if (!before) continue;
    const former = extractApplied(before, FIELD_MANAGER);
    if (!former) {
      notRestored.push(`${nameOf(manifest)}: \`ap deploy\` had not made it`);
      continue;
    }
    wait.progress(`restoring ${nameOf(manifest)}`);
    await cluster.client.apply(type, former, { force: true, metadataOnly: true });
  }
  const created = written.filter(({ before }) => !before);
  for (const stage of ['workload', 'rest', 'rights', 'definition', 'namespace'] as const) {
    const doomed: Found[] = [];
    for (const { manifest, type } of created.toReversed()) {
      const found = await current(cluster, { manifest, type });
      if (!found || stageOf(found) !== stage) continue;
      const held = await whyKept(cluster, found, wait);
      if (held === undefined) doomed.push(found);
      else notRestored.push(`${nameOf(manifest)}: ${held}`);
    }
    await removeAll(cluster, doomed, wait);
  }
  return notRestored;
}

async function current(
  cluster: Cluster,
  { manifest, type }: Pick<PlannedObject, 'manifest' | 'type'>,
): Promise<Found | undefined> {
  const { name, namespace } = manifest.metadata;
  try {
    return foundObject(type, await cluster.client.get({ type, name, namespace }, { metadataOnly: true }));
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}

async function whyKept(cluster: Cluster, found: Found, wait: Wait): Promise<string | undefined> {
  if (stageOf(found) === 'definition' && (await resourcesOf(cluster, found)).length > 0)
    return 'there are resources of it';
  if (stageOf(found) === 'namespace') return whyInUse(cluster, found.object.metadata.name, wait);
  return undefined;
}
