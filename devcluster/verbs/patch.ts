import { badRequest } from '../http/status.ts';
import { applyJsonPatch } from '../patch/json-patch.ts';
import { applyMergePatch } from '../patch/merge-patch.ts';
import { admitFields } from './decode.ts';
import { asDraft } from './draft.ts';
import { recordWrite } from './field-manager.ts';
import { update } from './update.ts';
import type { ApiObject, Draft } from '../store/object.ts';
import type { Api, WriteOptions } from './api.ts';
import type { Changed, Target } from './update.ts';

export type PatchType = 'json' | 'merge';

/** PATCH by JSON patch (RFC 6902) or JSON merge patch (RFC 7386). `body` is the parsed patch. */
export function patch(api: Api, target: Target, type: PatchType, body: unknown, options: WriteOptions): Changed {
  const make = (old: ApiObject | undefined): Draft => {
    if (!old) throw badRequest('a patch needs an object');
    const patched = asDraft(type === 'json' ? applyJsonPatch(old, body) : applyMergePatch(old, body));
    admitFields(target.kind, patched, 'patch', options);
    return recordWrite(api, target.kind, target.subresource, old, patched, options);
  };
  return update(api, target, { make, createMissing: false }, options);
}
