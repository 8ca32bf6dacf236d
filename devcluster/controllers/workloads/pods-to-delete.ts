import { listAt, stringAt } from '../../schema/json.ts';
import { isActive, numberAt, readySince } from './views.ts';
import type { ApiObject } from '../../store/object.ts';

const PHASES = ['Pending', 'Unknown', 'Running'];
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/**
 * Of these pods, so many that are missed least: those that do nothing yet before those that serve, and of equals the younger ones.
 * `related` are all pods of the same Deployment. Source: ActivePodsWithRanks of k8s.io/kubernetes/pkg/controller.
 */
export function podsToDelete(
  pods: readonly ApiObject[],
  related: readonly ApiObject[],
  count: number,
  now: number,
): ApiObject[] {
  const onNode = new Map<string, number>();
  for (const pod of related.filter(isActive)) onNode.set(nodeOf(pod), (onNode.get(nodeOf(pod)) ?? 0) + 1);
  const keys = new Map(pods.map((pod) => [pod, keysOf(pod, onNode.get(nodeOf(pod)) ?? 0, now)]));
  const order = (a: ApiObject, b: ApiObject): number => {
    const [x, y] = [keys.get(a) ?? [], keys.get(b) ?? []];
    const difference = x.map((value, index) => value - (y[index] ?? 0)).find((value) => value !== 0);
    return difference ?? ((a.metadata.uid ?? '') < (b.metadata.uid ?? '') ? -1 : 1);
  };
  return [...pods].sort(order).slice(0, count);
}

/** What orders pods, the weightiest first; the smaller goes. */
function keysOf(pod: ApiObject, neighbours: number, now: number): number[] {
  const ready = readySince(pod);
  const created = Date.parse(pod.metadata.creationTimestamp ?? '');
  return [
    nodeOf(pod) === '' ? 0 : 1,
    PHASES.indexOf(stringAt(pod, 'status', 'phase')),
    ready === undefined ? 0 : 1,
    Number(pod.metadata.annotations?.[DELETION_COST] ?? 0) || 0,
    -neighbours,
    ready === undefined ? 0 : magnitude(now - ready),
    -restarts(pod),
    magnitude(now - created),
  ];
}

/** Ages count by their order of magnitude, so that the youngest is not always the one to go. */
function magnitude(ms: number): number {
  return ms > 0 ? Math.floor(Math.log2(ms * 1_000_000)) : -1;
}

function restarts(pod: ApiObject): number {
  return Math.max(0, ...listAt(pod, 'status', 'containerStatuses').map((status) => numberAt(status, 'restartCount')));
}

function nodeOf(pod: ApiObject): string {
  return stringAt(pod, 'spec', 'nodeName');
}
