import { badRequest, invalid } from '../http/status.ts';
import { applyJsonPatch, unknownJsonPatchFields } from '../patch/json-patch.ts';
import { applyMergePatch } from '../patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../patch/strategic-merge.ts';
import { findConvertProblem } from '../kinds/convert-problem.ts';
import { apiVersionOf } from '../kinds/served-kind.ts';
import { invalid as invalidField } from '../schema/field-error.ts';
import { formatGoValue } from '../schema/go-text.ts';
import { isObject } from '../schema/json.ts';
import { admitFields, patchedText, unreadablePatch } from './decode.ts';
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
export function patch(api: Api, target: Target, type: PatchType, body: Body, options: WriteOptions): Changed {
  const make = (old: ApiObject | undefined): Draft => {
    if (!old) throw badRequest('a patch needs an object');
    const draft = patched(target.kind, type, old, body, options);
    return recordWrite(api, target.kind, target.subresource, old, draft, options);
  };
  return update(api, target, { make, createMissing: false }, options);
}

/** What the patch makes of an object of the kind, as an object of the kind. */
export function patched(kind: ServedKind, type: PatchType, old: ApiObject, body: Body, options: WriteOptions): Draft {
  const { value, duplicates } = body;
  if (type === 'strategic') return strategicallyPatched(kind, old, body, options);
  const draft = typed(kind, type === 'json' ? applyJsonPatch(old, value) : applyMergePatch(old, value));
  const complaints =
    type === 'json'
      ? [...duplicates.map((duplicate) => `json patch ${duplicate}`), ...unknownJsonPatchFields(value)]
      : duplicates;
  admitFields(kind, draft, 'patch', options, complaints);
  return draft;
}

/** The result as an object of the kind. A built-in kind is known by the path, a custom one by what the object says. */
function typed(kind: ServedKind, result: unknown): Draft {
  if (!isObject(result)) return asDraft(result);
  const { kind: named, apiVersion } = result;
  if (!kind.custom) return asDraft({ ...result, kind: (named ?? '') === '' ? kind.kind : named });
  if ((named ?? '') === '') {
    const shown = patchedText(result);
    throw unreadablePatch(shown, `Object 'Kind' is missing in '${shown}'`);
  }
  const draft = asDraft(result);
  const wanted = apiVersionOf(kind);
  if (apiVersion === wanted) return draft;
  const errors = [invalidField('apiVersion', apiVersion, `must be ${wanted}`)];
  if (named !== kind.kind) errors.unshift(invalidField('kind', named, `must be ${kind.kind}`));
  const group = draft.apiVersion.includes('/') ? (draft.apiVersion.split('/')[0] ?? '') : '';
  throw invalid(group, draft.kind, draft.metadata.name, errors);
}

/** The real server reads the result as the type that it has: what it says about its own type does not count. */
function strategicallyPatched(
  kind: ServedKind,
  old: ApiObject,
  { value, duplicates }: Body,
  options: WriteOptions,
): Draft {
  const change = value ?? {};
  if (!isObject(change)) throw notAnObject(change);
  const schema = kind.schema() ?? {};
  const result = applyStrategicMergePatch(schema, old, change);
  const shown = formatGoValue(change);
  const problem = findConvertProblem(schema, result);
  if (problem !== undefined) throw unreadablePatch(shown, problem);
  const draft = asDraft({ ...result, apiVersion: apiVersionOf(kind), kind: kind.kind });
  admitFields(kind, draft, { patch: shown }, options, duplicates);
  return draft;
}

function notAnObject(value: unknown): Error {
  const type = Array.isArray(value) ? 'array' : typeof value;
  return badRequest(`json: cannot unmarshal ${type} into Go value of type map[string]interface {}`);
}
