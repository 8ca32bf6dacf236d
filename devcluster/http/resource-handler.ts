import { negotiate } from './accept.ts';
import { handleDelete, handleDeleteCollection } from './deletes.ts';
import { handleGet, handleList } from './reads.ts';
import { methodNotAllowed } from './status.ts';
import { handleCreate, handlePatch, handleUpdate } from './writes.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { Api } from '../verbs/api.ts';
import type { ApiRequest, ApiResponse, Caller } from './exchange.ts';
import type { RequestInfo } from './request-info.ts';
import type { ResourceRequest } from './resource-request.ts';

/** Answers a request for a resource itself, or its `status`. */
export async function handleResource(
  api: Api,
  kind: ServedKind,
  info: RequestInfo,
  request: ApiRequest,
  caller: Caller,
): Promise<ApiResponse> {
  const as = negotiate(request.header('accept'), request.query, request.header('user-agent'), kind.custom);
  const resource: ResourceRequest = { api, kind, info, request, caller, as };
  if (kind.deprecationWarning) caller.warn(kind.deprecationWarning);
  const named = info.name !== '';
  switch (request.method) {
    case 'GET':
      return named && !info.watchPath ? handleGet(resource) : handleList(resource);
    case 'POST':
      if (named) throw methodNotAllowed();
      return handleCreate(resource);
    // The routes of built-in kinds know no such request; that of custom resources takes it, and then misses the name.
    case 'PUT':
      if (!named && !kind.custom) throw methodNotAllowed();
      return handleUpdate(resource);
    case 'PATCH':
      if (!named && !kind.custom) throw methodNotAllowed();
      return handlePatch(resource);
    case 'DELETE':
      return named ? handleDelete(resource) : handleDeleteCollection(resource);
    default:
      throw methodNotAllowed();
  }
}
