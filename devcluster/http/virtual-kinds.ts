import { negotiate } from './accept.ts';
import { answer } from './resource-request.ts';
import { answerReview, isReview } from './reviews.ts';
import { methodNotAllowed, StatusError } from './status.ts';
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
  if (isReview(kind.kind)) return answerReview(served, resource);
  throw new StatusError(
    501,
    'NotImplemented',
    `the embedded cluster does not serve ${kind.kind}: it runs no containers`,
  );
}
