import type { KubernetesObject } from '../../runtime/kube/types.ts';
import { at, isFields, listAt, numberAt, textAt } from '../cluster/fields.ts';

/** A container that does not run as it should. */
export interface WaitingContainer {
  readonly pod: string;
  readonly container: string;
  /** `ImagePullBackOff`, `CrashLoopBackOff`, `Unschedulable`, `NotReady` … */
  readonly reason: string;
  readonly message: string;
  readonly restarts: number;
}

/** Why pods are not ready: what their containers wait for, or that no node takes them. */
export function waitingContainers(pods: readonly KubernetesObject[]): readonly WaitingContainer[] {
  return pods.flatMap((pod) => {
    const { name } = pod.metadata;
    const statuses = [...listAt(pod, 'status', 'initContainerStatuses'), ...listAt(pod, 'status', 'containerStatuses')];
    const unscheduled = listAt(pod, 'status', 'conditions').find(
      (condition) => textAt(condition, 'type') === 'PodScheduled' && textAt(condition, 'status') === 'False',
    );
    if (unscheduled !== undefined)
      return [
        {
          pod: name,
          container: '(all)',
          reason: textAt(unscheduled, 'reason'),
          message: textAt(unscheduled, 'message'),
          restarts: 0,
        },
      ];
    return statuses.flatMap((status) => {
      const restarts = numberAt(status, 'restartCount');
      const container = textAt(status, 'name');
      const ended = at(status, 'state', 'terminated');
      const waiting = at(status, 'state', 'waiting');
      const state = isFields(waiting)
        ? waiting
        : isFields(ended) && numberAt(ended, 'exitCode') !== 0
          ? ended
          : undefined;
      if (state === undefined) return [];
      const exit = numberAt(state, 'exitCode') || numberAt(status, 'lastState', 'terminated', 'exitCode');
      const message = textAt(state, 'message') || (exit === 0 ? '' : `exit code ${exit}`);
      return [{ pod: name, container, reason: textAt(state, 'reason'), message, restarts }];
    });
  });
}
