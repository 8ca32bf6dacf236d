import { trackUpdate } from '../apply/managed-fields.ts';
import { formatTime } from '../clock.ts';
import { asDraft } from './draft.ts';
import type { FieldManagerOptions } from '../apply/managed-fields.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { ApiObject, Draft } from '../store/object.ts';
import type { Api, WriteOptions } from './api.ts';

/** What the record of who wrote what needs to know of a write. */
export function fieldManager(
  api: Api,
  kind: ServedKind,
  subresource: string,
  options: WriteOptions,
): FieldManagerOptions {
  return {
    schema: kind.schema(),
    schemaAt: (apiVersion) => api.kinds.findByKind(apiVersion, kind.kind)?.schema(),
    manager: options.fieldManager,
    subresource,
    now: formatTime(api.clock.now()),
    resetFields: kind.strategy.resetFields(subresource),
  };
}

/** Notes in the draft's managed fields what this writer changed (`old` undefined: what it made). */
export function recordWrite(
  api: Api,
  kind: ServedKind,
  subresource: string,
  old: ApiObject | undefined,
  after: Draft,
  options: WriteOptions,
): Draft {
  const requested = kind.custom ? withoutEmptyRecord(after) : after;
  return asDraft(trackUpdate({ ...fieldManager(api, kind, subresource, options), before: old, after: requested }));
}

/** An empty list asks for a reset where a Go type can tell it from none; of custom resources none can. */
function withoutEmptyRecord(after: Draft): Draft {
  const { managedFields, ...metadata } = after.metadata;
  return managedFields?.length === 0 ? { ...after, metadata } : after;
}
