import type { ResourceType } from '../../runtime/kube/types.ts';

const V1 = { version: 'v1', namespaced: true } as const;
const core = (kind: string, plural: string): ResourceType => ({ ...V1, group: '', kind, plural });
const apps = (kind: string, plural: string): ResourceType => ({ ...V1, group: 'apps', kind, plural });

// Kubernetes' own kinds that the commands ask for. Those of manifests and of a project's API are looked up on the cluster.
export const CONFIG_MAPS = core('ConfigMap', 'configmaps');
export const EVENTS = core('Event', 'events');
export const PODS = core('Pod', 'pods');
export const SERVICE_ACCOUNTS = core('ServiceAccount', 'serviceaccounts');
export const NAMESPACES: ResourceType = { ...core('Namespace', 'namespaces'), namespaced: false };
export const DEPLOYMENTS = apps('Deployment', 'deployments');
export const REPLICA_SETS = apps('ReplicaSet', 'replicasets');
export const LEASES: ResourceType = { ...V1, group: 'coordination.k8s.io', kind: 'Lease', plural: 'leases' };
export const CUSTOM_RESOURCE_DEFINITIONS: ResourceType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};
