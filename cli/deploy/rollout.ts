import type { KubernetesObject } from '../../runtime/kube/types.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { listAt, numberAt, textAt } from '../cluster/fields.ts';
import { waitUntil, type Wait } from '../cluster/waiting.ts';
import { workloadOf } from './operator-pods.ts';
import { waitingContainers } from './waiting-containers.ts';
import { DEPLOYMENTS } from '../cluster/kinds.ts';

/** How a rollout ended: all replicas are of the current template and available, or why not. */
export type Rollout =
  | { readonly outcome: 'available'; readonly replicas: number }
  | { readonly outcome: 'failed'; readonly reason: string; readonly deployment: KubernetesObject | undefined };

/** Reasons of waiting containers that do not pass by themselves. */
const HOPELESS = new Set(['InvalidImageName', 'ErrImageNeverPull']);

/**
 * Waits until a Deployment's replicas are all of its current template and available, and those of former ones are gone. What containers wait
 * for is told as soon as it is seen.
 */
export async function awaitRollout(
  cluster: Cluster,
  { name, namespace }: { readonly name: string; readonly namespace?: string | undefined },
  wait: Wait,
): Promise<Rollout> {
  let deployment: KubernetesObject | undefined;
  let last = '';
  const told = new Set<string>();
  const ended = await waitUntil<Rollout>(wait, async () => {
    deployment = await cluster.client.get({ type: DEPLOYMENTS, name, namespace });
    const progress = progressOf(deployment);
    if (progress.isComplete) return { done: { outcome: 'available', replicas: progress.desired } };
    const { current } = await workloadOf(cluster, deployment);
    const waiting = waitingContainers(current);
    for (const { pod, container, reason, message } of waiting) {
      const line = `pod ${pod}, container ${container}: ${reason}${message && `: ${message}`}`;
      if (reason === 'ContainerCreating' || reason === 'PodInitializing' || told.has(line)) continue;
      told.add(line);
      wait.progress(line);
    }
    const hopeless = waiting.find(({ reason }) => HOPELESS.has(reason));
    const reason = hopeless?.reason ?? deadlineExceeded(deployment);
    if (reason !== undefined) return { done: { outcome: 'failed', reason, deployment } };
    const [first] = waiting;
    last = first ? `${first.reason} of pod ${first.pod}, container ${first.container}` : progress.text;
    return { waitsFor: `Deployment ${name}: ${progress.text}` };
  });
  return ended ?? { outcome: 'failed', reason: `${last}, after ${Math.round(wait.timeout / 1000)} s`, deployment };
}

interface Progress {
  readonly isComplete: boolean;
  readonly desired: number;
  readonly text: string;
}

/** As `kubectl rollout status` sees it. */
function progressOf(deployment: KubernetesObject): Progress {
  const of = (field: string): number => numberAt(deployment, 'status', field);
  const desired = numberAt(deployment, 'spec', 'replicas');
  const [updated, available, all] = [of('updatedReplicas'), of('availableReplicas'), of('replicas')];
  const isSeen = of('observedGeneration') >= (deployment.metadata.generation ?? 0);
  const isComplete = isSeen && updated >= desired && all <= updated && available >= updated;
  const text = isSeen
    ? `${updated} of ${desired} replicas are new, ${available} of all ${all} are available`
    : 'waiting until the change is seen';
  return { isComplete, desired, text };
}

function deadlineExceeded(deployment: KubernetesObject): string | undefined {
  const found = listAt(deployment, 'status', 'conditions').find(
    (condition) =>
      textAt(condition, 'type') === 'Progressing' && textAt(condition, 'reason') === 'ProgressDeadlineExceeded',
  );
  const isSeen = numberAt(deployment, 'status', 'observedGeneration') >= (deployment.metadata.generation ?? 0);
  return found !== undefined && isSeen ? textAt(found, 'message').replace(/\.$/, '') : undefined;
}
