/** Objects and what their writers want to change in them afterwards: what may not change is refused. */
import type { JsonObject } from '../../devcluster/schema/json.ts';

export interface UpdateEntry {
  /** The collection's path. */
  readonly path: string;
  readonly object: JsonObject;
  /** Merge patches, each tried with the object as it was created. */
  readonly changes: readonly JsonObject[];
}

const CORE = '/api/v1/namespaces/default';
const APPS = '/apis/apps/v1/namespaces/default';
const BATCH = '/apis/batch/v1/namespaces/default';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

const app = { app: 'web' };
const selector = { matchLabels: app };
const template = (spec: JsonObject = {}): JsonObject => ({
  metadata: { labels: app },
  spec: { containers: [{ name: 'web', image: 'nginx' }], ...spec },
});
const otherTemplate = { spec: { containers: [{ name: 'web', image: 'other' }] } };
const otherLabels = { metadata: { labels: { app: null, other: 'x' } } };

const claim = {
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};

const metadata = [
  { metadata: { labels: { 'a b': 'c' } } },
  { metadata: { annotations: { 'a b': 'c' } } },
  { metadata: { finalizers: ['short'] } },
  { metadata: { finalizers: ['a b/c'] } },
  { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: '', uid: '' }] } },
  { metadata: { generateName: 'x-' } },
  { metadata: { creationTimestamp: '2020-01-01T00:00:00Z' } },
];

function entry(path: string, apiVersion: string, kind: string, object: JsonObject, changes: JsonObject[]): UpdateEntry {
  return { path, object: { apiVersion, kind, metadata: { name: 'sample' }, ...object }, changes };
}

