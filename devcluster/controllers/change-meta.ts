import { SERVER } from '../auth/user.ts';
import { deepCopy } from '../schema/json.ts';
import { ownWrite } from '../verbs/api.ts';
import { recordWrite } from '../verbs/field-manager.ts';
import { update } from '../verbs/update.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { ApiObject, Draft, DraftMeta } from '../store/object.ts';
import type { Api } from '../verbs/api.ts';

/** The field manager of what controllers write. */
export const CONTROLLER_MANAGER = 'kube-controller-manager';

/** Changes an object's metadata, as it is now, in the name of the controller manager. */
export function changeMeta(
  api: Api,
  kind: ServedKind,
  { metadata }: ApiObject,
  change: (meta: DraftMeta) => void,
): void {
  changeObject(api, kind, metadata.namespace, metadata.name, '', (draft) => change(draft.metadata));
}

/** Changes an object, as it is now, in the name of the controller manager, or of another part of the cluster. */
export function changeObject(
  api: Api,
  kind: ServedKind,
  namespace: string | undefined,
  name: string,
  subresource: string,
  change: (draft: Draft) => void,
  manager: string = CONTROLLER_MANAGER,
): void {
  const target = { kind, namespace, name, subresource };
  const options = ownWrite(SERVER, manager);
  const make = (old: ApiObject | undefined): Draft => {
    if (!old) throw new Error(`${kind.kind} ${name} has gone`);
    const draft: Draft = deepCopy<ApiObject>(old);
    change(draft);
    dropEmpty(draft.metadata);
    return recordWrite(api, kind, subresource, old, draft, options);
  };
  update(api, target, { make, createMissing: false }, options);
}

/** An empty list is one that is not there: nobody owns it any more. */
function dropEmpty(metadata: DraftMeta): void {
  if (metadata.ownerReferences?.length === 0) delete metadata.ownerReferences;
  if (metadata.finalizers?.length === 0) delete metadata.finalizers;
}
