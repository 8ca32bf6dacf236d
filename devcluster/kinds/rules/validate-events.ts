/** Source: k8s.io/kubernetes/pkg/apis/core/validation/events.go. What is said of either shape names the fields of the core one. */
import { invalid, required, type FieldError } from '../../schema/field-error.ts';
import { byteLength } from '../../schema/go-text.ts';
import { deepEqual, isObject, stringAt, type JsonObject } from '../../schema/json.ts';
import { convertEvent } from '../events.ts';
import { integerAt, isGiven, qualifiedName } from './checks.ts';
import type { Validator } from './validation.ts';

/** Of the core group: an event may be of any age. */
export const validateCoreEvent: Validator = (object) => validateLegacy(object, 'reportingComponent');

/** Of events.k8s.io: an event is of the new kind, and only its series may change. */
export const validateEvent: Validator = (object, old) => {
  const event = convertEvent(object, '');
  const errors = validateLegacy(event, 'reportingController');
  if (old !== undefined) return [...errors, ...validateChange(event, convertEvent(old, ''))];
  errors.push(...validateSeries(event));
  if (!isGiven(event['eventTime'])) errors.push(required('eventTime'));
  const type = stringAt(event, 'type');
  if (type !== 'Normal' && type !== 'Warning') errors.push(invalid('type', '', `has invalid value: ${type}`));
  const unset = (name: string, isSet: boolean): FieldError[] => (isSet ? [invalid(name, '', 'needs to be unset')] : []);
  return [
    ...errors,
    ...unset('firstTimestamp', isGiven(event['firstTimestamp'])),
    ...unset('lastTimestamp', isGiven(event['lastTimestamp'])),
    ...unset('count', integerAt(event, 'count') !== 0),
    ...unset('source', stringAt(event, 'source', 'component') !== '' || stringAt(event, 'source', 'host') !== ''),
  ];
};

function validateLegacy(event: JsonObject, controllerField: string): FieldError[] {
  const namespace = stringAt(event, 'metadata', 'namespace');
  const involved = stringAt(event, 'involvedObject', 'namespace');
  const mismatch = [invalid('involvedObject.namespace', involved, 'does not match event.namespace')];
  if (!isGiven(event['eventTime'])) {
    const agrees = involved === '' ? namespace === '' || namespace === 'default' : namespace === involved;
    return agrees ? [] : mismatch;
  }
  const anywhere = namespace === 'default' || namespace === 'kube-system';
  const errors = involved === '' && !anywhere ? mismatch : [];
  const controller = stringAt(event, 'reportingComponent');
  if (controller === '') errors.push(required(controllerField));
  errors.push(...qualifiedName(controller, controllerField));
  for (const name of ['reportingInstance', 'action', 'reason']) {
    const text = stringAt(event, name);
    if (text === '') errors.push(required(name));
    if (byteLength(text) > 128) errors.push(invalid(name, '', 'can have at most 128 characters'));
  }
  if (byteLength(stringAt(event, 'message')) > 1024) {
    errors.push(invalid('message', '', 'can have at most 1024 characters'));
  }
  return errors;
}

function validateSeries(event: JsonObject): FieldError[] {
  if (!isObject(event['series'])) return [];
  const errors: FieldError[] = [];
  if (integerAt(event, 'series', 'count') < 2) errors.push(invalid('series.count', '', 'should be at least 2'));
  if (!isGiven(event['series']['lastObservedTime'])) errors.push(required('series.lastObservedTime'));
  return errors;
}

const FIXED: readonly (readonly [member: string, told: string])[] = [
  ['involvedObject', 'involvedObject'],
  ['reason', 'reason'],
  ['message', 'message'],
  ['source', 'source'],
  ['firstTimestamp', 'firstTimestamp'],
  ['lastTimestamp', 'lastTimestamp'],
  ['count', 'count'],
  ['type', 'type'],
  ['eventTime', 'eventTime'],
  ['action', 'action'],
  ['related', 'related'],
  ['reportingComponent', 'reportingController'],
  ['reportingInstance', 'reportingInstance'],
];

function validateChange(event: JsonObject, old: JsonObject): FieldError[] {
  const errors = deepEqual(event['series'], old['series']) ? [] : validateSeries(event);
  for (const [member, told] of FIXED) {
    if (deepEqual(event[member] ?? null, old[member] ?? null)) continue;
    errors.push(invalid(told, event[member] ?? null, 'field is immutable'));
  }
  return errors;
}
