import { resourceOf } from '../kinds/served-kind.ts';
import { negotiate } from './accept.ts';
import { handleResource } from './resource-handler.ts';
import { answerLog } from './pod-log.ts';
import { handleScale } from './scales.ts';
import { answerTokenRequest } from './token-requests.ts';
import { methodNotAllowed, methodNotSupported, noSuchResource, notFound, StatusError } from './status.ts';
import { handleUpdate } from './writes.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { ApiRequest, ApiResponse, Caller } from './exchange.ts';
import type { RequestInfo } from './request-info.ts';
import type { ResourceRequest } from './resource-request.ts';
import type { Served } from './route.ts';

/** Answers what lies below an object, but for its status and what is answered without being stored. */
export async function handleSubresource(
  served: Served,
  kind: ServedKind,
  info: RequestInfo,
  request: ApiRequest,
  caller: Caller,
): Promise<ApiResponse> {
  if (kind.deprecationWarning) caller.warn(kind.deprecationWarning);
  const sub = kind.subresources.find(({ name }) => name === info.subresource);
  if (!sub) throw kind.custom ? notFound(resourceOf(kind), info.name) : noSuchResource();
  const { api, tokens } = served;
  if (kind.collection === '/serviceaccounts' && sub.name === 'token') {
    const plain = negotiate(request.header('accept'), request.query, request.header('user-agent'));
    return answerTokenRequest(tokens.accounts, { api, kind, info, request, caller, as: plain });
  }
  if (sub.name === 'log' && served.logs) return answerLog(api, served.logs, info, request);
  if (!SERVED.has(sub.name)) {
    const message = `the embedded cluster does not serve ${kind.plural}/${sub.name}: it runs no containers`;
    throw new StatusError(501, 'NotImplemented', message);
  }
  if (!METHODS.has(request.method)) throw refusedMethod(kind, request.method);
  if (sub.name === 'status') return handleResource(api, kind, info, request, caller);
  const as = negotiate(request.header('accept'), request.query, request.header('user-agent'), kind.custom);
  const resource: ResourceRequest = { api, kind, info, request, caller, as };
  if (sub.name === 'scale') return handleScale(resource, sub);
  if (request.method === 'PUT') return handleUpdate(resource);
  throw methodNotAllowed();
}

const SERVED = new Set(['status', 'scale', 'finalize']);

/** All that subresources offer here. */
const METHODS = new Set(['GET', 'PUT', 'PATCH']);

const VERBS: Readonly<Record<string, string>> = { POST: 'create', DELETE: 'delete' };

function refusedMethod(kind: ServedKind, method: string): Error {
  return kind.custom ? methodNotSupported(resourceOf(kind), VERBS[method] ?? method) : methodNotAllowed();
}
