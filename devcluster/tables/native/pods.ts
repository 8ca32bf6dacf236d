import { isObject, listAt, stringAt, valueAt } from '../../schema/json.ts';
import { since } from '../duration-text.ts';
import { ageOf, containerCells, count, isTrue, labelCells, nameOf, printer, sizeOf, text, textOr } from './define.ts';
import type { ApiObject } from '../../store/object.ts';
import type { Printers } from './define.ts';

export const PODS: Printers = {
  '/Pod': printer(
    ['Name', 'Ready', 'Status', 'Restarts', 'Age', 'IP*', 'Node*', 'Nominated Node*', 'Readiness Gates*'],
    (pod, now) => {
      const { ready, total, reason, restarts, lastRestart } = summary(pod);
      const ago = restarts > 0 && lastRestart !== '' ? ` (${since(lastRestart, now)} ago)` : '';
      return [
        nameOf(pod),
        `${ready}/${total}`,
        reason,
        `${restarts}${ago}`,
        ageOf(pod, now),
        textOr('<none>', listAt(pod, 'status', 'podIPs')[0], 'ip'),
        textOr('<none>', pod, 'spec', 'nodeName'),
        textOr('<none>', pod, 'status', 'nominatedNodeName'),
        readinessGates(pod),
      ];
    },
  ),
  '/PodTemplate': printer(['Name', 'Containers', 'Images', 'Pod Labels'], (object) => [
    nameOf(object),
    ...containerCells(valueAt(object, 'template', 'spec')),
    labelCells(valueAt(object, 'template', 'metadata', 'labels')),
  ]),
};

interface Summary {
  readonly ready: number;
  readonly total: number;
  readonly reason: string;
  readonly restarts: number;
  readonly lastRestart: string;
}

/** What a pod is at, in one word: what its containers say, the first that is not well first. */
function summary(pod: ApiObject): Summary {
  const sidecars = new Set(
    listAt(pod, 'spec', 'initContainers')
      .filter((container) => stringAt(container, 'restartPolicy') === 'Always')
      .map((container) => stringAt(container, 'name')),
  );
  const total = sizeOf(pod, 'spec', 'containers') + sidecars.size;
  const init = initSummary(pod, sidecars);
  const main = init.reason === '' || isTrue(pod, 'Initialized') ? mainSummary(pod, init) : undefined;
  const { ready, restarts, lastRestart } = main ?? init;
  const reason =
    main?.reason || init.reason || text(pod, 'status', 'reason') || gated(pod) || text(pod, 'status', 'phase');
  return { ready, total, reason: ending(pod) ?? reason, restarts, lastRestart };
}

function gated(pod: ApiObject): string {
  const scheduled = listAt(pod, 'status', 'conditions').find(
    (condition) =>
      stringAt(condition, 'type') === 'PodScheduled' && stringAt(condition, 'reason') === 'SchedulingGated',
  );
  return scheduled ? 'SchedulingGated' : '';
}

function ending(pod: ApiObject): string | undefined {
  if (!pod.metadata.deletionTimestamp) return undefined;
  if (text(pod, 'status', 'reason') === 'NodeLost') return 'Unknown';
  return ['Failed', 'Succeeded'].includes(text(pod, 'status', 'phase')) ? undefined : 'Terminating';
}

interface Part {
  reason: string;
  ready: number;
  restarts: number;
  lastRestart: string;
  sidecarRestarts: number;
  lastSidecarRestart: string;
}

/** The init containers up to the first that has not ended well. */
function initSummary(pod: ApiObject, sidecars: ReadonlySet<string>): Part {
  const part: Part = { reason: '', ready: 0, restarts: 0, lastRestart: '', sidecarRestarts: 0, lastSidecarRestart: '' };
  for (const [index, status] of listAt(pod, 'status', 'initContainerStatuses').entries()) {
    const sidecar = sidecars.has(stringAt(status, 'name'));
    const ended = text(status, 'lastState', 'terminated', 'finishedAt');
    part.restarts += count(status, 'restartCount');
    if (ended > part.lastRestart) part.lastRestart = ended;
    if (sidecar) {
      part.sidecarRestarts += count(status, 'restartCount');
      if (ended > part.lastSidecarRestart) part.lastSidecarRestart = ended;
    }
    const terminated = valueAt(status, 'state', 'terminated');
    if (isObject(terminated) && count(terminated, 'exitCode') === 0) continue;
    if (sidecar && valueAt(status, 'started') === true) {
      if (valueAt(status, 'ready') === true) part.ready++;
      continue;
    }
    const waiting = text(status, 'state', 'waiting', 'reason');
    if (isObject(terminated)) part.reason = `Init:${endReason(terminated)}`;
    else if (waiting !== '' && waiting !== 'PodInitializing') part.reason = `Init:${waiting}`;
    else part.reason = `Init:${index}/${sizeOf(pod, 'spec', 'initContainers')}`;
    break;
  }
  return part;
}

function mainSummary(pod: ApiObject, init: Part): Part {
  const part: Part = { ...init, reason: '', restarts: init.sidecarRestarts, lastRestart: init.lastSidecarRestart };
  let running = false;
  let failure = '';
  for (const status of listAt(pod, 'status', 'containerStatuses').toReversed()) {
    part.restarts += count(status, 'restartCount');
    const ended = text(status, 'lastState', 'terminated', 'finishedAt');
    if (ended > part.lastRestart) part.lastRestart = ended;
    const waiting = text(status, 'state', 'waiting', 'reason');
    const terminated = valueAt(status, 'state', 'terminated');
    if (waiting !== '') {
      part.reason = waiting;
    } else if (isObject(terminated)) {
      part.reason = endReason(terminated);
      if (count(terminated, 'exitCode') !== 0) failure = part.reason;
    } else if (valueAt(status, 'ready') === true && isObject(valueAt(status, 'state', 'running'))) {
      running = true;
      part.ready++;
    }
  }
  if (part.reason === 'Completed') {
    if (running && isTrue(pod, 'Ready')) part.reason = 'Running';
    else if (failure !== '') part.reason = failure;
    else if (running) part.reason = 'NotReady';
  }
  return part;
}

function endReason(terminated: unknown): string {
  const reason = text(terminated, 'reason');
  if (reason !== '') return reason;
  const signal = count(terminated, 'signal');
  return signal === 0 ? `ExitCode:${count(terminated, 'exitCode')}` : `Signal:${signal}`;
}

function readinessGates(pod: ApiObject): string {
  const gates = listAt(pod, 'spec', 'readinessGates');
  if (gates.length === 0) return '<none>';
  return `${gates.filter((gate) => isTrue(pod, stringAt(gate, 'conditionType'))).length}/${gates.length}`;
}
