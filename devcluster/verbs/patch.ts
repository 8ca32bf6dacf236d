import { badRequest } from '../http/status.ts';
import { applyJsonPatch, unknownJsonPatchFields } from '../patch/json-patch.ts';
import { applyMergePatch } from '../patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../patch/strategic-merge.ts';
import { isObject } from '../schema/json.ts';
import { admitFields } from './decode.ts';
import { asDraft } from './draft.ts';
import { recordWrite } from './field-manager.ts';
import { update } from './update.ts';
import type { Body } from '../http/body.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { ApiObject, Draft } from '../store/object.ts';
import type { Api, WriteOptions } from './api.ts';
import type { Changed, Target } from './update.ts';

export type PatchType = 'json' | 'merge' | 'strategic';

/** PATCH by JSON patch (RFC 6902), JSON merge patch (RFC 7386) or, for built-in kinds, strategic merge patch. */
export function patch(
  api: Api,
  target: Target,
  type: PatchType,
  { value, duplicates }: Body,
  options: WriteOptions,
): Changed {
  const complaints =
    type === 'json'
      ? [...duplicates.map((duplicate) => `json patch ${duplicate}`), ...unknownJsonPatchFields(value)]
      : duplicates;
  const make = (old: ApiObject | undefined): Draft => {
    if (!old) throw badRequest('a patch needs an object');
    const patched = asDraft(patchedValue(target.kind, type, old, value));
    admitFields(target.kind, patched, 'patch', options, complaints);
    return recordWrite(api, target.kind, target.subresource, old, patched, options);
  };
  return update(api, target, { make, createMissing: false }, options);
}

function patchedValue(kind: ServedKind, type: PatchType, old: ApiObject, value: unknown): unknown {
  if (type === 'json') return applyJsonPatch(old, value);
  if (type === 'merge') return applyMergePatch(old, value);
  if (!isObject(value)) throw notAnObject(value);
  return applyStrategicMergePatch(kind.schema() ?? {}, old, value);
}

function notAnObject(value: unknown): Error {
  const type = Array.isArray(value) ? 'array' : typeof value;
  return badRequest(`json: cannot unmarshal ${type} into Go value of type map[string]interface {}`);
}
