import type { Entry } from '../cache/store.ts';
import type { FieldsV1 } from '../kube/types.ts';

/** Our own entries of an object's managed fields; of one operation only where it is named. */
export function fieldsOf({ ours }: Pick<Entry, 'ours'>, operation?: 'Apply' | 'Update'): readonly FieldsV1[] {
  return ours.flatMap(({ entry }) => {
    const wanted = entry.subresource === undefined && (operation === undefined || entry.operation === operation);
    return wanted && entry.fieldsV1 ? entry.fieldsV1 : [];
  });
}
