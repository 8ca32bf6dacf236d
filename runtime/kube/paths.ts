import type { KubernetesObject, ResourceType } from './types.ts';

/** `apps/v1`, or `v1` for the core group. */
export function apiVersionOf({ group, version }: Pick<ResourceType, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `deployments.apps`, or `services` for the core group: a kind's name in messages, metrics and indexes. */
export function resourceName({ plural, group }: Pick<ResourceType, 'plural' | 'group'>): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** `namespace/name`, or the name alone for cluster scope: an object's key in every cache and queue. */
export function keyOf(object: Pick<KubernetesObject, 'metadata'>): string {
  return objectKey(object.metadata.name, object.metadata.namespace);
}

export function objectKey(name: string, namespace: string | undefined): string {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

export function splitKey(key: string): { namespace: string | undefined; name: string } {
  const slash = key.indexOf('/');
  return slash < 0
    ? { namespace: undefined, name: key }
    : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The URL path of a collection. Without a namespace: of the whole cluster. */
export function collectionPath(type: ResourceType, namespace?: string): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const scope = type.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${type.plural}`;
}

export function objectPath(type: ResourceType, name: string, namespace?: string, subresource?: string): string {
  const object = `${collectionPath(type, namespace)}/${encodeURIComponent(name)}`;
  return subresource === undefined ? object : `${object}/${subresource}`;
}
