import { answerDiscovery } from './discovery-handler.ts';
import { answerOpenApi } from './openapi-handler.ts';
import { handleResource } from './resource-handler.ts';
import { answerServerInfo } from './server-info.ts';
import { badRequest, noSuchResource } from './status.ts';
import { handleSubresource } from './subresources.ts';
import { answerVirtual } from './virtual-kinds.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { Documents } from '../kinds/documents.ts';
import type { Api } from '../verbs/api.ts';
import type { PodLogs } from '../controllers/workloads/pod-logs.ts';
import type { Tokens } from '../auth/tokens.ts';
import type { ApiRequest, ApiResponse, Caller } from './exchange.ts';
import type { RequestInfo } from './request-info.ts';

/** All that is served. */
export interface Served {
  readonly api: Api;
  /** Discovery and OpenAPI documents, made of the kinds that are served. */
  readonly documents: Documents;
  readonly tokens: Tokens;
  /** What the containers of pods have printed; undefined: no pod runs. */
  readonly logs?: PodLogs | undefined;
  /** `127.0.0.1:6443` */
  readonly address: () => string;
}

const NOT_FOUND: ApiResponse = {
  status: 404,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: '404 page not found\n',
};

/** Finds who answers a path. Throws a StatusError. */
export async function route(
  served: Served,
  info: RequestInfo,
  request: ApiRequest,
  caller: Caller,
): Promise<ApiResponse> {
  if (!info.isResource) {
    return (
      answerServerInfo(served, request) ??
      answerDiscovery(served, request) ??
      answerOpenApi(served, request) ??
      NOT_FOUND
    );
  }
  const { kinds } = served.api;
  const kind = kinds.find(info.group, info.version, info.resource);
  if (!kind) {
    if (kinds.isNativeGroup(info.group)) throw noSuchResource();
    return NOT_FOUND;
  }
  if (!fitsScope(kind, info, request)) {
    if (kind.custom) return NOT_FOUND;
    throw noSuchResource();
  }
  if (info.name === '.' || info.name === '..') {
    throw badRequest(`Name parameter invalid: "${info.name}": may not be '${info.name}'`);
  }
  const virtual = await answerVirtual(served, kind, info, request, caller);
  if (virtual) return virtual;
  if (info.subresource !== '') return handleSubresource(served, kind, info, request, caller);
  return handleResource(served.api, kind, info, request, caller);
}

/** Objects of a namespace are below it; only collections may be about all namespaces, and not every verb then. */
function fitsScope(
  { namespaced, custom }: ServedKind,
  { namespace, name }: RequestInfo,
  { method }: ApiRequest,
): boolean {
  if (!namespaced) return namespace === '';
  if (namespace !== '') return true;
  return name === '' && (method === 'GET' || !custom);
}
