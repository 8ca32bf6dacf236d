import { badRequest, forbidden, unauthorized } from '../http/status.ts';
import { quote } from '../schema/go-text.ts';
import { ANONYMOUS, AUTHENTICATED, MASTERS } from './user.ts';
import type { ApiRequest } from '../http/exchange.ts';
import type { RequestInfo } from '../http/request-info.ts';
import type { Tokens } from './tokens.ts';
import type { User } from './user.ts';

/** What anybody may ask, without a token. */
const PUBLIC = new Set(['/healthz', '/livez', '/readyz', '/version', '/version/']);

/** Who sends a request, after impersonation. Throws 401 for a token that is not known. */
export function authenticate(tokens: Tokens, { header }: ApiRequest): User {
  const authorization = header('authorization');
  const [scheme = '', token = ''] = (authorization ?? '').trim().split(' ');
  // Other ways to say who one is, and no token, are as good as nothing.
  if (scheme.toLowerCase() !== 'bearer' || token === '') return ANONYMOUS;
  const user = tokens.find(token);
  if (!user) throw unauthorized();
  return impersonated(user, header);
}

/** `kubectl --as`: masters may be anybody. */
function impersonated(user: User, header: ApiRequest['header']): User {
  const name = header('impersonate-user');
  const groups = header('impersonate-group');
  if (name === undefined) {
    if (groups !== undefined) throw badRequest('requested [] without impersonating a user');
    return user;
  }
  if (!user.groups.includes(MASTERS)) {
    const why = `User ${quote(user.name)} cannot impersonate resource "users" in API group "" at the cluster scope`;
    throw forbidden({ group: '', resource: 'users' }, name, why);
  }
  const asked = groups?.split(',').map((group) => group.trim()) ?? [];
  return { name, groups: [...new Set([...asked, ...serviceAccountGroups(name), AUTHENTICATED])] };
}

function serviceAccountGroups(name: string): string[] {
  const [, account, namespace] = /^system:(serviceaccount):([^:]+):[^:]+$/.exec(name) ?? [];
  return account ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`] : [];
}

/**
 * Refuses requests without a token, but for those that anybody may send. Whoever has one may do everything: roles are stored
 * and not enforced.
 */
export function authorize(user: User, verb: string, info: RequestInfo): void {
  if (user.groups.includes(AUTHENTICATED) || PUBLIC.has(info.path)) return;
  const who = `User ${quote(user.name)} cannot ${verb}`;
  if (!info.isResource) throw forbidden({ group: '', resource: '' }, '', `${who} path ${quote(info.path)}`);
  const { group, resource, subresource, namespace, name } = info;
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${quote(namespace)}`;
  throw forbidden({ group, resource }, name, `${who} resource ${quote(what)} in API group ${quote(group)} ${where}`);
}
