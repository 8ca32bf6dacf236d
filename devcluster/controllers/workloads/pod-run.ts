/** What a node knows of the containers of one pod, and the pod's status that is made of it. */
import { formatTime } from '../../clock.ts';
import { isObject, listAt, objectAt, stringAt, valueAt } from '../../schema/json.ts';
import { HOST_IP } from './node.ts';
import { numberAt } from './views.ts';
import type { JsonObject } from '../../schema/json.ts';
import type { ApiObject } from '../../store/object.ts';

export type ContainerState =
  | { readonly waiting: { readonly reason: string; readonly message?: string } }
  | { readonly running: { readonly startedAt: string } }
  | { readonly terminated: Terminated };

export interface Terminated {
  readonly exitCode: number;
  readonly reason: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly containerID: string;
}

export interface ContainerRun {
  /** As the pod's specification has it. */
  readonly container: JsonObject;
  readonly name: string;
  readonly image: string;
  /** Runs before the others: until its end, or, `restartable`, only until it has started. */
  readonly init: boolean;
  readonly restartable: boolean;
  state: ContainerState;
  last: Terminated | undefined;
  /** '' before its first start. */
  containerID: string;
  restartCount: number;
  ready: boolean;
  /** Milliseconds that it waited before its last start. */
  backoff: number;
  /** Somebody sees to its next step. */
  busy: boolean;
}

export interface PodRun {
  readonly containers: readonly ContainerRun[];
  readonly startTime: string;
  /** '' before its volumes are there. */
  ip: string;
}

export const isRunning = ({ state }: ContainerRun): boolean => 'running' in state;
export const isWaiting = ({ state }: ContainerRun): boolean => 'waiting' in state;

export function terminatedOf({ state }: ContainerRun): Terminated | undefined {
  return 'terminated' in state ? state.terminated : undefined;
}

/** Whether those after it may start. */
export function isInitialized(run: ContainerRun): boolean {
  return run.restartable ? isRunning(run) : terminatedOf(run)?.exitCode === 0;
}

/** A pod as a node takes it over: with what its status tells of its containers, if that is anything. */
export function beginRun(pod: ApiObject, now: string): PodRun {
  const inits = listAt(pod, 'spec', 'initContainers').filter(isObject);
  const waiting = { waiting: { reason: inits.length > 0 ? 'PodInitializing' : 'ContainerCreating' } };
  const statuses = [
    ...listAt(pod, 'status', 'initContainerStatuses'),
    ...listAt(pod, 'status', 'containerStatuses'),
  ].filter(isObject);
  const runOf = (container: JsonObject, init: boolean): ContainerRun => {
    const name = stringAt(container, 'name');
    const status = statuses.find((each) => each['name'] === name);
    const running = objectAt(status, 'state', 'running');
    const terminated = readTerminated(objectAt(status, 'state', 'terminated'));
    const last = readTerminated(objectAt(status, 'lastState', 'terminated'));
    return {
      container,
      name,
      image: stringAt(container, 'image'),
      init,
      restartable: init && stringAt(container, 'restartPolicy') === 'Always',
      state: running
        ? { running: { startedAt: stringAt(running, 'startedAt') } }
        : terminated
          ? { terminated }
          : waiting,
      last,
      containerID: stringAt(status, 'containerID'),
      restartCount: numberAt(status, 'restartCount'),
      ready: valueAt(status, 'ready') === true,
      backoff: 0,
      busy: false,
    };
  };
  return {
    containers: [
      ...inits.map((container) => runOf(container, true)),
      ...listAt(pod, 'spec', 'containers')
        .filter(isObject)
        .map((container) => runOf(container, false)),
    ],
    startTime: stringAt(pod, 'status', 'startTime') || now,
    ip: stringAt(pod, 'status', 'podIP'),
  };
}

function readTerminated(state: JsonObject | undefined): Terminated | undefined {
  if (!state) return undefined;
  return {
    exitCode: numberAt(state, 'exitCode'),
    reason: stringAt(state, 'reason'),
    startedAt: stringAt(state, 'startedAt'),
    finishedAt: stringAt(state, 'finishedAt'),
    containerID: stringAt(state, 'containerID'),
  };
}

/** Source: getPhase of k8s.io/kubernetes/pkg/kubelet. `ending`: the pod is deleted, nothing is started again. */
export function phaseOf(pod: ApiObject, { containers }: PodRun, ending: boolean): string {
  const main = containers.filter(({ init }) => !init);
  const never = stringAt(pod, 'spec', 'restartPolicy') === 'Never';
  const failedInit = containers.find((run) => run.init && (terminatedOf(run)?.exitCode ?? 0) !== 0);
  if (failedInit && never) return 'Failed';
  if (containers.some((run) => run.init && !isInitialized(run))) return main.some(isRunning) ? 'Running' : 'Pending';
  if (main.some((run) => isWaiting(run) && !run.last)) return 'Pending';
  if (main.some(isRunning)) return 'Running';
  const codes = main.map((run) => (terminatedOf(run) ?? run.last)?.exitCode);
  const ended = main.every((run) => terminatedOf(run) !== undefined) || ending;
  const again = stringAt(pod, 'spec', 'restartPolicy') === 'Always' && !ending;
  if (!ended || again) return 'Running';
  if (codes.every((code) => code === 0)) return 'Succeeded';
  return never || ending ? 'Failed' : 'Running';
}

