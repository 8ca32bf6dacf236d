import { PODS } from '../../admission/pods.ts';
import { formatTime } from '../../clock.ts';
import { parseQuantity } from '../../kinds/quantity.ts';
import { deepCopy, isObject, listAt, objectAt, stringAt, valueAt } from '../../schema/json.ts';
import { changeObject } from '../change-meta.ts';
import { WorkLoop } from '../work-loop.ts';
import { EventRecorder } from './event-recorder.ts';
import { NODES } from './node.ts';
import { isTerminal } from './views.ts';
import type { ApiObject, Draft } from '../../store/object.ts';
import type { Api } from '../../verbs/api.ts';
import type { Controller } from '../controller.ts';

const NAME = 'default-scheduler';
const SOURCE = { component: NAME, manager: 'kube-scheduler' };

/**
 * Binds pods to the one node, where they fit: `nodeSelector`, cordons, and requests of CPU, memory and pods are looked at. Those that
 * do not fit are told so, and tried again when the node changes or another pod goes. Affinities, spread constraints, taints, ports
 * and volumes are not looked at.
 */
export function startScheduler(api: Api, nodeName: string, report: (error: unknown) => void): Controller {
  const pods = api.store.collection(PODS);
  const nodes = api.store.collection(NODES);
  const recorder = new EventRecorder(api, SOURCE, report);
  const waiting = new Set<string>();
  const loop = new WorkLoop<string>((key) => {
    const pod = pods.get(key);
    if (!pod || !isUnbound(pod)) return void waiting.delete(key);
    const node = nodes.get(nodeName);
    const why = node ? obstacle(pod, node, pods.values()) : NO_NODE;
    if (why === undefined) {
      waiting.delete(key);
      bind(api, pod, nodeName);
      const message = `Successfully assigned ${key} to ${nodeName}`;
      recorder.record(pod, { type: 'Normal', reason: 'Scheduled', message });
      return;
    }
    waiting.add(key);
    if (isTold(pod, why)) return;
    tell(api, pod, why);
    recorder.record(pod, { type: 'Warning', reason: 'FailedScheduling', message: why });
  }, report);
  const retry = (): void => {
    for (const key of waiting) loop.add(key);
  };
  const stops = [
    pods.subscribe(({ type, key, object }) => {
      if (type === 'DELETED') waiting.delete(key);
      if (type === 'DELETED' || isTerminal(object)) retry();
      if (type !== 'DELETED' && isUnbound(object) && !waiting.has(key)) loop.add(key);
    }),
    nodes.subscribe(retry),
  ];
  return {
    stop() {
      for (const stop of stops) stop();
      loop.stop();
    },
  };
}

function isUnbound(pod: ApiObject): boolean {
  return (
    stringAt(pod, 'spec', 'nodeName') === '' &&
    stringAt(pod, 'spec', 'schedulerName') === NAME &&
    listAt(pod, 'spec', 'schedulingGates').length === 0 &&
    !pod.metadata.deletionTimestamp &&
    !isTerminal(pod)
  );
}

const NO_NODE = 'no nodes available to schedule pods';

/** Why the node does not take the pod, in the real scheduler's words; undefined: it does. */
function obstacle(pod: ApiObject, node: ApiObject, pods: Iterable<ApiObject>): string | undefined {
  const forGood = (why: string): string =>
    `0/1 nodes are available: 1 ${why}. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.`;
  if (valueAt(node, 'spec', 'unschedulable') === true) return forGood('node(s) were unschedulable');
  const wanted = Object.entries(objectAt(pod, 'spec', 'nodeSelector') ?? {});
  if (!wanted.every(([key, value]) => node.metadata.labels?.[key] === value))
    return forGood("node(s) didn't match Pod's node affinity/selector");
  const there = [...pods].filter((other) => stringAt(other, 'spec', 'nodeName') !== '' && !isTerminal(other));
  const short = RESOURCES.filter((resource) => {
    const used = [...there, pod].reduce((total, each) => total + requested(each, resource), 0n);
    return used > amount(valueAt(node, 'status', 'allocatable', resource));
  });
  if (short.length === 0) return undefined;
  const reasons = short.map((resource) => (resource === 'pods' ? '1 Too many pods' : `1 Insufficient ${resource}`));
  return `0/1 nodes are available: ${reasons.join(', ')}. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.`;
}

const RESOURCES = ['pods', 'cpu', 'memory'] as const;

function requested(pod: ApiObject, resource: (typeof RESOURCES)[number]): bigint {
  if (resource === 'pods') return amount('1');
  return listAt(pod, 'spec', 'containers').reduce<bigint>(
    (total, container) => total + amount(valueAt(container, 'resources', 'requests', resource)),
    0n,
  );
}

function amount(quantity: unknown): bigint {
  const parsed = parseQuantity(typeof quantity === 'string' ? quantity : '0');
  return 'nanos' in parsed ? parsed.nanos : 0n;
}

/** As the real server carries out a Binding, which nobody is noted to have written. */
function bind(api: Api, pod: ApiObject, nodeName: string): void {
  const draft: Draft = deepCopy<ApiObject>(pod);
  draft['spec'] = { ...objectAt(draft, 'spec'), nodeName };
  const scheduled = { status: 'True', ...times(api) };
  draft['status'] = { ...objectAt(draft, 'status'), conditions: conditions(pod, scheduled) };
  api.store.put(api.store.collection(PODS), draft);
}

function tell(api: Api, pod: ApiObject, message: string): void {
  const kind = api.kinds.findByCollection(PODS);
  const { namespace, name } = pod.metadata;
  if (!kind) return;
  const unschedulable = { status: 'False', ...times(api), reason: 'Unschedulable', message };
  const change = (draft: Draft): void => {
    draft['status'] = { ...objectAt(draft, 'status'), conditions: conditions(pod, unschedulable) };
  };
  changeObject(api, kind, namespace, name, 'status', change, SOURCE.manager);
}

function times(api: Api): object {
  return { lastProbeTime: null, lastTransitionTime: formatTime(api.clock.now()) };
}

function conditions(pod: ApiObject, scheduled: object): object[] {
  const others = listAt(pod, 'status', 'conditions').filter(isObject);
  const { generation } = pod.metadata;
  return [
    ...others.filter((condition) => condition['type'] !== 'PodScheduled'),
    { type: 'PodScheduled', observedGeneration: generation, ...scheduled },
  ];
}

function isTold(pod: ApiObject, message: string): boolean {
  return listAt(pod, 'status', 'conditions').some(
    (condition) => stringAt(condition, 'type') === 'PodScheduled' && stringAt(condition, 'message') === message,
  );
}
