import { forbidden, notFound, StatusError } from '../http/status.ts';
import { resourceOf } from '../kinds/served-kind.ts';
import { stringAt } from '../schema/json.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { Api } from '../verbs/api.ts';

/** The collection of all namespaces. */
export const NAMESPACES = '/namespaces';

const NEVER_DELETED = new Set(['default', 'kube-system', 'kube-public']);

/** Refuses new objects in a namespace that is not there, or is on its way out. Source: the NamespaceLifecycle plugin. */
export function admitCreate(api: Api, kind: ServedKind, namespace: string | undefined, name: string): void {
  if (!namespace || !kind.namespaced) return;
  const found = api.store.collection(NAMESPACES).get(namespace);
  if (!found) throw notFound({ group: '', resource: 'namespaces' }, namespace);
  if (stringAt(found, 'status', 'phase') !== 'Terminating') return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const message = `namespace ${namespace} is being terminated`;
  throw forbidden(resourceOf(kind), name, why, [
    { reason: 'NamespaceTerminating', message, field: 'metadata.namespace' },
  ]);
}

/** Whether the API refused to create something because its namespace is on its way out: all of it will be gone. */
export function isNamespaceTerminating(error: unknown): boolean {
  return (
    error instanceof StatusError &&
    (error.status.details?.causes ?? []).some(({ reason }) => reason === 'NamespaceTerminating')
  );
}

export function admitDelete(kind: ServedKind, name: string): void {
  if (kind.collection === NAMESPACES && NEVER_DELETED.has(name)) {
    throw forbidden(resourceOf(kind), name, 'this namespace may not be deleted');
  }
}
