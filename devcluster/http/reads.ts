import { get } from '../verbs/get.ts';
import { list } from '../verbs/list.ts';
import { listQuery } from './query.ts';
import { presentList } from './render.ts';
import { answer, answerObject, demand, namespaceOf, selectionOf, tableQuery } from './resource-request.ts';
import { handleWatch } from './watch-handler.ts';
import type { ApiResponse } from './exchange.ts';
import type { ResourceRequest } from './resource-request.ts';

/** GET of one object. */
export function handleGet(resource: ResourceRequest): ApiResponse {
  demand(resource, 'get');
  const { api, kind, info, request } = resource;
  const version = request.query.get('resourceVersion') ?? '';
  return answerObject(resource, get(api, kind, namespaceOf(resource), info.name, version));
}

/** GET of a collection, or a watch. */
export function handleList(resource: ResourceRequest): ApiResponse {
  const query = listQuery(resource.request.query, resource.info.watchPath);
  const selection = selectionOf(resource, query);
  if (query.watch) {
    demand(resource, 'watch');
    return handleWatch(resource, selection, query);
  }
  demand(resource, 'list');
  const page = list(resource.api, selection, query);
  return answer(resource, presentList(resource.kind, page, resource.as, tableQuery(resource)));
}
