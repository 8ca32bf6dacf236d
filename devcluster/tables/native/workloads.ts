import { isObject, valueAt } from '../../schema/json.ts';
import { humanDuration, since } from '../duration-text.ts';
import {
  ageOf,
  containerCells,
  count,
  flagOr,
  isTrue,
  labelCells,
  nameOf,
  printer,
  scalar,
  selectorCell,
  sizeOf,
  text,
  textOr,
} from './define.ts';
import type { ApiObject } from '../../store/object.ts';
import type { Cell } from '../table.ts';
import type { Printers } from './define.ts';

const DESIRED = [
  'Name',
  'Desired:integer',
  'Current:integer',
  'Ready:integer',
  'Age',
  'Containers*',
  'Images*',
  'Selector*',
];

const containers = (object: ApiObject): [string, string] => containerCells(valueAt(object, 'spec', 'template', 'spec'));

const replicas = (object: ApiObject, now: Date): Cell[] => [
  nameOf(object),
  count(object, 'spec', 'replicas'),
  count(object, 'status', 'replicas'),
  count(object, 'status', 'readyReplicas'),
  ageOf(object, now),
  ...containers(object),
];

export const WORKLOADS: Printers = {
  'apps/Deployment': printer(
    ['Name', 'Ready', 'Up-to-date', 'Available', 'Age', 'Containers*', 'Images*', 'Selector*'],
    (object, now) => [
      nameOf(object),
      `${count(object, 'status', 'readyReplicas')}/${count(object, 'spec', 'replicas')}`,
      count(object, 'status', 'updatedReplicas'),
      count(object, 'status', 'availableReplicas'),
      ageOf(object, now),
      ...containers(object),
      selectorCell(valueAt(object, 'spec', 'selector')),
    ],
  ),
  'apps/ReplicaSet': printer(DESIRED, (object, now) => [
    ...replicas(object, now),
    selectorCell(valueAt(object, 'spec', 'selector')),
  ]),
  '/ReplicationController': printer(DESIRED, (object, now) => [
    ...replicas(object, now),
    labelCells(valueAt(object, 'spec', 'selector')),
  ]),
  'apps/StatefulSet': printer(['Name', 'Ready', 'Age', 'Containers*', 'Images*'], (object, now) => [
    nameOf(object),
    `${count(object, 'status', 'readyReplicas')}/${count(object, 'spec', 'replicas')}`,
    ageOf(object, now),
    ...containers(object),
  ]),
  'apps/DaemonSet': printer(
    [
      'Name',
      'Desired:integer',
      'Current:integer',
      'Ready:integer',
      'Up-to-date:integer',
      'Available:integer',
      'Node Selector',
      'Age',
      'Containers*',
      'Images*',
      'Selector*',
    ],
    (object, now) => [
      nameOf(object),
      count(object, 'status', 'desiredNumberScheduled'),
      count(object, 'status', 'currentNumberScheduled'),
      count(object, 'status', 'numberReady'),
      count(object, 'status', 'updatedNumberScheduled'),
      count(object, 'status', 'numberAvailable'),
      labelCells(valueAt(object, 'spec', 'template', 'spec', 'nodeSelector')),
      ageOf(object, now),
      ...containers(object),
      selectorCell(valueAt(object, 'spec', 'selector')),
    ],
  ),
  'apps/ControllerRevision': printer(['Name', 'Controller', 'Revision', 'Age'], (object, now) => [
    nameOf(object),
    controller(object),
    count(object, 'revision'),
    ageOf(object, now),
  ]),
  'batch/Job': printer(
    ['Name', 'Status', 'Completions', 'Duration', 'Age', 'Containers*', 'Images*', 'Selector*'],
    (object, now) => [
      nameOf(object),
      jobStatus(object),
      completions(object),
      jobDuration(object, now),
      ageOf(object, now),
      ...containers(object),
      selectorCell(valueAt(object, 'spec', 'selector')),
    ],
  ),
  'batch/CronJob': printer(
    [
      'Name',
      'Schedule',
      'Timezone',
      'Suspend:boolean',
      'Active:integer',
      'Last Schedule',
      'Age',
      'Containers*',
      'Images*',
      'Selector*',
    ],
    (object, now) => {
      const last = text(object, 'status', 'lastScheduleTime');
      return [
        nameOf(object),
        text(object, 'spec', 'schedule'),
        textOr('<none>', object, 'spec', 'timeZone'),
        // The real server prints a pointer to a boolean, as text.
        flagOr(false, object, 'spec', 'suspend') ? 'True' : 'False',
        sizeOf(object, 'status', 'active'),
        last === '' ? '<none>' : since(last, now),
        ageOf(object, now),
        ...containerCells(valueAt(object, 'spec', 'jobTemplate', 'spec', 'template', 'spec')),
        selectorCell(valueAt(object, 'spec', 'jobTemplate', 'spec', 'selector')),
      ];
    },
  ),
  'autoscaling/HorizontalPodAutoscaler': printer(
    ['Name', 'Reference', 'Targets', 'MinPods', 'MaxPods', 'Replicas', 'Age'],
    (object, now) => [
      nameOf(object),
      `${text(object, 'spec', 'scaleTargetRef', 'kind')}/${text(object, 'spec', 'scaleTargetRef', 'name')}`,
      metrics(object),
      scalar('<unset>', object, 'spec', 'minReplicas'),
      count(object, 'spec', 'maxReplicas'),
      count(object, 'status', 'currentReplicas'),
      ageOf(object, now),
    ],
  ),
  'autoscaling/Scale': printer(['Name', 'Desired:integer', 'Available:integer', 'Age'], (object, now) => [
    nameOf(object),
    count(object, 'spec', 'replicas'),
    count(object, 'status', 'replicas'),
    ageOf(object, now),
  ]),
  'policy/PodDisruptionBudget': printer(
    ['Name', 'Min Available', 'Max Unavailable', 'Allowed Disruptions:integer', 'Age'],
    (object, now) => [
      nameOf(object),
      scalar('N/A', object, 'spec', 'minAvailable'),
      scalar('N/A', object, 'spec', 'maxUnavailable'),
      count(object, 'status', 'disruptionsAllowed'),
      ageOf(object, now),
    ],
  ),
};

