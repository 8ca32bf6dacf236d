/**
 * GET of `pods/log`, as kube-apiserver and kubelet answer it together.
 * Source: k8s.io/kubernetes/pkg/registry/core/pod/strategy.go, ValidatePodLogOptions, and pkg/kubelet/kubelet_pods.go.
 */
import { PODS } from '../admission/pods.ts';
import { quote } from '../schema/go-text.ts';
import { isObject, listAt, objectAt, stringAt } from '../schema/json.ts';
import { objectKey } from '../store/object.ts';
import { followLog, LogWriter, readLogQuery } from './log-lines.ts';
import { badRequest, methodNotAllowed, notFound } from './status.ts';
import type { ContainerLog, PodLogs } from '../controllers/workloads/pod-logs.ts';
import type { ApiObject } from '../store/object.ts';
import type { Api } from '../verbs/api.ts';
import type { ApiRequest, ApiResponse } from './exchange.ts';
import type { RequestInfo } from './request-info.ts';

const HEADERS = { 'content-type': 'text/plain' };

export function answerLog(api: Api, logs: PodLogs, info: RequestInfo, request: ApiRequest): ApiResponse {
  if (request.method !== 'GET') throw methodNotAllowed();
  const query = readLogQuery(request.query, info.name, api.clock.now());
  const pod = api.store.collection(PODS).get(objectKey(info.namespace, info.name));
  if (!pod) throw notFound({ group: '', resource: 'pods' }, info.name);
  const container = containerOf(pod, query.container);
  if (stringAt(pod, 'spec', 'nodeName') === '') return { status: 204, headers: {}, body: '' };
  const log = findLog(logs, pod, container, query.previous);
  if (!query.follow) return { status: 200, headers: HEADERS, body: log ? new LogWriter(query).past(log) : '' };
  return { status: 200, headers: HEADERS, start: (sink) => followLog(log, query, sink) };
}

/** The one that is asked for, or the only one. */
function containerOf(pod: ApiObject, asked: string): string {
  const { name } = pod.metadata;
  const names = (field: string): string[] => listAt(pod, 'spec', field).map((each) => stringAt(each, 'name'));
  const main = names('containers');
  const all = [...names('initContainers'), ...main, ...names('ephemeralContainers')];
  if (asked !== '') {
    if (all.includes(asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${name}`);
  }
  const [only = ''] = main;
  if (main.length === 1) return only;
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${all.join(' ')}]`);
}

/** Undefined: it ran, and what it printed is forgotten. */
export function findLog(logs: PodLogs, pod: ApiObject, container: string, previous: boolean): ContainerLog | undefined {
  const { name, uid = '' } = pod.metadata;
  const who = `container ${quote(container)} in pod ${quote(name)}`;
  const statuses = [...listAt(pod, 'status', 'containerStatuses'), ...listAt(pod, 'status', 'initContainerStatuses')];
  const status = statuses.filter(isObject).find((each) => each['name'] === container);
  if (!status) throw badRequest(`${who} is not available`);
  const before = objectAt(status, 'lastState', 'terminated');
  if (previous) {
    if (!before) throw badRequest(`previous terminated ${who} not found`);
    // While a container waits to be started again, its latest run is the one before.
    const waits = objectAt(status, 'state', 'waiting') !== undefined;
    return logs.find(uid, container, !waits);
  }
  if (!objectAt(status, 'state', 'running') && !objectAt(status, 'state', 'terminated') && !before) {
    const reason = stringAt(status, 'state', 'waiting', 'reason');
    throw badRequest(`${who} is waiting to start: ${WAITING[reason] ?? reason}`);
  }
  return logs.find(uid, container, false);
}

const WAITING: Readonly<Record<string, string | undefined>> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: 'trying and failing to pull image',
};
