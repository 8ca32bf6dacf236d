import { applyServerSide } from '../apply/apply.ts';
import { badRequest } from '../http/status.ts';
import { apiVersionOf } from '../kinds/served-kind.ts';
import { deepCopy, isObject } from '../schema/json.ts';
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
    const draft = asDraft(object);
    if (!old) kind.strategy.resetForCreate(draft);
    admitFields(kind, draft, 'patch', options);
    return draft;
  };
  return update(api, target, { make, createMissing: true }, options);
}

/** The body as an object that names its type, which an apply needs. */
function configuration({ kind, namespace, name }: Target, { value }: Body): Draft {
  if (!isObject(value)) throw badRequest('error decoding patch: the body is no object');
  const wanted = apiVersionOf(kind);
  const { apiVersion, kind: named } = value;
  if (apiVersion !== wanted || named !== kind.kind) {
    throw badRequest(
      `failed to create typed patch object (${namespace ? `${namespace}/` : '/'}${name}; ${String(apiVersion)}, Kind=${String(named)}): the object must be of ${wanted}, Kind=${kind.kind}`,
    );
  }
  return asDraft(deepCopy(value));
}
