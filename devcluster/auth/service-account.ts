import { isDns1123Label, isDns1123Subdomain } from '../schema/names.ts';
import { AUTHENTICATED } from './user.ts';
import type { User } from './user.ts';

/** Names and groups of service accounts as users. Source: k8s.io/apiserver/pkg/authentication/serviceaccount. */
export interface ServiceAccountName {
  readonly namespace: string;
  readonly name: string;
}

const PREFIX = 'system:serviceaccount:';

export function serviceAccountUsername({ namespace, name }: ServiceAccountName): string {
  return `${PREFIX}${namespace}:${name}`;
}

export function serviceAccountGroups(namespace: string): readonly string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}

/** The account that a username stands for; undefined for other users. */
export function serviceAccountOf(username: string): ServiceAccountName | undefined {
  if (!username.startsWith(PREFIX)) return undefined;
  const [namespace = '', name = '', ...more] = username.slice(PREFIX.length).split(':');
  const sound = more.length === 0 && isDns1123Label(namespace).length === 0 && isDns1123Subdomain(name).length === 0;
  return sound ? { namespace, name } : undefined;
}

export function serviceAccountUser(account: ServiceAccountName, uid: string, extra: User['extra']): User {
  const groups = [...serviceAccountGroups(account.namespace), AUTHENTICATED];
  return { name: serviceAccountUsername(account), uid, groups, extra };
}
