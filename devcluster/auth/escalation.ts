import { forbidden, notFound } from '../http/status.ts';
import { resourceOf } from '../kinds/served-kind.ts';
import { deepEqual, listAt } from '../schema/json.ts';
import { missingText } from './authorizer.ts';
import { escalation } from './coverage.ts';
import { rulesOf } from './policy-rule.ts';
import { RBAC_GROUP, roleRefOf } from './rbac-objects.ts';
import { MASTERS } from './user.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { ApiObject, Draft } from '../store/object.ts';
import type { Authorizer } from './authorizer.ts';
import type { PolicyRule } from './policy-rule.ts';
import type { User } from './user.ts';

/** A write of a role or a binding. */
export interface RbacWrite {
  readonly kind: ServedKind;
  readonly namespace: string | undefined;
  /** In the request's path; '' where there is none. */
  readonly name: string;
  readonly draft: Draft;
  readonly old: ApiObject | undefined;
  readonly user: User;
}

/**
 * Refuses, 403, roles and bindings that give away more than their writer has, unless the writer may `escalate` roles or `bind`
 * that role. Source: the policy-based storages of k8s.io/kubernetes/pkg/registry/rbac.
 */
export function refuseEscalation(authorizer: Authorizer, write: RbacWrite): void {
  const { kind, user, draft, old } = write;
  if (kind.group !== RBAC_GROUP || user.groups.includes(MASTERS)) return;
  if (kind.kind === 'Role' || kind.kind === 'ClusterRole') {
    if (mayEscalate(authorizer, write) || isForGarbageCollection(draft, old)) return;
    refuse(authorizer, write, rulesOf(draft));
    if ([draft, old].some((role) => listAt(role, 'aggregationRule', 'clusterRoleSelectors').length > 0)) {
      refuse(authorizer, write, EVERYTHING, 'must have cluster-admin privileges to use the aggregationRule');
    }
  } else {
    if (isForGarbageCollection(draft, old) || mayBind(authorizer, write)) return;
    const ref = roleRefOf(draft);
    const rules = authorizer.rulesOfRole(ref, write.namespace ?? '');
    // The real server tells the resource of the request, not that of the role.
    if (!rules) throw notFound(resourceOf(kind), ref.name);
    refuse(authorizer, write, rules);
  }
}

const EVERYTHING: readonly PolicyRule[] = rulesOf({
  rules: [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    { verbs: ['*'], nonResourceURLs: ['*'] },
  ],
});

function refuse(
  authorizer: Authorizer,
  { kind, namespace = '', draft, user }: RbacWrite,
  granted: readonly PolicyRule[],
  why?: string,
): void {
  const { rules, missing } = authorizer.rulesFor(user, namespace);
  const problem = escalation(user, rules, granted);
  if (problem === undefined) return;
  const errors = missing.length === 0 ? '' : `; resolution errors: [${missingText(missing, kind.plural)}]`;
  throw forbidden(resourceOf(kind), draft.metadata.name, why ?? problem + errors);
}

function mayEscalate(authorizer: Authorizer, { kind, namespace = '', name, user }: RbacWrite): boolean {
  const resource = { ...resourceOf(kind), subresource: '', namespace, name };
  return authorizer.authorize({ user, verb: 'escalate', resource }).allowed;
}

function mayBind(authorizer: Authorizer, { draft, namespace = '', user }: RbacWrite): boolean {
  const { apiGroup: group, kind, name } = roleRefOf(draft);
  if (kind !== 'Role' && kind !== 'ClusterRole') return false;
  const plural = kind === 'Role' ? 'roles' : 'clusterroles';
  const resource = { group, resource: plural, subresource: '', namespace, name };
  return authorizer.authorize({ user, verb: 'bind', resource }).allowed;
}

/** Whether no more changes than the garbage collector's own fields. */
function isForGarbageCollection(draft: Draft, old: ApiObject | undefined): boolean {
  return old !== undefined && deepEqual(withoutLinks(draft), withoutLinks(old));
}

function withoutLinks(object: ApiObject | Draft): object {
  const { ownerReferences: _owners, finalizers: _finalizers, managedFields: _fields, ...metadata } = object.metadata;
  return { ...object, metadata };
}
