import { isStatus } from '../../runtime/errors.ts';
import type { KubernetesObject } from '../../runtime/kube/types.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { listAt, numberAt, textAt } from '../cluster/fields.ts';
import { waitingContainers } from '../deploy/waiting-containers.ts';
import { isPodOf, podSelectorOf } from '../operator/deployed-operator.ts';
import { LEASES, PODS } from '../cluster/kinds.ts';

/** Who works, of the replicas. `held`: by the Lease; `free`: nobody; `unknown`: it may not be read; `off`: there is no election. */
export type Leader =
  | {
      readonly is: 'held';
      /** As it calls itself. */
      readonly holder: string;
      /** Its pod, where it is one of the operator's. */
      readonly pod: string | null;
      readonly since: string;
      readonly renewed: string;
    }
  | { readonly is: 'free' | 'unknown' | 'off' };

export interface OperatorPod {
  readonly name: string;
  readonly ready: boolean;
  readonly restarts: number;
  readonly created: string | null;
  /** Why it is not ready; '' where it is. */
  readonly trouble: string;
}

/** How the operator stands. */
export interface OperatorState {
  readonly name: string;
  readonly namespace: string;
  /** As its pods are labelled; '' where they are not. */
  readonly version: string;
  readonly image: string;
  readonly replicas: { readonly wanted: number; readonly ready: number; readonly updated: number };
  readonly leader: Leader;
  readonly pods: readonly OperatorPod[];
}

const VERSION = 'app.kubernetes.io/version';

/** Reads all of it off what was listed. `lease`: undefined where there is none. */
export function operatorState(
  deployment: KubernetesObject,
  pods: readonly KubernetesObject[],
  lease: KubernetesObject | 'unknown' | 'off' | undefined,
): OperatorState {
  const containers = listAt(deployment, 'spec', 'template', 'spec', 'containers');
  const container = containers.find((each) => textAt(each, 'name') === 'operator') ?? containers[0];
  const number = (field: string): number => numberAt(deployment, 'status', field);
  const own = pods.filter((pod) => isPodOf(pod, deployment));
  return {
    name: deployment.metadata.name,
    namespace: deployment.metadata.namespace ?? '',
    version:
      textAt(deployment, 'spec', 'template', 'metadata', 'labels', VERSION) ||
      (deployment.metadata.labels?.[VERSION] ?? ''),
    image: textAt(container, 'image'),
    replicas: {
      wanted: numberAt(deployment, 'spec', 'replicas'),
      ready: number('readyReplicas'),
      updated: number('updatedReplicas'),
    },
    leader: leaderOf(lease, own),
    pods: own.map(podOf).toSorted((a, b) => a.name.localeCompare(b.name)),
  };
}

/** The operator's pods. */
export function listPods(cluster: Cluster, deployment: KubernetesObject): Promise<readonly KubernetesObject[]> {
  return cluster.list(PODS, deployment.metadata.namespace, { labelSelector: podSelectorOf(deployment) });
}

/** The Lease by which one is elected; `unknown` where it may not be read. */
export async function findLease(
  cluster: Cluster,
  name: string,
  namespace: string,
): Promise<KubernetesObject | 'unknown' | undefined> {
  try {
    return await cluster.client.get({ type: LEASES, name, namespace });
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    if (isStatus(error, 403)) return 'unknown';
    throw error;
  }
}

/** A Lease that was not renewed for longer, in seconds, has no holder, though this machine's clock may be some seconds off. */
const CLOCKS_DIFFER = 15;

/** Whether nobody has renewed it in time. `now`: milliseconds since 1970. */
export function isExpired(lease: KubernetesObject, now: number): boolean {
  const duration = numberAt(lease, 'spec', 'leaseDurationSeconds') + CLOCKS_DIFFER;
  const renewed = Date.parse(textAt(lease, 'spec', 'renewTime'));
  return Number.isNaN(renewed) || now - renewed > duration * 1000;
}

function leaderOf(lease: KubernetesObject | 'unknown' | 'off' | undefined, pods: readonly KubernetesObject[]): Leader {
  if (lease === 'unknown' || lease === 'off') return { is: lease };
  const holder = textAt(lease, 'spec', 'holderIdentity');
  if (holder === '') return { is: 'free' };
  // The runtime adds eight digits to its pod's name, for its process.
  const pod = pods.find(({ metadata: { name } }) => holder === name || holder.replace(/-[0-9a-f]{8}$/, '') === name);
  return {
    is: 'held',
    holder,
    pod: pod?.metadata.name ?? null,
    since: textAt(lease, 'spec', 'acquireTime'),
    renewed: textAt(lease, 'spec', 'renewTime'),
  };
}

function podOf(pod: KubernetesObject): OperatorPod {
  const ready = listAt(pod, 'status', 'conditions').some(
    (condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True',
  );
  const statuses = listAt(pod, 'status', 'containerStatuses');
  const [waiting] = waitingContainers([pod]);
  const reason = waiting ? [waiting.reason, waiting.message].filter((part) => part !== '').join(': ') : '';
  const isDeleting = pod.metadata.deletionTimestamp !== undefined;
  const phase = textAt(pod, 'status', 'phase');
  return {
    name: pod.metadata.name,
    ready,
    restarts: statuses.reduce<number>((sum, status) => sum + numberAt(status, 'restartCount'), 0),
    created: pod.metadata.creationTimestamp ?? null,
    trouble: isDeleting ? 'is being deleted' : ready ? '' : reason || (phase === 'Running' ? 'not ready yet' : phase),
  };
}
