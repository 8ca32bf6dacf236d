import { isObject, listAt, stringAt, valueAt } from '../../schema/json.ts';
import { since } from '../duration-text.ts';
import { ageOf, count, isTrue, nameOf, printer, sizeOf, text, textOr } from './define.ts';
import type { ApiObject } from '../../store/object.ts';
import type { Printers } from './define.ts';

const EVENT_COLUMNS = [
  'Last Seen',
  'Type',
  'Reason',
  'Object',
  'Subobject*',
  'Source*',
  'Message',
  'First Seen*',
  'Count*',
  'Name*',
];

export const CORE: Printers = {
  '/ConfigMap': printer(['Name', 'Data', 'Age'], (object, now) => [
    nameOf(object),
    sizeOf(object, 'data') + sizeOf(object, 'binaryData'),
    ageOf(object, now),
  ]),
  '/Secret': printer(['Name', 'Type', 'Data', 'Age'], (object, now) => [
    nameOf(object),
    text(object, 'type'),
    sizeOf(object, 'data'),
    ageOf(object, now),
  ]),
  '/ServiceAccount': printer(['Name', 'Age'], (object, now) => [nameOf(object), ageOf(object, now)]),
  '/Namespace': printer(['Name', 'Status', 'Age'], (object, now) => [
    nameOf(object),
    text(object, 'status', 'phase'),
    ageOf(object, now),
  ]),
  '/Node': printer(
    [
      'Name',
      'Status',
      'Roles',
      'Age',
      'Version',
      'Internal-IP*',
      'External-IP*',
      'OS-Image*',
      'Kernel-Version*',
      'Container-Runtime*',
    ],
    (node, now) => [
      nameOf(node),
      nodeStatus(node),
      nodeRoles(node) || '<none>',
      ageOf(node, now),
      text(node, 'status', 'nodeInfo', 'kubeletVersion'),
      nodeAddress(node, 'InternalIP'),
      nodeAddress(node, 'ExternalIP'),
      textOr('<unknown>', node, 'status', 'nodeInfo', 'osImage'),
      kernel(node),
      textOr('<unknown>', node, 'status', 'nodeInfo', 'containerRuntimeVersion'),
    ],
  ),
  '/Event': printer(EVENT_COLUMNS, (event, now) => eventCells(event, now, 'involvedObject', 'message')),
  'events.k8s.io/Event': printer(EVENT_COLUMNS, (event, now) => eventCells(event, now, 'regarding', 'note')),
  '/ResourceQuota': printer(['Name', 'Request', 'Limit', 'Age'], (quota, now) => [
    nameOf(quota),
    ...quotaCells(quota),
    ageOf(quota, now),
  ]),
  'coordination.k8s.io/Lease': printer(['Name', 'Holder', 'Age'], (object, now) => [
    nameOf(object),
    text(object, 'spec', 'holderIdentity'),
    ageOf(object, now),
  ]),
};

function nodeStatus(node: ApiObject): string {
  const ready = listAt(node, 'status', 'conditions').some((condition) => stringAt(condition, 'type') === 'Ready');
  const status = ready ? (isTrue(node, 'Ready') ? 'Ready' : 'NotReady') : 'Unknown';
  return valueAt(node, 'spec', 'unschedulable') === true ? `${status},SchedulingDisabled` : status;
}

const ROLE_PREFIX = 'node-role.kubernetes.io/';

function nodeRoles({ metadata }: ApiObject): string {
  const roles = Object.entries(metadata.labels ?? {}).map(([key, value]) => {
    if (key.startsWith(ROLE_PREFIX)) return key.slice(ROLE_PREFIX.length);
    return key === 'kubernetes.io/role' ? value : '';
  });
  return [...new Set(roles.filter((role) => role !== ''))].sort().join(',');
}

function nodeAddress(node: ApiObject, type: string): string {
  const found = listAt(node, 'status', 'addresses').find((address) => stringAt(address, 'type') === type);
  return textOr('<none>', found, 'address');
}

function kernel(node: ApiObject): string {
  const architecture = text(node, 'status', 'nodeInfo', 'architecture');
  return `${textOr('<unknown>', node, 'status', 'nodeInfo', 'kernelVersion')}${architecture && ` (${architecture})`}`;
}

/** Core events and those of events.k8s.io name their fields differently. */
function eventCells(event: ApiObject, now: Date, about: string, message: string): (string | number)[] {
  const time = text(event, 'firstTimestamp') || text(event, 'deprecatedFirstTimestamp') || text(event, 'eventTime');
  const first = since(time, now);
  const lastTime = text(event, 'lastTimestamp') || text(event, 'deprecatedLastTimestamp');
  const series = valueAt(event, 'series');
  const last = isObject(series)
    ? since(series['lastObservedTime'], now)
    : lastTime === ''
      ? first
      : since(lastTime, now);
  const times = isObject(series)
    ? count(series, 'count')
    : count(event, 'count') || count(event, 'deprecatedCount') || 1;
  const name = text(event, about, 'name');
  const kind = text(event, about, 'kind').toLowerCase();
  const component = text(event, 'source', 'component') || text(event, 'deprecatedSource', 'component');
  const source = [
    component || text(event, 'reportingComponent') || text(event, 'reportingController'),
    text(event, 'source', 'host') || text(event, 'deprecatedSource', 'host') || text(event, 'reportingInstance'),
  ];
  return [
    last,
    text(event, 'type'),
    text(event, 'reason'),
    name === '' ? kind : `${kind}/${name}`,
    text(event, about, 'fieldPath'),
    source.filter((part) => part !== '').join(', '),
    text(event, message).trim(),
    first,
    times,
    nameOf(event),
  ];
}

function quotaCells(quota: ApiObject): [requests: string, limits: string] {
  const hard = valueAt(quota, 'status', 'hard');
  const names = isObject(hard) ? Object.keys(hard).sort() : [];
  const show = (name: string): string =>
    `${name}: ${textOr('0', quota, 'status', 'used', name)}/${text(quota, 'status', 'hard', name)}`;
  const isLimit = (name: string): boolean => name.startsWith('limits.');
  return [
    names
      .filter((name) => !isLimit(name))
      .map(show)
      .join(', '),
    names.filter(isLimit).map(show).join(', '),
  ];
}
