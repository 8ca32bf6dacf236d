import { isKindMissing, isStatus } from '../../runtime/errors.ts';
import { EXIT } from '../cluster/exit-codes.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { listAt, textAt } from '../cluster/fields.ts';
import { CommandError } from '../cluster/problems.ts';
import { waitUntil, type Wait } from '../cluster/waiting.ts';
import { notEstablished } from './errors.ts';
import { nameOf, type Manifest } from './manifest.ts';
import { isCrd, typesOfCrd, type Plan, type PlannedObject } from './plan.ts';
import { CUSTOM_RESOURCE_DEFINITIONS } from '../cluster/kinds.ts';

export interface ApplyOptions {
  /** How long a new kind is waited for. */
  readonly wait: Wait;
  /** Told of each object that was written. */
  readonly onWritten: (object: PlannedObject) => void;
}

/** Writes what the plan changes, in its order. What is as it should be is not written. */
export async function applyPlan(cluster: Cluster, { objects }: Plan, options: ApplyOptions): Promise<void> {
  const { wait, onWritten } = options;
  for (const object of objects) {
    const { manifest, type, change, force } = object;
    if (change === 'created' || change === 'changed') {
      wait.progress(`${change === 'created' ? 'creating' : 'changing'} ${nameOf(manifest)}`);
      await cluster.client.apply(type, manifest, { force, strict: true, metadataOnly: true });
      onWritten(object);
    }
    if (isCrd(manifest)) await established(cluster, manifest, wait);
  }
}

/** Waits until the kind is served. */
async function established(cluster: Cluster, crd: Manifest, wait: Wait): Promise<void> {
  const { name } = crd.metadata;
  const isServed = await waitUntil(wait, async () => {
    const conditions = listAt(
      await cluster.client.get({ type: CUSTOM_RESOURCE_DEFINITIONS, name }),
      'status',
      'conditions',
    );
    const isEstablished = conditions.some(
      (condition) => textAt(condition, 'type') === 'Established' && textAt(condition, 'status') === 'True',
    );
    return isEstablished && (await answers(cluster, crd))
      ? { done: true }
      : { waitsFor: `waiting until ${nameOf(crd)} is established` };
  });
  if (!isServed) throw new CommandError(EXIT.notReady, [notEstablished(name, Math.round(wait.timeout / 1000))]);
}

/** An established kind is served a moment later. */
async function answers(cluster: Cluster, crd: Manifest): Promise<boolean> {
  const [type] = typesOfCrd(crd);
  if (!type) return true;
  try {
    await cluster.client.list(type, undefined, { limit: 1, metadataOnly: true });
    return true;
  } catch (error) {
    // Who may not list them can tell no more than the condition does.
    if (isStatus(error, 403)) return true;
    if (isKindMissing(error) || isStatus(error, 404, 429, 503)) return false;
    throw error;
  }
}
