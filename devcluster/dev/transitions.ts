import { stringAt } from '../schema/json.ts';
import { keyOf } from '../store/object.ts';
import type { StoreEvent } from '../store/history.ts';

/** One line about a change of a resource that its developer wants to see; undefined for all others. */
export function describeChange({ type, object, previous }: StoreEvent): string | undefined {
  const key = keyOf(object);
  if (type === 'DELETED') return `${key}  deleted`;
  const [before, now] = [stringAt(previous, 'status', 'phase'), stringAt(object, 'status', 'phase')];
  if (type === 'ADDED') return now === '' ? `${key}  created` : `${key}  created in ${now}`;
  if (object.metadata.deletionTimestamp && !previous?.metadata.deletionTimestamp) return `${key}  being deleted`;
  if (before === now) return undefined;
  return `${key}  ${before || 'new'} → ${now || 'new'}`;
}
