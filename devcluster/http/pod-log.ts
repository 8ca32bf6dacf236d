/**
 * GET of `pods/log`, as kube-apiserver and kubelet answer it together.
 * Source: k8s.io/kubernetes/pkg/registry/core/pod/strategy.go, ValidatePodLogOptions, and pkg/kubelet/kubelet_pods.go.
 */
import { PODS } from '../admission/pods.ts';
import { forbidden, invalid as invalidField } from '../schema/field-error.ts';
import { quote } from '../schema/go-text.ts';
import { isObject, listAt, objectAt, stringAt } from '../schema/json.ts';
import { objectKey } from '../store/object.ts';
import { badRequest, invalid, methodNotAllowed, notFound } from './status.ts';
import { flag, integer } from './query.ts';
import type { ContainerLog, LogLine, PodLogs } from '../controllers/workloads/pod-logs.ts';
import type { ApiObject } from '../store/object.ts';
import type { Api } from '../verbs/api.ts';
import type { ApiRequest, ApiResponse } from './exchange.ts';
import type { RequestInfo } from './request-info.ts';

interface LogQuery {
  readonly container: string;
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines: number | undefined;
  readonly limitBytes: number | undefined;
  /** Lines from then on, in milliseconds since 1970. */
  readonly since: number | undefined;
}

const HEADERS = { 'content-type': 'text/plain' };

export function answerLog(api: Api, logs: PodLogs, info: RequestInfo, request: ApiRequest): ApiResponse {
  if (request.method !== 'GET') throw methodNotAllowed();
  const query = readQuery(request.query, info.name, api.clock.now());
  const pod = api.store.collection(PODS).get(objectKey(info.namespace, info.name));
  if (!pod) throw notFound({ group: '', resource: 'pods' }, info.name);
  const container = containerOf(pod, query.container);
  if (stringAt(pod, 'spec', 'nodeName') === '') return { status: 204, headers: {}, body: '' };
  const log = findLog(logs, pod, container, query.previous);
  const writer = new LogWriter(query);
  if (!query.follow) return { status: 200, headers: HEADERS, body: log ? writer.past(log) : '' };
  return {
    status: 200,
    headers: HEADERS,
    start(sink) {
      let over = false;
      const end = (): void => {
        if (!over) sink.end();
        over = true;
      };
      const write = (text: string): void => {
        if (text !== '' && !over) sink.write(text);
        if (writer.full) end();
      };
      write(log ? writer.past(log) : '');
      if (!log || log.ended) {
        end();
        return () => undefined;
      }
      return log.follow({ line: (line) => write(writer.line(line)), end });
    },
  };
}

function readQuery(query: URLSearchParams, name: string, now: Date): LogQuery {
  const [tailLines, limitBytes, seconds] = [
    integer(query, 'tailLines'),
    integer(query, 'limitBytes'),
    integer(query, 'sinceSeconds'),
  ];
  const time = query.get('sinceTime') ?? '';
  if (time !== '' && Number.isNaN(Date.parse(time)))
    throw badRequest(
      `parsing time ${quote(time)} as "2006-01-02T15:04:05Z07:00": cannot parse ${quote(time)} as "2006"`,
    );
  const errors = [];
  if (tailLines !== undefined && tailLines < 0)
    errors.push(invalidField('tailLines', tailLines, 'must be greater than or equal to 0'));
  if (limitBytes !== undefined && limitBytes < 1)
    errors.push(invalidField('limitBytes', limitBytes, 'must be greater than 0'));
  if (seconds !== undefined && time !== '')
    errors.push(forbidden('', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  else if (seconds !== undefined && seconds < 1)
    errors.push(invalidField('sinceSeconds', seconds, 'must be greater than 0'));
  if (errors.length > 0) throw invalid('', 'PodLogOptions', name, errors);
  return {
    container: query.get('container') ?? '',
    follow: flag(query, 'follow'),
    previous: flag(query, 'previous'),
    timestamps: flag(query, 'timestamps'),
    tailLines,
    limitBytes,
    since: seconds !== undefined ? now.getTime() - seconds * 1000 : time === '' ? undefined : Date.parse(time),
  };
}

/** The one that is asked for, or the only one. */
function containerOf(pod: ApiObject, asked: string): string {
  const { name } = pod.metadata;
  const names = (field: string): string[] => listAt(pod, 'spec', field).map((each) => stringAt(each, 'name'));
  const [main, init] = [names('containers'), names('initContainers')];
  if (asked !== '') {
    if ([...main, ...init, ...names('ephemeralContainers')].includes(asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${name}`);
  }
  const [only = ''] = main;
  if (main.length === 1) return only;
  const initial = init.length > 0 ? ` or one of the init containers: [${init.join(' ')}]` : '';
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${main.join(' ')}]${initial}`);
}

/** Undefined: it ran, and what it printed is forgotten. */
function findLog(logs: PodLogs, pod: ApiObject, container: string, previous: boolean): ContainerLog | undefined {
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

/** Lines as text, as far as they were asked for. */
class LogWriter {
  readonly #query: LogQuery;
  #left: number;

  constructor(query: LogQuery) {
    this.#query = query;
    this.#left = query.limitBytes ?? Infinity;
  }

  /** Nothing more was asked for. */
  get full(): boolean {
    return this.#left <= 0;
  }

  past({ lines }: ContainerLog): string {
    const { tailLines, since = -Infinity } = this.#query;
    const wanted = tailLines === undefined ? lines : lines.slice(Math.max(0, lines.length - tailLines));
    return wanted
      .filter(({ time }) => time.getTime() >= since)
      .map((line) => this.line(line))
      .join('');
  }

  line({ time, text }: LogLine): string {
    const stamp = this.#query.timestamps ? `${time.toISOString().slice(0, -1)}000000Z ` : '';
    const bytes = Buffer.from(`${stamp}${text}\n`);
    const part = bytes.subarray(0, Math.max(0, Math.min(bytes.length, this.#left)));
    this.#left -= bytes.length;
    return part.toString();
  }
}
