import type { KubernetesObject } from '../../runtime/kube/types.ts';
import { at, isFields, listAt, numberAt, textAt } from '../cluster/fields.ts';
import { operatorContainer } from '../operator/deployed-operator.ts';

/** One run of the operator's container: it begins anew with each restart, and its log too. */
export interface ContainerRun {
  readonly pod: string;
  readonly namespace: string;
  readonly uid: string;
  readonly container: string;
  /** How often it was started before. */
  readonly restarts: number;
}

/** What is known of the container in a pod. */
export interface ContainerState {
  /** The latest run; undefined where it was never started. */
  readonly run: ContainerRun | undefined;
  readonly isRunning: boolean;
  /** Whether there was a run before. */
  readonly hasPrevious: boolean;
}

export function containerState(pod: KubernetesObject): ContainerState {
  const container = operatorContainer(pod);
  const status = listAt(pod, 'status', 'containerStatuses').find((each) => textAt(each, 'name') === container);
  const has = (...path: readonly string[]): boolean => isFields(at(status, ...path));
  const isRunning = has('state', 'running');
  const hasEnded = has('lastState', 'terminated');
  const wasStarted = isRunning || has('state', 'terminated') || hasEnded;
  const { name, namespace = '', uid = '' } = pod.metadata;
  const restarts = numberAt(status, 'restartCount');
  return {
    run: wasStarted ? { pod: name, namespace, uid, container, restarts } : undefined,
    isRunning,
    hasPrevious: hasEnded,
  };
}
