import { formatTime } from '../clock.ts';
import { isObject, stringAt, valueAt } from '../schema/json.ts';
import { AUTHENTICATED } from '../auth/user.ts';
import { negotiate } from './accept.ts';
import { answer } from './resource-request.ts';
import { methodNotAllowed, StatusError } from './status.ts';
import { readObject } from './writes.ts';
import type { User } from '../auth/user.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { ApiRequest, ApiResponse, Caller } from './exchange.ts';
import type { RequestInfo } from './request-info.ts';
import type { ResourceRequest } from './resource-request.ts';
import type { Served } from './route.ts';

/** Answers the kinds that are questions, not things. Undefined for kinds that are stored. */
export async function answerVirtual(
  served: Served,
  kind: ServedKind,
  info: RequestInfo,
  request: ApiRequest,
  caller: Caller,
): Promise<ApiResponse | undefined> {
  if (kind.stored) return undefined;
  const as = negotiate(request.header('accept'), request.query, request.header('user-agent'));
  const resource: ResourceRequest = { api: served.api, kind, info, request, caller, as };
  if (kind.kind === 'ComponentStatus') {
    if (request.method !== 'GET') throw methodNotAllowed();
    return answer(resource, { kind: 'ComponentStatusList', apiVersion: 'v1', metadata: {}, items: [] });
  }
  const review = REVIEWS[kind.kind];
  if (!review) {
    const message = `the embedded cluster does not serve ${kind.kind}: it runs no containers`;
    throw new StatusError(501, 'NotImplemented', message);
  }
  if (request.method !== 'POST') throw methodNotAllowed();
  const { value } = await readObject(resource);
  const spec = isObject(value) && isObject(value['spec']) ? value['spec'] : {};
  const body = { kind: kind.kind, apiVersion: `${kind.group}/${kind.version}`, metadata: {}, spec };
  return answer(resource, { ...body, ...review(served, caller.user, spec) }, 201);
}

type Review = (served: Served, user: User, spec: Record<string, unknown>) => object;

/** Whoever has a token may do everything, so far. */
const ALLOWED: Review = () => ({ status: { allowed: true } });

const REVIEWS: Readonly<Record<string, Review>> = {
  SelfSubjectAccessReview: ALLOWED,
  LocalSubjectAccessReview: subjectAccess,
  SubjectAccessReview: subjectAccess,
  SelfSubjectReview: ({ api }, user) => ({
    metadata: { creationTimestamp: formatTime(api.clock.now()) },
    spec: undefined,
    status: { userInfo: userInfo(user) },
  }),
  SelfSubjectRulesReview: () => ({
    spec: {},
    status: {
      resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
      incomplete: false,
    },
  }),
  TokenReview: ({ tokens }, _user, spec) => {
    const user = tokens.find(stringAt(spec, 'token'));
    return {
      status: user ? { authenticated: true, user: userInfo(user) } : { user: {}, error: 'invalid bearer token' },
    };
  },
};

function subjectAccess(_served: Served, _user: User, spec: Record<string, unknown>): object {
  const groups = valueAt(spec, 'groups');
  const anonymous = stringAt(spec, 'user') === 'system:anonymous';
  const allowed = !anonymous || (Array.isArray(groups) && groups.includes(AUTHENTICATED));
  return { status: { allowed } };
}

function userInfo({ name, uid, groups }: User): object {
  return { username: name, ...(uid !== undefined && { uid }), groups };
}
