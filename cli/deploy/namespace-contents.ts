import { isKindMissing, isStatus } from '../../runtime/errors.ts';
import { resourceName } from '../../runtime/kube/paths.ts';
import { askAll } from '../cluster/at-once.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { waitUntil, type Wait } from '../cluster/waiting.ts';
import { foundObject } from './find-deployed.ts';
import { listed } from './gone.ts';

/** What every namespace has. */
const ALWAYS: ReadonlySet<string> = new Set(['configmaps kube-root-ca.crt', 'serviceaccounts default']);
/** Events pass by themselves; to ask for Endpoints is warned of, and controllers make EndpointSlices of those of people. */
const PASSING: ReadonlySet<string> = new Set(['events', 'events.events.k8s.io', 'endpoints']);

/** Why a namespace is not empty. */
export interface InUse {
  readonly why: string;
  /** All that is in it is being deleted, or belongs to something that may be. */
  readonly isPassing: boolean;
}

/**
 * What is in a namespace beside what every one has and what passes by itself (Events); undefined where there is nothing. A kind that may
 * not be listed counts as something.
 */
export async function contentsOf(cluster: Cluster, namespace: string): Promise<InUse | undefined> {
  const lasting = (why: string): InUse => ({ why, isPassing: false });
  cluster.forgetKinds();
  const kinds = await cluster.kinds();
  if (kinds.unavailable.length > 0)
    return lasting(`it cannot be seen whether something of ${kinds.unavailable.join(', ')} is in it`);
  const searched = kinds.preferred.filter(
    ({ type, verbs }) => type.namespaced && verbs.includes('list') && !PASSING.has(resourceName(type)),
  );
  const unseen: string[] = [];
  const found = await askAll(searched, async ({ type }) => {
    try {
      const { items } = await cluster.client.list(type, namespace, { limit: 10, metadataOnly: true });
      return items
        .filter(({ metadata }) => !ALWAYS.has(`${resourceName(type)} ${metadata.name}`))
        .map((object) => foundObject(type, object));
    } catch (error) {
      if (isStatus(error, 403)) unseen.push(resourceName(type));
      else if (!isStatus(error, 404, 405) && !isKindMissing(error)) throw error;
      return [];
    }
  });
  const objects = found.flat();
  if (objects.length > 0) {
    const isPassing = objects.every(
      ({ object: { metadata } }) => metadata.deletionTimestamp !== undefined || metadata.ownerReferences !== undefined,
    );
    return { why: `it holds ${listed(objects)}`, isPassing };
  }
  return unseen.length > 0 ? lasting(`you may not see whether it holds ${unseen.join(', ')}`) : undefined;
}

/** What was owned by what is deleted goes a moment later. */
const SETTLING_MS = 15_000;

/** Why a namespace cannot be deleted, once what is passing in it has had its time; undefined: it is empty. */
export async function whyInUse(cluster: Cluster, namespace: string, wait: Wait): Promise<string | undefined> {
  let found: InUse | undefined;
  await waitUntil({ ...wait, timeout: Math.min(wait.timeout, SETTLING_MS) }, async () => {
    found = await contentsOf(cluster, namespace);
    return found?.isPassing ? { waitsFor: `Namespace ${namespace}: ${found.why}` } : { done: true };
  });
  return found?.why;
}
