import { isArray, isObject, stringAt } from '../schema/json.ts';
import type { Draft } from '../store/object.ts';

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/**
 * Sets a condition in `status.conditions`, in the place of the one of its type. Its time changes with its status only; `now` is
 * the time of a change. Returns whether anything changed.
 */
export function setCondition(draft: Draft, condition: Condition, now: string): boolean {
  const status = isObject(draft['status']) ? draft['status'] : {};
  const conditions = isArray(status['conditions']) ? [...status['conditions']] : [];
  const index = conditions.findIndex((other) => stringAt(other, 'type') === condition.type);
  const before = index < 0 ? undefined : conditions[index];
  const { type, status: value, reason, message } = condition;
  const lastTransitionTime = stringAt(before, 'status') === value ? stringAt(before, 'lastTransitionTime') : now;
  if (
    stringAt(before, 'status') === value &&
    stringAt(before, 'reason') === reason &&
    stringAt(before, 'message') === message
  ) {
    return false;
  }
  const next = { type, status: value, lastTransitionTime, reason, message };
  if (index < 0) conditions.push(next);
  else conditions[index] = next;
  draft['status'] = { ...status, conditions };
  return true;
}

/** The status of a condition, '' where there is none of that type. */
export function conditionStatus(object: unknown, type: string): string {
  if (!isObject(object) || !isObject(object['status']) || !isArray(object['status']['conditions'])) return '';
  return stringAt(
    object['status']['conditions'].find((condition) => stringAt(condition, 'type') === type),
    'status',
  );
}
