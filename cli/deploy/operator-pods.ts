import type { KubernetesObject } from '../../runtime/kube/types.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { at, isFields } from '../cluster/fields.ts';
import { PODS, REPLICA_SETS } from '../cluster/kinds.ts';

/** What a Deployment has made. */
export interface Workload {
  /** Of its current template; undefined where there is none yet. */
  readonly replicaSet: KubernetesObject | undefined;
  /** Of that ReplicaSet. */
  readonly current: readonly KubernetesObject[];
  /** Of former ones. */
  readonly former: readonly KubernetesObject[];
}

/** The ReplicaSets and pods of a Deployment, found by its selector and owner references. */
export async function workloadOf(cluster: Cluster, deployment: KubernetesObject): Promise<Workload> {
  const { namespace, uid } = deployment.metadata;
  const labelSelector = selectorOf(deployment);
  const [sets, pods] = await Promise.all(
    [REPLICA_SETS, PODS].map((type) => cluster.list(type, namespace, { labelSelector })),
  );
  const own = (sets ?? []).filter((set) => isOwnedBy(set, uid)).toSorted((a, b) => revisionOf(b) - revisionOf(a));
  const [replicaSet] = own;
  const ofSets = (pods ?? []).filter((pod) => own.some(({ metadata }) => isOwnedBy(pod, metadata.uid)));
  const current = ofSets.filter((pod) => isOwnedBy(pod, replicaSet?.metadata.uid));
  return { replicaSet, current, former: ofSets.filter((pod) => !current.includes(pod)) };
}

function selectorOf(deployment: KubernetesObject): string {
  const labels = at(deployment, 'spec', 'selector', 'matchLabels');
  return isFields(labels)
    ? Object.entries(labels)
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(',')
    : '';
}

const isOwnedBy = ({ metadata }: KubernetesObject, uid: string | undefined): boolean =>
  uid !== undefined && (metadata.ownerReferences ?? []).some((owner) => owner.uid === uid && owner.controller === true);

const revisionOf = ({ metadata }: KubernetesObject): number =>
  Number(metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