function controller({ metadata }: ApiObject): string {
  const owner = metadata.ownerReferences?.find((reference) => reference.controller === true);
  if (!owner) return '<none>';
  const [group = ''] = owner.apiVersion.includes('/') ? owner.apiVersion.split('/') : [];
  return `${owner.kind.toLowerCase()}${group && `.${group}`}/${owner.name}`;
}

const JOB_STATES: readonly (readonly [condition: string, status: string])[] = [
  ['Complete', 'Complete'],
  ['Failed', 'Failed'],
  ['', 'Terminating'],
  ['Suspended', 'Suspended'],
  ['FailureTarget', 'FailureTarget'],
  ['SuccessCriteriaMet', 'SuccessCriteriaMet'],
];

function jobStatus(job: ApiObject): string {
  const state = JOB_STATES.find(([condition]) =>
    condition === '' ? job.metadata.deletionTimestamp !== undefined : isTrue(job, condition),
  );
  return state?.[1] ?? 'Running';
}

function completions(job: ApiObject): string {
  const succeeded = count(job, 'status', 'succeeded');
  const wanted = valueAt(job, 'spec', 'completions');
  if (typeof wanted === 'number') return `${succeeded}/${wanted}`;
  const parallelism = count(job, 'spec', 'parallelism');
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration(job: ApiObject, now: Date): string {
  const started = text(job, 'status', 'startTime');
  if (started === '') return '';
  const ended = text(job, 'status', 'completionTime');
  return humanDuration((ended === '' ? now.getTime() : Date.parse(ended)) - Date.parse(started));
}

const SHOWN_METRICS = 2;

function metrics(autoscaler: ApiObject): string {
  const specs = valueAt(autoscaler, 'spec', 'metrics');
  if (!Array.isArray(specs) || specs.length === 0) return '<none>';
  const statuses = valueAt(autoscaler, 'status', 'currentMetrics');
  const texts = specs.map((spec: unknown, index) =>
    metric(spec, Array.isArray(statuses) ? statuses[index] : undefined),
  );
  const some = texts.slice(0, SHOWN_METRICS).join(', ');
  return texts.length > SHOWN_METRICS ? `${some} + ${texts.length - SHOWN_METRICS} more...` : some;
}

const METRIC_FIELDS: Readonly<Record<string, string>> = {
  External: 'external',
  Pods: 'pods',
  Object: 'object',
  Resource: 'resource',
  ContainerResource: 'containerResource',
};

function metric(spec: unknown, status: unknown): string {
  const type = text(spec, 'type');
  const field = METRIC_FIELDS[type];
  if (field === undefined) return '<unknown type>';
  const target = valueAt(spec, field, 'target');
  const current = valueAt(status, field, 'current');
  const average = scalar('', target, 'averageValue');
  const show = (name: string): string => (isObject(current) ? scalar('0', current, name) : '<unknown>');
  if (type === 'Resource' || type === 'ContainerResource') {
    const name = text(spec, field, 'name');
    if (average !== '') return `${name}: ${show('averageValue')}/${average}`;
    return `${name}: ${percent(current, '<unknown>')}/${percent(target, '<auto>')}`;
  }
  if (type === 'Pods') return `${show('averageValue')}/${average}`;
  if (average === '') return `${show('value')}/${scalar('0', target, 'value')}`;
  return `${isObject(current) ? scalar('<unknown>', current, 'averageValue') : '<unknown>'}/${average} (avg)`;
}

function percent(value: unknown, fallback: string): string {
  const utilization = valueAt(value, 'averageUtilization');
  return typeof utilization === 'number' ? `${utilization}%` : fallback;
}
