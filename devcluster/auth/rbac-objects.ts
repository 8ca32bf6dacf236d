import { isObject, listAt, stringAt, valueAt } from '../schema/json.ts';
import { quote } from '../schema/go-text.ts';
import { serviceAccountUsername } from './service-account.ts';

export const RBAC_GROUP = 'rbac.authorization.k8s.io';
export const ROLES = `${RBAC_GROUP}/roles`;
export const CLUSTER_ROLES = `${RBAC_GROUP}/clusterroles`;
export const ROLE_BINDINGS = `${RBAC_GROUP}/rolebindings`;
export const CLUSTER_ROLE_BINDINGS = `${RBAC_GROUP}/clusterrolebindings`;

export interface RoleRef {
  readonly apiGroup: string;
  readonly kind: string;
  readonly name: string;
}

export function roleRefOf(binding: unknown): RoleRef {
  const ref = valueAt(binding, 'roleRef');
  return { apiGroup: stringAt(ref, 'apiGroup'), kind: stringAt(ref, 'kind'), name: stringAt(ref, 'name') };
}

/** To whom a binding gives its role. */
export interface Subject {
  readonly kind: 'User' | 'Group' | 'ServiceAccount';
  readonly name: string;
  /** Of a service account: its own, else that of the binding. */
  readonly namespace: string;
}

/** The subjects of a binding that can be anybody. `namespace`: the binding's, '' for a ClusterRoleBinding. */
export function subjectsOf(binding: unknown, namespace: string): readonly Subject[] {
  return listAt(binding, 'subjects').flatMap((subject): Subject | readonly never[] => {
    if (!isObject(subject)) return [];
    const name = stringAt(subject, 'name');
    const { kind } = subject;
    if (kind === 'User' || kind === 'Group') return { kind, name, namespace: '' };
    const own = stringAt(subject, 'namespace') || namespace;
    return kind === 'ServiceAccount' && own !== '' ? { kind, name, namespace: own } : [];
  });
}

/** One text for all subjects that are the same user, and one for each group. */
export function subjectKey(subject: Subject): string {
  if (subject.kind === 'Group') return groupKey(subject.name);
  return userKey(subject.kind === 'User' ? subject.name : serviceAccountUsername(subject));
}

export const userKey = (name: string): string => `User ${name}`;
export const groupKey = (name: string): string => `Group ${name}`;

/** As an authorizer tells who was meant. */
export function describeSubject({ kind, name, namespace }: Subject): string {
  return `${kind} ${quote(kind === 'ServiceAccount' ? `${name}/${namespace}` : name)}`;
}
