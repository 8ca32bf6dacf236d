import { groupOf, type Manifest } from './manifest.ts';

/** What has to be there before what: the lower comes first. */
const RANKS: Readonly<Record<string, number>> = {
  ' Namespace': 0,
  'apiextensions.k8s.io CustomResourceDefinition': 1,
  ' ServiceAccount': 2,
  'rbac.authorization.k8s.io Role': 3,
  'rbac.authorization.k8s.io ClusterRole': 3,
  'rbac.authorization.k8s.io RoleBinding': 4,
  'rbac.authorization.k8s.io ClusterRoleBinding': 4,
  ' ConfigMap': 5,
  ' Secret': 5,
  ' PersistentVolumeClaim': 5,
  'scheduling.k8s.io PriorityClass': 5,
  'apps Deployment': 6,
};
const REST = 7;

export function rankOf(object: Pick<Manifest, 'kind' | 'apiVersion' | 'metadata'>): number {
  return RANKS[`${groupOf(object)} ${object.kind}`] ?? REST;
}

/** In the order in which they are applied; of one rank as the manifests have it. */
export function inOrder<T extends Manifest>(manifests: readonly T[]): readonly T[] {
  return manifests.toSorted((a, b) => rankOf(a) - rankOf(b));
}
