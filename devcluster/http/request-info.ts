/** What a path of the API is about. Source: k8s.io/apiserver/pkg/endpoints/request/requestinfo.go. */
export interface RequestInfo {
  /** Whether the path names a resource; if not, nothing but `path` counts. */
  readonly isResource: boolean;
  readonly path: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** The deprecated `/watch/` paths: a watch without the parameter. */
  readonly watchPath: boolean;
}

/** Paths below a namespace's name that belong to the namespace itself. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

export function parsePath(path: string): RequestInfo {
  const parts = decode(path)
    .split('/')
    .filter((part) => part !== '');
  const root = parts.shift();
  const core = root === 'api';
  const nothing = {
    isResource: false,
    path,
    group: '',
    version: '',
    resource: '',
    subresource: '',
    namespace: '',
    name: '',
    watchPath: false,
  };
  if (!core && root !== 'apis') return nothing;
  const group = core ? '' : (parts.shift() ?? '');
  const version = parts.shift() ?? '';
  const watchPath = parts[0] === 'watch';
  if (watchPath) parts.shift();
  if (parts.length === 0) return nothing;

  let namespace = '';
  if (parts[0] === 'namespaces' && parts.length > 1) {
    namespace = parts[1] ?? '';
    // `/namespaces/x` and its subresources are about the namespace; all else is about what is in it.
    if (parts.length > 2 && !NAMESPACE_SUBRESOURCES.has(parts[2] ?? '')) parts.splice(0, 2);
  }
  const [resource = '', name = '', ...subresource] = parts;
  return {
    isResource: true,
    path,
    group,
    version,
    resource,
    subresource: subresource.join('/'),
    namespace: resource === 'namespaces' && core ? '' : namespace,
    name,
    watchPath,
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
