import { applyServerSide } from '../apply/apply.ts';
import { badRequest } from '../http/status.ts';
import { jsonType } from '../kinds/decode-problem.ts';
import { apiVersionOf } from '../kinds/served-kind.ts';
import { deepCopy, isObject, stringAt } from '../schema/json.ts';
import { admitFields } from './decode.ts';
import { asDraft } from './draft.ts';
import { fieldManager } from './field-manager.ts';
import { update } from './update.ts';
import type { Body } from '../http/body.ts';
import type { ApiObject, Draft } from '../store/object.ts';
import type { Api, WriteOptions } from './api.ts';
import type { Changed, Target } from './update.ts';

/** Server-side apply: the body is all that this manager wants of the object. Creates the object where there is none. */
export function apply(api: Api, target: Target, body: Body, force: boolean, options: WriteOptions): Changed {
  const { kind, subresource } = target;
  const config = configuration(target, body);
  const make = (old: ApiObject | undefined): Draft => {
    const { object } = applyServerSide({
      ...fieldManager(api, kind, subresource, options),
      live: old,
      config,
      force,
    });
    refuseDuplicates(body, options);
    const draft = asDraft(object);
    if (!old) kind.strategy.resetForCreate(draft);
    admitFields(kind, draft, 'apply', options);
    return draft;
  };
  return update(api, target, { make, createMissing: true }, options);
}

function refuseDuplicates({ duplicates, strictly }: Body, { fieldValidation, warn }: WriteOptions): void {
  if (fieldValidation === 'Warn') duplicates.forEach(warn);
  if (fieldValidation !== 'Strict' || strictly.length === 0) return;
  throw badRequest(`error strict decoding patch: error converting YAML to JSON: ${strictly.join(', ')}`);
}

/** The body as an object of the target's type; no body has none. */
function configuration({ kind }: Target, body: Body): Draft {
  const value = body.value ?? {};
  if (!isObject(value)) {
    throw badRequest(
      `error decoding patch: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonType(value)} into Go value of type map[string]interface {}`,
    );
  }
  const wanted = apiVersionOf(kind);
  const apiVersion = stringAt(value, 'apiVersion');
  const named = stringAt(value, 'kind');
  if (apiVersion !== wanted || named !== kind.kind) {
    const type = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
    throw badRequest(`invalid object type: ${type}, Kind=${named}`);
  }
  return asDraft(deepCopy(value));
}
