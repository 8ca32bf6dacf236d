import { matchesFields } from '../kinds/selectable-fields.ts';
import { exactValue } from '../selectors/field-selector.ts';
import { objectKey } from '../store/object.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { FieldRequirement } from '../selectors/field-selector.ts';
import type { LabelSelector } from '../selectors/label-selector.ts';
import type { ApiObject } from '../store/object.ts';

/** Which objects of a kind a list or watch is about. */
export interface Selection {
  readonly kind: ServedKind;
  /** Undefined: all namespaces, or a kind of cluster scope. */
  readonly namespace: string | undefined;
  readonly labels: LabelSelector;
  readonly fields: readonly FieldRequirement[];
}

/** Whether an object of the store belongs to the selection. */
export function selects({ kind, namespace, labels, fields }: Selection, object: ApiObject): boolean {
  if (namespace !== undefined && object.metadata.namespace !== namespace) return false;
  if (labels && !labels(object.metadata.labels)) return false;
  return fields.length === 0 || matchesFields(kind, fields, kind.fromStorage(object));
}

export function isSelective({ labels, fields }: Selection): boolean {
  return labels !== undefined || fields.length > 0;
}

/** The key of the only object that can be selected, where the selection names one. */
export function onlyKey({ kind, namespace, fields }: Selection): string | undefined {
  const name = exactValue(fields, 'metadata.name');
  if (name === undefined || (kind.namespaced && namespace === undefined)) return undefined;
  return objectKey(namespace, name);
}
