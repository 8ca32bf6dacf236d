import { forbidden } from '../http/status.ts';
import { resourceOf } from '../kinds/served-kind.ts';
import { deepEqual } from '../schema/json.ts';
import type { ResourceAttributes } from '../auth/attributes.ts';
import type { User } from '../auth/user.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { ApiObject, Draft, OwnerReference } from '../store/object.ts';
import type { Api } from '../verbs/api.ts';

/** A write that may change who owns an object. */
export interface OwnedWrite {
  readonly kind: ServedKind;
  readonly subresource: string;
  readonly draft: Draft;
  readonly old: ApiObject | undefined;
  readonly user: User;
}

/**
 * Refuses, 403, to give an object an owner to who may not delete it, and to let an object keep its owner from being deleted to who
 * may not set the owner's finalizers; where the cluster was started so. Source: k8s.io/kubernetes/plugin/pkg/admission/gc.
 */
export function admitOwners(api: Api, write: OwnedWrite): void {
  const { kind, subresource, draft, old } = write;
  if (!api.ownerPermissions || (kind.collection === '/pods' && subresource === 'status')) return;
  const owners = draft.metadata.ownerReferences ?? [];
  if (deepEqual(owners, old?.metadata.ownerReferences ?? [])) return;
  const { name, namespace = '' } = draft.metadata;
  if (old) {
    const itself = { ...resourceOf(kind), subresource, namespace, name };
    demand(api, write, 'delete', itself, "cannot set an ownerRef on a resource you can't delete");
  }
  const blocking = owners.filter((owner) => owner.blockOwnerDeletion && !blockedBefore(owner, old));
  const anything = { group: '*', resource: '*', subresource: 'finalizers', namespace: '', name: '*' };
  if (blocking.length === 0 || isAllowed(api, write, 'update', anything).allowed) return;
  const why = "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on";
  for (const { apiVersion, kind: named, name: owner } of blocking) {
    const found = api.kinds.findByKind(apiVersion, named);
    if (!found) {
      const unknown = `no matches for kind "${named}" in version "${apiVersion}"`;
      const what = `cannot find RESTMapping for APIVersion ${apiVersion} Kind ${named}: ${unknown}`;
      throw forbidden(resourceOf(kind), name, `cannot set blockOwnerDeletion in this case because ${what}`);
    }
    const place = found.namespaced ? namespace : '';
    demand(
      api,
      write,
      'update',
      { ...resourceOf(found), subresource: 'finalizers', namespace: place, name: owner },
      why,
    );
  }
}

function blockedBefore({ uid }: OwnerReference, old: ApiObject | undefined): boolean {
  return old?.metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.blockOwnerDeletion) ?? false;
}

function isAllowed(api: Api, { user }: OwnedWrite, verb: string, resource: ResourceAttributes) {
  return api.authorizer.authorize({ user, verb, resource });
}

function demand(api: Api, write: OwnedWrite, verb: string, resource: ResourceAttributes, why: string): void {
  const { allowed, reason } = isAllowed(api, write, verb, resource);
  // The second of the two is an error of Go, of which there is none.
  if (!allowed) throw forbidden(resourceOf(write.kind), write.draft.metadata.name, `${why}: ${reason}, <nil>`);
}
