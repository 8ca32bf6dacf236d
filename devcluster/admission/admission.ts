import { admitPod, PODS } from './pods.ts';
import { assignAddresses, SERVICES } from './service-addresses.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { ApiObject, Draft } from '../store/object.ts';
import type { Api } from '../verbs/api.ts';

/** What the cluster adds to a new object by itself, before it is validated. The writer is not held to have written it. */
export function completeNew(api: Api, kind: ServedKind, draft: Draft): void {
  if (kind.collection === PODS) admitPod(api, draft);
  if (kind.collection === SERVICES) assignAddresses(api, draft);
}

/** The same for a changed object. */
export function completeChanged(api: Api, kind: ServedKind, draft: Draft, old: ApiObject): void {
  if (kind.collection === SERVICES) assignAddresses(api, draft, old);
}
