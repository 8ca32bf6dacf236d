import type { Cache } from '../cache/cache.ts';
import type { KubernetesObject, ResourceType } from '../kube/types.ts';

export const configMaps: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};

/** An object as a server would send it; its uid follows from its name unless given. */
export function object(
  name: string,
  resourceVersion: number,
  more: {
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly namespace?: string;
    readonly data?: unknown;
  } = {},
): KubernetesObject & { readonly data?: unknown } {
  const { uid = `uid-${name}`, labels, namespace = 'default', data } = more;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, uid, resourceVersion: String(resourceVersion), ...(labels && { labels }) },
    ...(data !== undefined && { data }),
  };
}

/** A list comes to its end that had these objects. */
export function replaceBy(cache: Cache, objects: readonly KubernetesObject[], resourceVersion: string): void {
  cache.replace(
    objects.map((each) => cache.keep(each)),
    resourceVersion,
  );
}
