/** Source: k8s.io/kubernetes/pkg/apis/batch/validation/validation.go. Failure and success policies are not looked into. */
import { invalid, notSupported, required, type FieldError } from '../../schema/field-error.ts';
import { quote } from '../../schema/go-text.ts';
import { deepEqual, isObject, objectAt, stringAt, valueAt, type JsonObject } from '../../schema/json.ts';
import { isDns1123Label } from '../../schema/names.ts';
import { immutable } from '../../schema/object-meta.ts';
import {
  asSelector,
  integerAt,
  isGiven,
  labelSelector,
  nonNegative,
  objectsAt,
  oneOf,
  selectorMatches,
} from './checks.ts';
import { cronError } from './cron.ts';
import { declarative } from './declarative.ts';
import { templateOf, validatePodTemplate, validateTemplateLabels } from './validate-pods.ts';
import type { Validator } from './validation.ts';

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
];

export const validateJob: Validator = (object, old) => {
  const spec = objectAt(object, 'spec') ?? {};
  const before = objectAt(old, 'spec');
  if (before === undefined) {
    const generated = spec['manualSelector'] === true ? [] : validateGeneratedSelector(spec, object);
    return [...generated, ...validateJobSpec(spec, 'spec'), ...validateJobSelector(spec), ...validatePodNames(object)];
  }
  const errors = [...validateJobSpec(spec, 'spec'), ...validateJobSelector(spec)];
  const fixed = (field: string): FieldError[] => immutable(spec[field] ?? null, before[field] ?? null, `spec.${field}`);
  errors.push(...(spec['completionMode'] === 'Indexed' ? indexedCompletions(spec, before) : fixed('completions')));
  if (!deepEqual(spec['selector'], before['selector'])) {
    errors.push(invalid('spec.selector', asSelector(spec['selector']), 'field is immutable'));
  }
  errors.push(...fixedTemplate(spec, before));
  for (const field of ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy']) {
    errors.push(...fixed(field));
  }
  return [...errors, ...validatePodNames(object)];
};

function validateJobSelector(spec: JsonObject): FieldError[] {
  if (!isObject(spec['selector'])) return [required('spec.selector')];
  return [
    ...labelSelector(spec['selector'], 'spec.selector'),
    ...validateTemplateLabels(spec['selector'], templateOf(spec), 'spec.template'),
  ];
}

/** The names of an indexed job's pods end in their numbers. */
function validatePodNames(object: JsonObject): FieldError[] {
  const completions = integerAt(object, 'spec', 'completions');
  if (valueAt(object, 'spec', 'completionMode') !== 'Indexed' || completions <= 0) return [];
  const name = stringAt(object, 'metadata', 'name');
  const longest = `${name}-${completions - 1}`;
  if (isDns1123Label(longest).length === 0) return [];
  return [invalid('metadata.name', name, `will not able to create pod with invalid DNS label: ${longest}`)];
}

/** The labels that the server adds must not have been given other values. */
function validateGeneratedSelector(spec: JsonObject, object: JsonObject): FieldError[] {
  const [name, uid] = [stringAt(object, 'metadata', 'name'), stringAt(object, 'metadata', 'uid')];
  const labels = objectAt(templateOf(spec), 'metadata', 'labels') ?? {};
  const expected = {
    'controller-uid': uid,
    'job-name': name,
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
  };
  const errors = Object.entries(expected).flatMap(([key, value]) => hasLabel(labels, key, value));
  if (selectorMatches(spec['selector'], expected) === false) {
    errors.push(invalid('spec.selector', asSelector(spec['selector']), '`selector` not auto-generated'));
  }
  return errors;
}

function hasLabel(labels: JsonObject, key: string, expected: string): FieldError[] {
  const path = 'spec.template.metadata.labels';
  if (!Object.hasOwn(labels, key)) return [required(`${path}[${key}]`, `must be '${expected}'`)];
  return labels[key] === expected ? [] : [invalid(`${path}[${key}]`, labels, `must be '${expected}'`)];
}

function indexedCompletions(spec: JsonObject, before: JsonObject): FieldError[] {
  const completions = spec['completions'];
  if (completions === before['completions'] || !isGiven(completions) || completions === spec['parallelism']) return [];
  return [invalid('spec.completions', completions, 'can only be modified in tandem with spec.parallelism')];
}

const MOVABLE: ReadonlySet<string> = new Set(['affinity', 'nodeSelector', 'tolerations', 'schedulingGates']);

/** The pods of a suspended job may still be placed elsewhere and get other resources. */
function fixedTemplate(spec: JsonObject, before: JsonObject): FieldError[] {
  const [now, then] = [templateOf(spec), templateOf(before)];
  if (before['suspend'] !== true) return immutable(now, then, 'spec.template');
  const [pod, podThen] = [objectAt(now, 'spec') ?? {}, objectAt(then, 'spec') ?? {}];
  return deepEqual(fixedPart(pod), fixedPart(podThen)) ? [] : immutable(pod, podThen, 'spec.template.spec');
}

function fixedPart(pod: JsonObject): JsonObject {
  const fixed = Object.fromEntries(Object.entries(pod).filter(([key]) => !MOVABLE.has(key)));
  for (const name of ['containers', 'initContainers']) {
    fixed[name] = objectsAt(pod, name).map((container) => without(container, 'resources'));
  }
  return fixed;
}

function without(object: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
}

