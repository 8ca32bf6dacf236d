import { loadAll } from 'js-yaml';
import { RBAC_GROUP } from '../auth/rbac-objects.ts';
import { DevclusterError } from '../errors.ts';
import { isObject, stringAt } from '../schema/json.ts';
import type { ObjectLike, Objects } from './objects.ts';

export interface ServiceAccountOptions {
  /** Where the account is; made where it is not there. Default `default`. */
  readonly namespace?: string;
  /**
   * What it may do: Roles and ClusterRoles, as objects or as YAML of one or more documents (`deploy/overlays/…/role.yaml`). They are
   * applied, and the account is bound to each: to a Role in the role's namespace (default: the account's). What else is among
   * them is left out. Default: none.
   */
  readonly roles?: string | readonly ObjectLike[];
}

type Writer = Pick<Objects, 'apply' | 'create' | 'find'>;

/** Makes or changes the account, and resolves to its namespace. Rejects with `ERR_AP_CLUSTER_ROLES` for roles that are none. */
export async function applyServiceAccount(
  objects: Writer,
  name: string,
  { namespace = 'default', roles = [] }: ServiceAccountOptions,
): Promise<string> {
  const rbac = rolesIn(roles);
  await ensureNamespace(objects, namespace);
  await objects.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } });
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  for (const role of rbac) {
    const { kind = '' } = role;
    const place = kind === 'Role' ? { namespace: stringAt(role.metadata, 'namespace') || namespace } : {};
    if (place.namespace !== undefined) await ensureNamespace(objects, place.namespace);
    const applied = await objects.apply({ ...role, metadata: { ...role.metadata, ...place } });
    const roleRef = { apiGroup: RBAC_GROUP, kind, name: applied.metadata.name };
    const metadata = { name: `${applied.metadata.name}-${namespace}-${name}`, ...place };
    await objects.apply({ apiVersion: `${RBAC_GROUP}/v1`, kind: `${kind}Binding`, metadata, roleRef, subjects });
  }
  return namespace;
}

async function ensureNamespace(objects: Writer, name: string): Promise<void> {
  const ref = { apiVersion: 'v1', kind: 'Namespace', name };
  if (!(await objects.find(ref))) await objects.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

function rolesIn(roles: string | readonly ObjectLike[]): readonly ObjectLike[] {
  const documents = typeof roles === 'string' ? parse(roles) : roles;
  const found = documents.filter(isRole);
  if (found.length > 0 || documents.length === 0) return found;
  throw refused('there is no Role or ClusterRole among them');
}

function parse(text: string): readonly unknown[] {
  try {
    return loadAll(text).filter((document) => document !== null && document !== undefined);
  } catch (error) {
    throw refused(`they are no YAML: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

function isRole(document: unknown): document is ObjectLike {
  if (!isObject(document)) throw refused(`${JSON.stringify(document)} is no object`);
  const role = document['kind'] === 'Role' || document['kind'] === 'ClusterRole';
  return role && document['apiVersion'] === `${RBAC_GROUP}/v1`;
}

function refused(why: string, cause?: unknown): DevclusterError {
  const remedy = `Give objects of ${RBAC_GROUP}/v1, or their YAML, as in the project's deploy/overlays/namespaced/role.yaml.`;
  return new DevclusterError('ERR_AP_CLUSTER_ROLES', `The roles of the service account: ${why}. ${remedy}`, { cause });
}
