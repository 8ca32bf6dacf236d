import { badRequest } from '../http/status.ts';
import { applyJsonPatch, unknownJsonPatchFields } from '../patch/json-patch.ts';
import { applyMergePatch } from '../patch/merge-patch.ts';
import { admitFields } from './decode.ts';
import { asDraft } from './draft.ts';
import { recordWrite } from './field-manager.ts';
import { update } from './update.ts';
import type { Body } from '../http/body.ts';
import type { ApiObject, Draft } from '../store/object.ts';
import type { Api, WriteOptions } from './api.ts';
import type { Changed, Target } from './update.ts';

export type PatchType = 'json' | 'merge';

/** PATCH by JSON patch (RFC 6902) or JSON merge patch (RFC 7386). */
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
    const patched = asDraft(type === 'json' ? applyJsonPatch(old, value) : applyMergePatch(old, value));
    admitFields(target.kind, patched, 'patch', options, complaints);
    return recordWrite(api, target.kind, target.subresource, old, patched, options);
  };
  return update(api, target, { make, createMissing: false }, options);
}