export function validateJobSpec(spec: JsonObject, path: string): FieldError[] {
  const errors = COUNTS.flatMap((field) => nonNegative(spec[field], `${path}.${field}`));
  if (isGiven(spec['maxFailedIndexes']) && !isGiven(spec['backoffLimitPerIndex'])) {
    errors.push(required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  }
  const mode = spec['completionMode'];
  const modes = ['NonIndexed', 'Indexed'];
  if (isGiven(mode) && (typeof mode !== 'string' || !modes.includes(mode))) {
    errors.push(notSupported(`${path}.completionMode`, mode, modes));
  }
  if (mode === 'Indexed') errors.push(...validateIndexed(spec, path));
  if (!isGiven(mode) || mode === 'NonIndexed') {
    for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes']) {
      if (isGiven(spec[field])) {
        errors.push(invalid(`${path}.${field}`, spec[field], 'requires indexed completion mode'));
      }
    }
  }
  const replacement = spec['podReplacementPolicy'];
  const supported = isObject(spec['podFailurePolicy']) ? ['Failed'] : ['Failed', 'TerminatingOrFailed'];
  if (isGiven(replacement) && (typeof replacement !== 'string' || !supported.includes(replacement))) {
    errors.push(notSupported(`${path}.podReplacementPolicy`, replacement, supported));
  }
  const template = templateOf(spec);
  errors.push(...validatePodTemplate(template, `${path}.template`));
  return [...errors, ...validateRestarts(spec, template, path)];
}

function validateIndexed(spec: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!isGiven(spec['completions'])) errors.push(required(`${path}.completions`, 'when completion mode is Indexed'));
  const parallelism = integerAt(spec, 'parallelism');
  if (parallelism > 100_000) {
    const detail = 'must be less than or equal to 100000 when completion mode is Indexed';
    errors.push(invalid(`${path}.parallelism`, parallelism, detail));
  }
  const failed = spec['maxFailedIndexes'];
  if (typeof failed === 'number' && isGiven(spec['completions']) && failed > integerAt(spec, 'completions')) {
    errors.push(invalid(`${path}.maxFailedIndexes`, failed, 'must be less than or equal to completions'));
  }
  return errors;
}

function validateRestarts(spec: JsonObject, template: JsonObject, path: string): FieldError[] {
  const policy = stringAt(template, 'spec', 'restartPolicy');
  const at = `${path}.template.spec.restartPolicy`;
  if (policy === 'Always' || policy === '') return [required(at, 'valid values: "OnFailure", "Never"')];
  if (policy !== 'OnFailure' && policy !== 'Never') return [notSupported(at, policy, ['OnFailure', 'Never'])];
  if (policy === 'OnFailure' && isObject(spec['podFailurePolicy'])) {
    return [invalid(at, policy, 'only "Never" is supported when podFailurePolicy is specified')];
  }
  return [];
}

export const validateCronJob: Validator = (object, old) => {
  const spec = objectAt(object, 'spec') ?? {};
  const errors: FieldError[] = [];
  const schedule = stringAt(spec, 'schedule');
  if (schedule === '') errors.push(declarative(required('spec.schedule')));
  else errors.push(...validateSchedule(schedule, spec, old));
  errors.push(...nonNegative(spec['startingDeadlineSeconds'], 'spec.startingDeadlineSeconds'));
  const zone = spec['timeZone'];
  if (typeof zone === 'string' && zone !== valueAt(old, 'spec', 'timeZone')) errors.push(...validateTimeZone(zone));
  const policies = ['Allow', 'Forbid', 'Replace'];
  errors.push(...oneOf(spec['concurrencyPolicy'], 'spec.concurrencyPolicy', policies));
  const job = objectAt(spec, 'jobTemplate', 'spec') ?? {};
  errors.push(...validateJobSpec(job, 'spec.jobTemplate.spec'));
  if (isObject(job['selector'])) {
    errors.push(invalid('spec.jobTemplate.spec.selector', job['selector'], '`selector` will be auto-generated'));
  }
  if (job['manualSelector'] === true) {
    errors.push(notSupported('spec.jobTemplate.spec.manualSelector', true, ['nil', 'false']));
  }
  for (const field of ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit']) {
    errors.push(...nonNegative(spec[field], `spec.${field}`));
  }
  const name = stringAt(object, 'metadata', 'name');
  if (old === undefined && name.length > 52) {
    errors.push(invalid('metadata.name', name, 'must be no more than 52 characters'));
  }
  return errors;
};

function validateSchedule(schedule: string, spec: JsonObject, old: JsonObject | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const wrong = cronError(schedule);
  if (wrong !== undefined) errors.push(invalid('spec.schedule', schedule, wrong));
  const zoned = schedule.includes('TZ');
  const allowed = stringAt(old, 'spec', 'schedule').includes('TZ');
  if (zoned && allowed && isGiven(spec['timeZone'])) {
    const detail = 'cannot use both timeZone field and TZ or CRON_TZ in schedule';
    errors.push(invalid('spec.schedule', schedule, detail));
  } else if (zoned && !allowed) {
    const detail = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
    errors.push(invalid('spec.schedule', schedule, detail));
  }
  return errors;
}

function validateTimeZone(zone: string): FieldError[] {
  const error = (detail: string): FieldError[] => [invalid('spec.timeZone', zone, detail)];
  if (zone === '') return error('timeZone must be nil or non-empty string');
  if (zone.toLowerCase() === 'local') {
    return error('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones');
  }
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone }).format(0);
    return [];
  } catch {
    return error(`unknown time zone ${quote(zone).slice(1, -1)}`);
  }
}
