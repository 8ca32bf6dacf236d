import type { KubernetesObject, ManagedFieldsEntry } from '../../runtime/kube/types.ts';

/** An object without what changes by itself, to be compared with what would become of it; who set which field does count. */
export function comparable(object: KubernetesObject): object {
  const { managedFields = [], resourceVersion: _version, generation: _generation, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: {
      ...metadata,
      managedFields: managedFields
        .map(({ time: _time, ...entry }) => entry)
        .toSorted((a, b) => keyOf(a).localeCompare(keyOf(b))),
    },
  };
}

const keyOf = ({ manager, operation, subresource }: ManagedFieldsEntry): string =>
  `${manager} ${operation} ${subresource}`;

/** An object as people compare it: without bookkeeping and status, and of a Secret without its values. */
export function readable(object: KubernetesObject): object {
  const { metadata, ...rest } = object;
  const {
    managedFields: _fields,
    resourceVersion: _version,
    generation: _generation,
    uid: _uid,
    creationTimestamp: _created,
    ...shown
  } = metadata;
  const { status: _status, ...body } = rest as Omit<KubernetesObject, 'metadata'> & { readonly status?: unknown };
  return { apiVersion: object.apiVersion, kind: object.kind, metadata: shown, ...body };
}
