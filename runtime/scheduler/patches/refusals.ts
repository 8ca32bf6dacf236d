import { ApiError, isStatus } from '../../errors.ts';
import { patchingUid } from '../../kube/patch-manager.ts';
import type { Environment } from '../environment.ts';

/** An apply would have taken fields from other managers. */
export function isConflict(error: unknown): error is ApiError {
  return error instanceof ApiError && error.causes.some(({ reason }) => reason === FIELD_CONFLICT);
}

const FIELD_CONFLICT = 'FieldManagerConflict';

/** The object of the uid that was sent is gone, or another has its name: the watch will tell. */
export function isGone(error: unknown): boolean {
  if (isStatus(error, 404)) return true;
  if (isStatus(error, 409)) return UID_MISMATCH.test(error.answer);
  return isStatus(error, 422) && error.causes.length > 0 && error.causes.every(({ field }) => field === 'metadata.uid');
}

const UID_MISMATCH = /uid mismatch|Precondition failed: UID/;

/** `kubectl-edit holds .spec.replicas, .spec.paused`: who has what, in an order that does not change from one answer to the next. */
export function describeConflict(environment: Environment, { causes }: ApiError): string {
  const fields = new Map<string, string[]>();
  for (const { reason, message = '', field = '' } of causes) {
    if (reason !== FIELD_CONFLICT) continue;
    const holder = holderOf(environment, message);
    fields.set(holder, [...(fields.get(holder) ?? []), field]);
  }
  return [...fields]
    .map(([holder, held]) => `${holder} holds ${held.toSorted().join(', ')}`)
    .toSorted()
    .join('; ');
}

/** From `conflict with "kubectl-edit" using apps/v1`. Of our own resources, the name tells more than their manager's does. */
function holderOf({ plan, states }: Environment, message: string): string {
  const [, quoted] = /^conflict with ("(?:[^"\\]|\\.)*")/.exec(message) ?? [];
  if (quoted === undefined) return message;
  const manager: unknown = JSON.parse(quoted);
  if (typeof manager !== 'string') return message;
  const uid = patchingUid(manager, plan.name);
  const key = uid === undefined ? undefined : states.keyOf(uid);
  return key === undefined ? manager : `${plan.resource.kind} ${key}`;
}