/** The whole status. Conditions that others set stay. */
export function podStatus(pod: ApiObject, run: PodRun, now: Date, ending = false): JsonObject {
  const phase = phaseOf(pod, run, ending);
  const { generation } = pod.metadata;
  const [inits, main] = [run.containers.filter(({ init }) => init), run.containers.filter(({ init }) => !init)];
  const hasIp = run.ip !== '';
  return {
    ...objectAt(pod, 'status'),
    ...(generation !== undefined && { observedGeneration: generation }),
    phase,
    conditions: conditions(pod, run, phase, formatTime(now)),
    hostIP: HOST_IP,
    hostIPs: [{ ip: HOST_IP }],
    ...(hasIp && { podIP: run.ip, podIPs: [{ ip: run.ip }] }),
    startTime: run.startTime,
    ...(inits.length > 0 && { initContainerStatuses: inits.map(containerStatus) }),
    containerStatuses: main.map(containerStatus),
  };
}

function containerStatus(run: ContainerRun): object {
  const { name, image, containerID, state, last, restartCount } = run;
  const mounts = listAt(run.container, 'volumeMounts').filter(isObject);
  const started = isRunning(run);
  return {
    name,
    image,
    // What the registry says the image is; a container that never started has none.
    imageID: containerID === '' ? '' : `${image.split('@')[0]}@sha256:${'0'.repeat(64)}`,
    ...(containerID !== '' && { containerID }),
    state,
    lastState: last ? { terminated: last } : {},
    ready: run.init && !run.restartable ? terminatedOf(run)?.exitCode === 0 : run.ready,
    started,
    restartCount,
    resources: objectAt(run.container, 'resources') ?? {},
    ...(mounts.length > 0 && {
      volumeMounts: mounts.map(volumeMount),
    }),
  };
}

function volumeMount({ name, mountPath, readOnly }: JsonObject): object {
  return { name, mountPath, ...(readOnly === true && { readOnly, recursiveReadOnly: 'Disabled' }) };
}

interface Told {
  readonly status: 'True' | 'False';
  readonly reason?: string;
  readonly message?: string;
}

const OWN = new Set(['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady']);

function conditions(pod: ApiObject, run: PodRun, phase: string, now: string): object[] {
  const before = listAt(pod, 'status', 'conditions').filter(isObject);
  const told: readonly (readonly [type: string, told: Told])[] = [
    ['PodReadyToStartContainers', run.ip !== '' ? TRUE : FALSE],
    ['Initialized', initialized(run, phase)],
    ['Ready', readyCondition(pod, run, phase)],
    ['ContainersReady', containersReady(run, phase)],
  ];
  const { generation } = pod.metadata;
  const own = told.map(([type, condition]) => {
    const old = before.find((each) => each['type'] === type);
    const since = stringAt(old, 'status') === condition.status ? stringAt(old, 'lastTransitionTime') : now;
    const { status, reason, message } = condition;
    const why = { ...(reason !== undefined && { reason }), ...(message !== undefined && { message }) };
    return Object.assign(
      { type, observedGeneration: generation, lastProbeTime: null, lastTransitionTime: since, status },
      why,
    );
  });
  return [...own, ...before.filter(({ type }) => typeof type === 'string' && !OWN.has(type))];
}

const TRUE: Told = { status: 'True' };
const FALSE: Told = { status: 'False' };
const COMPLETED: Told = { status: 'True', reason: 'PodCompleted' };

function initialized({ containers }: PodRun, phase: string): Told {
  if (phase === 'Succeeded') return COMPLETED;
  const open = containers.filter((run) => run.init && !isInitialized(run));
  if (open.length === 0 || containers.some((run) => !run.init && run.containerID !== '')) return TRUE;
  const message = `containers with incomplete status: [${open.map(({ name }) => name).join(' ')}]`;
  return { status: 'False', reason: 'ContainersNotInitialized', message };
}

function containersReady({ containers }: PodRun, phase: string): Told {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const unready = containers.filter((run) => (!run.init || run.restartable) && !run.ready);
  if (unready.length === 0) return TRUE;
  const message = `containers with unready status: [${unready.map(({ name }) => name).join(' ')}]`;
  return { status: 'False', reason: 'ContainersNotReady', message };
}

function readyCondition(pod: ApiObject, run: PodRun, phase: string): Told {
  const containers = containersReady(run, phase);
  if (containers.status === 'False') return containers;
  const gates = listAt(pod, 'spec', 'readinessGates').map((gate) => stringAt(gate, 'conditionType'));
  const messages = gates.flatMap((type) => {
    const found = listAt(pod, 'status', 'conditions').find((condition) => stringAt(condition, 'type') === type);
    if (!found) return [`corresponding condition of pod readiness gate "${type}" does not exist.`];
    const status = stringAt(found, 'status');
    return status === 'True' ? [] : [`the status of pod readiness gate "${type}" is not "True", but ${status}`];
  });
  if (messages.length === 0) return TRUE;
  return { status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') };
}
