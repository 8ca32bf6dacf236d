/** Source: WarningsOnCreate and WarningsOnUpdate of the strategies in k8s.io/kubernetes/pkg/registry/apps, batch, core. */
import { formatGoValue } from '../../schema/go-text.ts';
import { stringAt, valueAt, type JsonObject } from '../../schema/json.ts';
import { isDns1123Label } from '../../schema/names.ts';
import { integerAt, objectsAt } from '../rules/checks.ts';
import { claimSpecWarnings } from './claims.ts';
import { podWarnings } from './pods.ts';
import type { Warner } from './warner.ts';

const MANY_COMPLETIONS = 100_000;
const MANY_PODS = 10_000;
const MANY =
  'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail';

/** A new pod. Changes of pods are not warned of. */
export const pod: Warner = (object, old) => {
  if (old !== undefined) return [];
  return [...nameWarnings(object, "the Pod's hostname"), ...podWarnings(object, '')];
};

export const podTemplate: Warner = (object, old) =>
  isOfInterest(object, old) ? podWarnings(object['template'], 'template') : [];

/** Deployments and ReplicaSets. */
export const namedAfterwards: Warner = (object, old) => [
  ...(old === undefined ? nameWarnings(object) : []),
  ...(isOfInterest(object, old) ? templateWarnings(object) : []),
];

/** Of a change, the template as it was before is warned of: so does the real server. */
export const replicationController: Warner = (object, old) => {
  if (old === undefined) return [...nameWarnings(object), ...templateWarnings(object)];
  return isOfInterest(object, old) ? templateWarnings(old) : [];
};

/** Only a change of the template counts, which a DaemonSet counts by itself. */
export const daemonSet: Warner = (object, old) => {
  const generation = (of: JsonObject | undefined): unknown =>
    valueAt(of, 'metadata', 'annotations', 'deprecated.daemonset.template.generation');
  return old === undefined || generation(object) !== generation(old) ? templateWarnings(object) : [];
};

export const statefulSet: Warner = (object, old) => {
  const claims = objectsAt(object, 'spec', 'volumeClaimTemplates').flatMap((claim, index) =>
    // The two paths are those of the real server.
    claimSpecWarnings(claim['spec'], `spec.volumeClaimTemplates[${index}]${old === undefined ? '' : '.Spec'}`),
  );
  const history = 'a negative value retains all historical revisions; a value >= 0 is recommended';
  return [
    ...(isOfInterest(object, old) ? templateWarnings(object) : []),
    ...claims,
    ...(integerAt(object, 'spec', 'revisionHistoryLimit') < 0 ? [`spec.revisionHistoryLimit: ${history}`] : []),
  ];
};

export const job: Warner = (object, old) => [
  ...(old === undefined ? nameWarnings(object) : []),
  ...(isOfInterest(object, old) ? jobSpecWarnings(object['spec'], 'spec') : []),
];

export const cronJob: Warner = (object, old) => {
  const spec = valueAt(object, 'spec', 'jobTemplate', 'spec');
  return [
    ...(old === undefined ? nameWarnings(object) : []),
    ...(isOfInterest(object, old) ? jobSpecWarnings(spec, 'spec.jobTemplate.spec') : []),
  ];
};

function jobSpecWarnings(spec: unknown, path: string): string[] {
  const many =
    stringAt(spec, 'completionMode') === 'Indexed' &&
    integerAt(spec, 'completions') > MANY_COMPLETIONS &&
    integerAt(spec, 'parallelism') > MANY_PODS;
  return [...(many ? [`${path}: ${MANY}`] : []), ...podWarnings(valueAt(spec, 'template'), `${path}.template`)];
}

function templateWarnings(object: JsonObject): string[] {
  return podWarnings(valueAt(object, 'spec', 'template'), 'spec.template');
}

/** New, or a change of what is wished for. */
function isOfInterest(object: JsonObject, old: JsonObject | undefined): boolean {
  return old === undefined || valueAt(object, 'metadata', 'generation') !== valueAt(old, 'metadata', 'generation');
}

function nameWarnings(object: JsonObject, where = 'Pod names and hostnames'): string[] {
  const problems = isDns1123Label(stringAt(object, 'metadata', 'name'));
  if (problems.length === 0) return [];
  const what = 'which can result in surprising behavior; a DNS label is recommended';
  return [`metadata.name: this is used in ${where}, ${what}: ${formatGoValue(problems)}`];
}
