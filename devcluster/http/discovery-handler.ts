import { apiGroup, apiGroupList, apiResourceList, apiVersions, groupDiscoveryList } from '../kinds/discovery.ts';
import { mediaRanges, negotiate } from './accept.ts';
import { CONTENT_TYPES, encode } from './render.ts';
import { methodNotAllowed, noSuchResource } from './status.ts';
import type { Document } from '../kinds/documents.ts';
import type { ApiRequest, PlainResponse } from './exchange.ts';
import type { Served } from './route.ts';

/** Answers `/api`, `/apis` and what of them is no resource; undefined for other paths, and for groups that are not served. */
export function answerDiscovery(served: Served, request: ApiRequest): PlainResponse | undefined {
  const [root, group, version, ...more] = request.path.split('/').filter((part) => part !== '');
  if ((root !== 'api' && root !== 'apis') || more.length > 0) return undefined;
  const { documents, address } = served;
  // The documents of all groups and of one are answered whatever the method.
  if (request.method !== 'GET' && (root === 'api' || version !== undefined)) throw methodNotAllowed();
  if (root === 'api') {
    if (group === undefined) {
      return (
        aggregated(served, request, true) ??
        plain(
          request,
          documents.get('/api', () => apiVersions(address())),
        )
      );
    }
    const list =
      version === undefined ? documents.get(request.path, (kinds) => apiResourceList(kinds, '', group)) : undefined;
    return plain(request, list) ?? unknownVersion(served, '');
  }
  if (group === undefined) {
    return aggregated(served, request, false) ?? plain(request, documents.get('/apis', apiGroupList));
  }
  if (version === undefined)
    return plain(
      request,
      documents.get(request.path, (kinds) => apiGroup(kinds, group)),
    );
  const list = documents.get(request.path, (kinds) => apiResourceList(kinds, group, version));
  return plain(request, list) ?? unknownVersion(served, group);
}

/** A version that a built-in group does not have is told so; other groups are not known at all. */
function unknownVersion({ api }: Served, group: string): undefined {
  if (api.kinds.isNativeGroup(group)) throw noSuchResource();
}

/** One document for all groups, where the client knows that form. */
function aggregated({ documents }: Served, request: ApiRequest, core: boolean): PlainResponse | undefined {
  for (const { type, parameters } of mediaRanges(request.header('accept') ?? '')) {
    if (type !== 'application/json') continue;
    if (!parameters.has('as')) return undefined;
    const version = parameters.get('v');
    if (parameters.get('as') !== 'APIGroupDiscoveryList' || (version !== 'v2' && version !== 'v2beta1')) continue;
    const apiVersion = `apidiscovery.k8s.io/${version}`;
    const key = `aggregated ${version} ${core ? 'core' : 'groups'}`;
    const document = documents.get(key, (kinds) => groupDiscoveryList(kinds, core, apiVersion));
    if (!document) return undefined;
    const contentType = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
    const headers = { 'content-type': contentType, vary: 'Accept', etag: `"${document.hash}"` };
    if (request.header('if-none-match') === headers.etag) return { status: 304, headers, body: '' };
    return { status: 200, headers, body: document.text };
  }
  return undefined;
}

function plain(request: ApiRequest, document: Document | undefined): PlainResponse | undefined {
  if (!document) return undefined;
  const as = negotiate(request.header('accept'), request.query, request.header('user-agent'));
  const body = as.format === 'json' && !as.pretty ? document.text : encode(document.value, as);
  return { status: 200, headers: { 'content-type': CONTENT_TYPES[as.format] }, body };
}