const DEPLOYED = { spec: { selector, template: template() } };
const BINDING = { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' } };

export const UPDATES: readonly UpdateEntry[] = [
  entry(`${CORE}/configmaps`, 'v1', 'ConfigMap', { data: { a: 'b' }, immutable: true }, [
    ...metadata,
    { data: { a: 'c' } },
    { data: { b: 'c' } },
    { data: null },
    { binaryData: { c: 'AAAA' } },
    { immutable: null },
    { immutable: false },
    { metadata: { labels: { fine: 'x' } } },
  ]),
  entry(`${CORE}/secrets`, 'v1', 'Secret', { data: { a: 'AAAA' }, immutable: true }, [
    { data: { a: 'AAAB' } },
    { stringData: { b: 'x' } },
    { immutable: false },
    { type: 'other' },
  ]),
  entry(`${CORE}/secrets`, 'v1', 'Secret', { data: { a: 'AAAA' } }, [
    { type: 'kubernetes.io/tls' },
    { type: 'example.com/x' },
    { data: { 'a b': 'AAAA' } },
  ]),
  entry(`${APPS}/deployments`, 'apps/v1', 'Deployment', DEPLOYED, [
    ...metadata,
    { spec: { selector: { matchLabels: { app: 'x' } } } },
    { spec: { selector: { matchLabels: { app: null, other: 'x' } }, template: otherLabels } },
    { spec: { selector: null } },
    { spec: { template: otherTemplate } },
    { spec: { template: otherLabels } },
    { spec: { replicas: -1 } },
    { spec: { strategy: { type: 'Recreate' } } },
    { spec: { strategy: { type: 'Recreate', rollingUpdate: null } } },
  ]),
  entry(`${APPS}/replicasets`, 'apps/v1', 'ReplicaSet', DEPLOYED, [
    { spec: { selector: { matchLabels: { app: 'x' } } } },
    { spec: { selector: { matchLabels: { app: null, other: 'x' } }, template: otherLabels } },
    { spec: { template: otherTemplate } },
  ]),
  entry(`${APPS}/daemonsets`, 'apps/v1', 'DaemonSet', DEPLOYED, [
    { spec: { selector: { matchLabels: { app: 'x' } } } },
    { spec: { selector: { matchLabels: { app: null, other: 'x' } }, template: otherLabels } },
    { spec: { template: otherTemplate } },
    { spec: { updateStrategy: { type: 'OnDelete', rollingUpdate: null } } },
  ]),
  entry(
    `${APPS}/statefulsets`,
    'apps/v1',
    'StatefulSet',
    { spec: { selector, serviceName: 'web', template: template(), volumeClaimTemplates: [claim] } },
    [
      { spec: { selector: { matchLabels: { app: null, other: 'x' } }, template: otherLabels } },
      { spec: { serviceName: 'x' } },
      { spec: { podManagementPolicy: 'Parallel' } },
      { spec: { volumeClaimTemplates: [{ ...claim, metadata: { name: 'x' } }] } },
      { spec: { template: otherTemplate, replicas: 3, minReadySeconds: 5 } },
      { spec: { updateStrategy: { type: 'OnDelete', rollingUpdate: null }, revisionHistoryLimit: 2 } },
      { spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' }, ordinals: { start: 1 } } },
      { spec: { serviceName: 'x', replicas: -1 } },
    ],
  ),
  entry(
    `${BATCH}/jobs`,
    'batch/v1',
    'Job',
    { spec: { template: template({ restartPolicy: 'Never' }), completions: 2 } },
    [
      { spec: { template: otherTemplate } },
      { spec: { completions: 3 } },
      { spec: { completionMode: 'Indexed' } },
      { spec: { selector: { matchLabels: { other: 'x' } } } },
      {
        spec: { parallelism: 3, backoffLimit: 2, activeDeadlineSeconds: 5, suspend: true, ttlSecondsAfterFinished: 1 },
      },
      { spec: { backoffLimitPerIndex: 1 } },
      { spec: { managedBy: 'example.com/x' } },
      { spec: { manualSelector: true } },
      { spec: { parallelism: -1 } },
    ],
  ),
  entry(
    `${BATCH}/jobs`,
    'batch/v1',
    'Job',
    {
      spec: {
        template: template({ restartPolicy: 'Never' }),
        completions: 2,
        parallelism: 2,
        completionMode: 'Indexed',
        suspend: true,
      },
    },
    [
      { spec: { completions: 3 } },
      { spec: { completions: 3, parallelism: 3 } },
      { spec: { template: otherTemplate } },
      { spec: { template: { spec: { nodeSelector: { a: 'b' } } } } },
      {
        spec: { template: { spec: { tolerations: [{ operator: 'Exists' }] }, metadata: { annotations: { a: 'b' } } } },
      },
    ],
  ),
  entry(
    `${BATCH}/cronjobs`,
    'batch/v1',
    'CronJob',
    { spec: { schedule: '* * * * *', jobTemplate: { spec: { template: template({ restartPolicy: 'Never' }) } } } },
    [
      { spec: { schedule: 'x' } },
      { spec: { schedule: 'TZ=UTC * * * * *' } },
      { spec: { timeZone: 'Mars' } },
      { spec: { timeZone: 'Europe/Berlin', suspend: true } },
      { spec: { jobTemplate: { spec: { template: otherTemplate } } } },
    ],
  ),
  entry(`${CORE}/persistentvolumeclaims`, 'v1', 'PersistentVolumeClaim', { spec: claim.spec }, [
    { spec: { accessModes: ['ReadWriteMany'] } },
    { spec: { resources: { requests: { storage: '2Gi' } } } },
    { spec: { volumeMode: 'Block' } },
    { metadata: { labels: { a: 'b' } } },
  ]),
  entry(`${CORE}/services`, 'v1', 'Service', { spec: { ports: [{ port: 80 }] } }, [
    { spec: { clusterIP: '10.96.200.1' } },
    { spec: { clusterIP: 'None' } },
    { spec: { clusterIP: null } },
    { spec: { clusterIP: null, clusterIPs: null } },
    { spec: { clusterIP: '', clusterIPs: [] } },
    { spec: { ports: [{ port: 81 }], selector: { a: 'b' } } },
    { spec: { type: 'NodePort' } },
    { spec: { type: 'LoadBalancer', loadBalancerClass: 'example.com/x', externalTrafficPolicy: 'Local' } },
    { spec: { type: 'ExternalName', externalName: 'example.com' } },
    { spec: { ipFamilies: ['IPv6'] } },
    { spec: { ipFamilyPolicy: 'RequireDualStack' } },
    { spec: { sessionAffinity: 'ClientIP' } },
  ]),
  entry(
    `${CORE}/services`,
    'v1',
    'Service',
    { spec: { type: 'LoadBalancer', loadBalancerClass: 'example.com/x', ports: [{ port: 80 }] } },
    [
      { spec: { loadBalancerClass: 'example.com/y' } },
      { spec: { loadBalancerClass: null } },
      { spec: { type: 'ClusterIP' } },
      { spec: { type: 'NodePort', allocateLoadBalancerNodePorts: null } },
      { spec: { allocateLoadBalancerNodePorts: false } },
      { spec: { externalTrafficPolicy: 'Local' } },
    ],
  ),
  entry(`${CORE}/services`, 'v1', 'Service', { spec: { clusterIP: 'None', ports: [{ port: 80 }], selector: app } }, [
    { spec: { clusterIP: null, clusterIPs: null } },
    { spec: { clusterIP: '10.96.200.2' } },
    { spec: { type: 'NodePort' } },
    { spec: { selector: { app: 'x' } } },
  ]),
  entry(`${RBAC}/namespaces/default/rolebindings`, 'rbac.authorization.k8s.io/v1', 'RoleBinding', BINDING, [
    { roleRef: { name: 'edit' } },
    { roleRef: { kind: 'Role' } },
    { subjects: [{ kind: 'User', name: 'a', apiGroup: 'rbac.authorization.k8s.io' }] },
    { subjects: [{}], roleRef: { name: '' } },
  ]),
  entry(`${RBAC}/clusterrolebindings`, 'rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', BINDING, [
    { roleRef: { name: 'edit' } },
  ]),
  entry(
    '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
    'policy/v1',
    'PodDisruptionBudget',
    { spec: { minAvailable: 1, selector } },
    [{ spec: { minAvailable: 2, selector: { matchLabels: { a: 'b' } } } }, { spec: { maxUnavailable: 1 } }],
  ),
  entry('/apis/coordination.k8s.io/v1/namespaces/default/leases', 'coordination.k8s.io/v1', 'Lease', { spec: {} }, [
    { spec: { leaseDurationSeconds: 0 } },
    { spec: { holderIdentity: 'me', leaseDurationSeconds: 15 } },
  ]),
];
