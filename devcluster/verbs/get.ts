import { notFound } from '../http/status.ts';
import { resourceOf } from '../kinds/served-kind.ts';
import { objectKey } from '../store/object.ts';
import { checkNotInFuture, parseVersion } from './versions.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { ApiObject } from '../store/object.ts';
import type { Api } from './api.ts';

/** GET of one object, in the version of `kind`. `resourceVersion`: at least that new, which the latest always is. */
export function get(
  api: Api,
  kind: ServedKind,
  namespace: string | undefined,
  name: string,
  resourceVersion = '',
): ApiObject {
  checkNotInFuture(api, parseVersion(resourceVersion, true));
  const stored = api.store.collection(kind.collection).get(objectKey(namespace, name));
  if (!stored) throw notFound(resourceOf(kind), name);
  return kind.fromStorage(stored);
}
