import { PODS } from '../admission/pods.ts';
import { DevclusterError } from '../errors.ts';
import { listAt, objectAt, stringAt } from '../schema/json.ts';
import type { PodLogs } from '../controllers/workloads/pod-logs.ts';
import type { Api } from '../verbs/api.ts';

/** A container of a pod. */
export interface PodRef {
  readonly name: string;
  /** Default `default`. */
  readonly namespace?: string;
  /** Default: the first one. */
  readonly container?: string;
}

/** Appends lines to what a running container has printed. Throws `ERR_AP_CLUSTER_LOG` where it cannot have. */
export function printLog(api: Api, logs: PodLogs | undefined, ref: PodRef, text: string): void {
  const { name, namespace = 'default' } = ref;
  if (!logs) throw cannot('the cluster runs no pods', 'start it with startCluster({ workloads: true })');
  const pod = api.store.collection(PODS).get(`${namespace}/${name}`);
  if (!pod) throw cannot(`there is no pod ${namespace}/${name}`, 'look at `kubectl get pods -A`');
  const container = ref.container ?? stringAt(listAt(pod, 'spec', 'containers')[0], 'name');
  const statuses = [...listAt(pod, 'status', 'initContainerStatuses'), ...listAt(pod, 'status', 'containerStatuses')];
  const status = statuses.find((each) => stringAt(each, 'name') === container);
  if (!objectAt(status, 'state', 'running'))
    throw cannot(`container ${container} of ${namespace}/${name} does not run`, 'wait until it does: cluster.until(…)');
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
  logs.append(pod.metadata.uid ?? '', container, lines);
}

function cannot(why: string, remedy: string): DevclusterError {
  return new DevclusterError('ERR_AP_CLUSTER_LOG', `Nothing can be printed: ${why}. Instead, ${remedy}.`);
}
