import { flag } from '../http/query.ts';
import { forbidden } from '../http/status.ts';
import { isPathSegment } from '../schema/names.ts';
import { quote } from '../schema/go-text.ts';
import { exactValue, parseFieldSelector } from '../selectors/field-selector.ts';
import type { ApiRequest } from '../http/exchange.ts';
import type { RequestInfo } from '../http/request-info.ts';
import type { User } from './user.ts';

/** What roles are asked about: somebody wants to do something. Source: k8s.io/apiserver/pkg/authorization/authorizer. */
export interface Attributes {
  readonly user: User;
  /** `get`, `list` …; for a path that is no resource, the method in lower case. */
  readonly verb: string;
  /** Undefined: it is about `path`. */
  readonly resource?: ResourceAttributes | undefined;
  readonly path?: string | undefined;
}

export interface ResourceAttributes {
  readonly group: string;
  readonly resource: string;
  /** '' for the resource itself. */
  readonly subresource: string;
  /** '': of no namespace, or of all. */
  readonly namespace: string;
  /** '': of all. */
  readonly name: string;
}

const VERBS: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** What a request needs a right for. */
export function attributesOf(user: User, info: RequestInfo, request: ApiRequest): Attributes {
  const { method, query } = request;
  if (!info.isResource) return { user, verb: method.toLowerCase(), path: info.path };
  const { group, resource, name } = info;
  const base = {
    group,
    resource,
    subresource: info.subresource.split('/', 1)[0] ?? '',
    // A namespace counts as one of the objects in it: a role there may allow to read it.
    namespace: group === '' && resource === 'namespaces' ? name : info.namespace,
  };
  if (info.watchPath) return { user, verb: 'watch', resource: { ...base, name } };
  const verb = VERBS[method] ?? '';
  if (name !== '' || (verb !== 'get' && verb !== 'delete')) return { user, verb, resource: { ...base, name } };
  if (verb === 'delete') return { user, verb: 'deletecollection', resource: { ...base, name } };
  // To list or watch one object by its name is a right on that object.
  return { user, verb: flag(query, 'watch') ? 'watch' : 'list', resource: { ...base, name: selectedName(query) } };
}

function selectedName(query: URLSearchParams): string {
  try {
    const name = exactValue(parseFieldSelector(query.get('fieldSelector') ?? ''), 'metadata.name') ?? '';
    return isPathSegment(name).length === 0 ? name : '';
  } catch {
    return '';
  }
}

/** The 403 for what nobody allowed; `reason` is what the authorizer had to say. */
export function forbiddenAttributes({ user, verb, resource, path = '' }: Attributes, reason: string): Error {
  const who = `User ${quote(user.name)} cannot ${verb}`;
  const because = reason === '' ? '' : `: ${reason}`;
  if (!resource) return forbidden({ group: '', resource: '' }, '', `${who} path ${quote(path)}${because}`);
  const { group, namespace, name, subresource } = resource;
  const what = subresource === '' ? resource.resource : `${resource.resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${quote(namespace)}`;
  const why = `${who} resource ${quote(what)} in API group ${quote(group)} ${where}${because}`;
  return forbidden({ group, resource: resource.resource }, name, why);
}
