import { controllerOf, isControlledBy, selects } from './views.ts';
import { changeMeta } from '../change-meta.ts';
import type { ServedKind } from '../../kinds/served-kind.ts';
import type { ApiObject } from '../../store/object.ts';
import type { Api } from '../../verbs/api.ts';

/**
 * The objects that a controller's owner has: those that it controls and selects. One that nobody controls is adopted where it is
 * selected, and one that is selected no longer is let go. Source: controller_ref_manager.go of k8s.io/kubernetes/pkg/controller.
 */
export function claim(api: Api, owner: ApiObject, kind: ServedKind, candidates: readonly ApiObject[]): ApiObject[] {
  const matches = selects(owner);
  const ends = owner.metadata.deletionTimestamp !== undefined;
  const collection = api.store.collection(kind.collection);
  return candidates.flatMap((object) => {
    const { metadata } = object;
    const selected = matches(metadata.labels);
    const key = `${metadata.namespace}/${metadata.name}`;
    if (isControlledBy(object, owner)) {
      if (selected) return [object];
      if (!ends) release(api, kind, object, owner);
      return [];
    }
    if (!selected || ends || controllerOf(object) || metadata.deletionTimestamp) return [];
    changeMeta(api, kind, object, (meta) => {
      meta.ownerReferences = [...(meta.ownerReferences ?? []), controllerReference(owner)];
    });
    return collection.get(key) ?? [];
  });
}

function release(api: Api, kind: ServedKind, object: ApiObject, { metadata: { uid } }: ApiObject): void {
  changeMeta(api, kind, object, (meta) => {
    meta.ownerReferences = (meta.ownerReferences ?? []).filter((reference) => reference.uid !== uid);
  });
}

export function controllerReference({ apiVersion, kind, metadata }: ApiObject) {
  const { name, uid = '' } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}
