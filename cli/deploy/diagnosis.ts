import type { KubernetesObject } from '../../runtime/kube/types.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { listAt, numberAt, textAt } from '../cluster/fields.ts';
import { workloadOf } from './operator-pods.ts';
import { waitingContainers, type WaitingContainer } from './waiting-containers.ts';
import { EVENTS } from '../cluster/kinds.ts';

const LOG_LINES = 20;
const SHOWN_EVENTS = 8;

/** Why pods do not come up, as far as the cluster tells. */
export interface Diagnosis {
  readonly conditions: readonly string[];
  readonly containers: readonly WaitingContainer[];
  /** Of the pods and their ReplicaSet, the newest last: `Failed: Error: ImagePullBackOff (pod a, 3 times)`. */
  readonly events: readonly string[];
  readonly logs: readonly { readonly pod: string; readonly container: string; readonly lines: readonly string[] }[];
}

/** Asks for the conditions of a Deployment, and for what its pods wait, their events and their last log lines. Never fails: what cannot be read is left out. */
export async function diagnose(cluster: Cluster, deployment: KubernetesObject): Promise<Diagnosis> {
  const { replicaSet, current } = await workloadOf(cluster, deployment);
  const about = [deployment, ...(replicaSet ? [replicaSet] : []), ...current];
  const unready = current.filter((pod) => !isReady(pod));
  const [events, logs] = await Promise.all([
    eventsOf(cluster, deployment.metadata.namespace, about),
    Promise.all(unready.flatMap((pod) => containersOf(pod).map((container) => lastLines(cluster, pod, container)))),
  ]);
  return {
    conditions: [deployment, ...(replicaSet ? [replicaSet] : [])].flatMap(failedConditions),
    containers: waitingContainers(current),
    events,
    logs: logs.filter(({ lines }) => lines.length > 0),
  };
}

/** The same for people. */
export function diagnosisLines({ conditions, containers, events, logs }: Diagnosis): readonly string[] {
  return [
    ...conditions.map((line) => `  ${line}`),
    ...containers.map(
      ({ pod, container, reason, message, restarts }) =>
        `  pod ${pod}, container ${container}: ${[reason, message].filter((part) => part !== '').join(': ')}${restarts > 0 ? ` (restarted ${restarts} times)` : ''}`,
    ),
    ...(events.length > 0 ? ['  events:', ...events.map((line) => `    ${line}`)] : []),
    ...logs.flatMap(({ pod, container, lines }) => [
      `  last lines of pod ${pod}, container ${container}:`,
      ...lines.map((line) => `    ${line}`),
    ]),
  ];
}

function failedConditions(object: KubernetesObject): readonly string[] {
  return listAt(object, 'status', 'conditions')
    .filter((condition) => {
      const isFailure = textAt(condition, 'type') === 'ReplicaFailure';
      return textAt(condition, 'status') === (isFailure ? 'True' : 'False');
    })
    .map(
      (condition) =>
        `${object.kind ?? 'ReplicaSet'} ${object.metadata.name}: ${textAt(condition, 'reason')}: ${textAt(condition, 'message')}`,
    );
}

function isReady(pod: KubernetesObject): boolean {
  return listAt(pod, 'status', 'conditions').some(
    (condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True',
  );
}

const containersOf = (pod: KubernetesObject): readonly string[] =>
  [...listAt(pod, 'spec', 'initContainers'), ...listAt(pod, 'spec', 'containers')].map((each) => textAt(each, 'name'));

async function eventsOf(
  cluster: Cluster,
  namespace: string | undefined,
  about: readonly KubernetesObject[],
): Promise<readonly string[]> {
  const uids = new Map(about.map(({ metadata }) => [metadata.uid, metadata.name]));
  const events = await cluster.list(EVENTS, namespace, { fieldSelector: 'type!=Normal' }).catch(() => []);
  return events
    .filter((event) => uids.has(textAt(event, 'involvedObject', 'uid')))
    .toSorted((a, b) => timeOf(a).localeCompare(timeOf(b)))
    .slice(-SHOWN_EVENTS)
    .map((event) => {
      const count = numberAt(event, 'count') || numberAt(event, 'series', 'count');
      const times = count > 1 ? `, ${count} times` : '';
      const name = uids.get(textAt(event, 'involvedObject', 'uid'));
      return `${textAt(event, 'reason')}: ${textAt(event, 'message').trim()} (${textAt(event, 'involvedObject', 'kind')} ${name}${times})`;
    });
}

const timeOf = (event: KubernetesObject): string =>
  textAt(event, 'lastTimestamp') || textAt(event, 'eventTime') || (event.metadata.creationTimestamp ?? '');

/** Of the run that ended, where there was one: the current one may have said nothing yet. */
async function lastLines(
  cluster: Cluster,
  pod: KubernetesObject,
  container: string,
): Promise<{ readonly pod: string; readonly container: string; readonly lines: readonly string[] }> {
  const { name, namespace = '' } = pod.metadata;
  const read = async (previous: boolean): Promise<string> => {
    const query = `container=${encodeURIComponent(container)}&tailLines=${LOG_LINES}${previous ? '&previous=true' : ''}`;
    const { status, body } = await cluster.get(`/api/v1/namespaces/${namespace}/pods/${name}/log?${query}`);
    const text = await body.text();
    return status === 200 ? text : '';
  };
  const text = (await read(true).catch(() => '')) || (await read(false).catch(() => ''));
  return { pod: name, container, lines: text.split('\n').filter((line) => line !== '') };
}
