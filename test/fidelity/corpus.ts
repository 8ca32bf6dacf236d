/** Objects of built-in kinds, as people write them: sparse, full, and wrong in one way each. */
import type { JsonObject } from '../../devcluster/schema/json.ts';

export interface CorpusEntry {
  /** Path of the collection. */
  readonly path: string;
  readonly object: JsonObject;
}

const CORE = '/api/v1/namespaces/default';
const APPS = '/apis/apps/v1/namespaces/default';
const BATCH = '/apis/batch/v1/namespaces/default';
const NETWORKING = '/apis/networking.k8s.io/v1/namespaces/default';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

const app = { app: 'web' };
const container = { name: 'web', image: 'nginx' };
const template = (spec: JsonObject = {}, labels: JsonObject = app): JsonObject => ({
  metadata: { labels },
  spec: { containers: [container], ...spec },
});
const selector = { matchLabels: app };

function entries(path: string, apiVersion: string, kind: string, bodies: readonly JsonObject[]): CorpusEntry[] {
  return bodies.map((body) => ({
    path,
    object: {
      apiVersion,
      kind,
      ...body,
      metadata: { name: 'sample', ...(body['metadata'] as JsonObject | undefined) },
    },
  }));
}

export const RICH_POD: JsonObject = {
  initContainers: [{ name: 'init', image: 'busybox:1.36', command: ['true'], resources: { limits: { cpu: '1' } } }],
  containers: [
    {
      name: 'web',
      image: 'registry.example.com:5000/team/web:v1',
      args: ['--port', '8080'],
      ports: [
        { containerPort: 8080, name: 'http' },
        { containerPort: 53, protocol: 'UDP' },
      ],
      env: [
        { name: 'A', value: 'a' },
        { name: 'EMPTY', value: '' },
        { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
        { name: 'CM', valueFrom: { configMapKeyRef: { name: 'cm', key: 'k' } } },
      ],
      envFrom: [{ secretRef: { name: 's' } }],
      resources: { limits: { cpu: '1000m', memory: '0.5Gi' }, requests: { cpu: 0.1, memory: '512Mi' } },
      livenessProbe: { httpGet: { port: 8080 } },
      readinessProbe: { tcpSocket: { port: 'http' }, initialDelaySeconds: 0, periodSeconds: 5 },
      startupProbe: { grpc: { port: 9000 }, failureThreshold: 30 },
      lifecycle: { preStop: { exec: { command: ['sleep', '5'] } }, postStart: { httpGet: { port: 80, path: '/x' } } },
      volumeMounts: [
        { name: 'data', mountPath: '/data', readOnly: false },
        { name: 'cfg', mountPath: '/cfg' },
      ],
      securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    },
    { name: 'side', image: 'busybox', imagePullPolicy: 'Never', stdin: false, tty: true },
    { name: 'digest', image: 'busybox@sha256:0123456789012345678901234567890123456789012345678901234567890123' },
  ],
  volumes: [
    { name: 'data' },
    { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
    { name: 'cfg', configMap: { name: 'cm', items: [{ key: 'a', path: 'b' }] } },
    { name: 'sec', secret: { secretName: 's' } },
    { name: 'host', hostPath: { path: '/tmp' } },
    { name: 'down', downwardAPI: { items: [{ path: 'l', fieldRef: { fieldPath: 'metadata.labels' } }] } },
    {
      name: 'proj',
      projected: {
        sources: [{ serviceAccountToken: { path: 't' } }, { configMap: { name: 'x' } }, { secret: { name: 'y' } }],
      },
    },
    { name: 'pvc', persistentVolumeClaim: { claimName: 'c', readOnly: false } },
  ],
  serviceAccountName: 'sa',
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoSchedule' }],
  affinity: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 100, podAffinityTerm: { topologyKey: 'zone', labelSelector: { matchLabels: app } } },
      ],
    },
  },
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: selector },
  ],
  terminationGracePeriodSeconds: 0,
  hostAliases: [{ ip: '127.0.0.1', hostnames: ['a'] }],
  imagePullSecrets: [{ name: 'pull' }],
  securityContext: { fsGroup: 0, seccompProfile: { type: 'RuntimeDefault' } },
  dnsConfig: { options: [{ name: 'ndots', value: '2' }] },
  enableServiceLinks: false,
  automountServiceAccountToken: false,
};

/** All of these are accepted. */
export const ACCEPTED: readonly CorpusEntry[] = [
  ...entries(`${CORE}/configmaps`, 'v1', 'ConfigMap', [
    {},
    { data: { a: 'b', empty: '' }, binaryData: { c: 'AAEC' } },
    { data: {}, immutable: false },
    { immutable: true, metadata: { labels: { a: '' }, annotations: { 'x/y': 'z' }, finalizers: ['example.com/f'] } },
    {
      metadata: {
        ownerReferences: [
          { apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'u', controller: true, blockOwnerDeletion: false },
        ],
      },
    },
  ]),
  ...entries(`${CORE}/secrets`, 'v1', 'Secret', [
    {},
    { data: { a: 'YQ==' }, stringData: { b: 'c', a: 'override' } },
    { type: 'kubernetes.io/tls', data: { 'tls.crt': '', 'tls.key': 'YQ==' } },
    { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': '{}' } },
    { type: 'kubernetes.io/basic-auth', stringData: { username: 'a' } },
    { type: 'example.com/own', immutable: true },
  ]),
  ...entries(`${CORE}/serviceaccounts`, 'v1', 'ServiceAccount', [
    {},
    { automountServiceAccountToken: false, imagePullSecrets: [{ name: 'a' }], secrets: [{ name: 's' }] },
  ]),
  ...entries(`${CORE}/services`, 'v1', 'Service', [
    { spec: { ports: [{ port: 80 }] } },
    {
      spec: {
        selector: app,
        ports: [
          { port: 80, targetPort: 'http', name: 'http' },
          { port: 443, targetPort: 8443, name: 'https', protocol: 'TCP' },
        ],
      },
    },
    { spec: { clusterIP: 'None', selector: app } },
    { spec: { clusterIP: 'None', ports: [{ port: 80, appProtocol: 'h2c' }], publishNotReadyAddresses: true } },
    { spec: { type: 'ExternalName', externalName: 'example.com' } },
    { spec: { type: 'NodePort', ports: [{ port: 80 }], externalTrafficPolicy: 'Local' } },
    {
      spec: {
        type: 'LoadBalancer',
        ports: [{ port: 80 }],
        loadBalancerSourceRanges: ['10.0.0.0/8'],
        allocateLoadBalancerNodePorts: false,
      },
    },
    { spec: { sessionAffinity: 'ClientIP', ports: [{ port: 80 }] } },
    { spec: { externalIPs: ['1.2.3.4'], ports: [{ port: 80 }], internalTrafficPolicy: 'Local' } },
  ]),
  ...entries(`${CORE}/persistentvolumeclaims`, 'v1', 'PersistentVolumeClaim', [
    { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
    {
      spec: {
        accessModes: ['ReadWriteMany'],
        resources: { requests: { storage: '1.5Gi' } },
        storageClassName: '',
        volumeMode: 'Block',
        selector,
      },
    },
  ]),
  ...entries(`${CORE}/events`, 'v1', 'Event', [
    { involvedObject: { kind: 'Pod', namespace: 'default', name: 'x' }, reason: 'R', message: 'm', type: 'Normal' },
    {
      involvedObject: { kind: 'Pod', namespace: 'default', name: 'x', apiVersion: 'v1' },
      firstTimestamp: '2020-01-01T00:00:00+01:00',
      lastTimestamp: '2020-01-01T00:00:00Z',
      count: 2,
      source: { component: 'c' },
    },
  ]),
  ...entries('/api/v1/namespaces', 'v1', 'Namespace', [
    { metadata: { name: 'fresh' } },
    { metadata: { name: 'fresh', labels: { a: 'b' } } },
  ]),
  ...entries(`${CORE}/resourcequotas`, 'v1', 'ResourceQuota', [
    { spec: { hard: { 'requests.cpu': '1.5', pods: 10 } } },
  ]),
  ...entries(`${CORE}/limitranges`, 'v1', 'LimitRange', [
    { spec: { limits: [{ type: 'Container', max: { cpu: '1' }, min: { memory: '1Mi' } }] } },
    { spec: { limits: [{ type: 'Pod', max: { cpu: '1' } }] } },
  ]),
  ...entries(`${CORE}/endpoints`, 'v1', 'Endpoints', [
    {},
    { subsets: [{ addresses: [{ ip: '1.2.3.4' }], ports: [{ port: 80 }] }] },
  ]),
  ...entries(`${CORE}/podtemplates`, 'v1', 'PodTemplate', [{ template: template() }]),
  ...entries(`${CORE}/replicationcontrollers`, 'v1', 'ReplicationController', [{ spec: { template: template() } }]),
  ...entries('/api/v1/persistentvolumes', 'v1', 'PersistentVolume', [
    { spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/x' } } },
  ]),
  ...entries('/api/v1/nodes', 'v1', 'Node', [
    {},
    { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] }, status: { capacity: { cpu: '1' } } },
  ]),
  ...entries(`${APPS}/deployments`, 'apps/v1', 'Deployment', [
    { spec: { selector, template: template() } },
    {
      spec: {
        replicas: 0,
        selector,
        template: template(RICH_POD),
        strategy: { type: 'Recreate' },
        minReadySeconds: 0,
        paused: false,
      },
    },
    {
      spec: {
        selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] },
        template: template(),
        strategy: { rollingUpdate: { maxSurge: 0 } },
      },
    },
    {
      metadata: { creationTimestamp: null, labels: {} },
      spec: {
        selector,
        template: template({ containers: [{ ...container, env: [], resources: {} }] }),
        revisionHistoryLimit: 0,
      },
      status: {},
    },
  ]),
  ...entries(`${APPS}/replicasets`, 'apps/v1', 'ReplicaSet', [
    { spec: { selector, template: template() } },
    { spec: { replicas: 2, minReadySeconds: 3, selector, template: template() } },
  ]),
  ...entries(`${APPS}/statefulsets`, 'apps/v1', 'StatefulSet', [
    { spec: { selector, serviceName: 'web', template: template() } },
    {
      spec: {
        selector,
        serviceName: 'web',
        template: template(),
        podManagementPolicy: 'Parallel',
        updateStrategy: { type: 'OnDelete' },
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        ],
      },
    },
    {
      spec: {
        selector,
        template: template(),
        updateStrategy: { rollingUpdate: { partition: 2 } },
        ordinals: { start: 1 },
      },
    },
  ]),
  ...entries(`${APPS}/daemonsets`, 'apps/v1', 'DaemonSet', [
    { spec: { selector, template: template() } },
    { spec: { selector, template: template(), updateStrategy: { type: 'OnDelete' } } },
    { spec: { selector, template: template(), updateStrategy: { rollingUpdate: { maxUnavailable: '10%' } } } },
  ]),
  ...entries(`${APPS}/controllerrevisions`, 'apps/v1', 'ControllerRevision', [
    { revision: 1, data: { a: 1 } },
    { revision: 0 },
  ]),
  ...entries(`${BATCH}/jobs`, 'batch/v1', 'Job', [
    { spec: { template: template({ restartPolicy: 'Never' }) } },
    {
      spec: {
        completions: 3,
        backoffLimit: 0,
        template: template({ restartPolicy: 'OnFailure' }, { app: 'other' }),
        suspend: true,
        ttlSecondsAfterFinished: 0,
      },
    },
    {
      spec: {
        completions: 2,
        completionMode: 'Indexed',
        backoffLimitPerIndex: 1,
        template: template({ restartPolicy: 'Never' }),
      },
    },
  ]),
  ...entries(`${BATCH}/cronjobs`, 'batch/v1', 'CronJob', [
    { spec: { schedule: '*/5 * * * *', jobTemplate: { spec: { template: template({ restartPolicy: 'Never' }) } } } },
    {
      spec: {
        schedule: '@daily',
        timeZone: 'Etc/UTC',
        concurrencyPolicy: 'Forbid',
        startingDeadlineSeconds: 5,
        jobTemplate: { metadata: { labels: app }, spec: { template: template({ restartPolicy: 'OnFailure' }) } },
      },
    },
  ]),
  ...entries(
    '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers',
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    [
      { spec: { scaleTargetRef: { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' }, maxReplicas: 3 } },
      {
        spec: {
          scaleTargetRef: { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' },
          minReplicas: 2,
          maxReplicas: 3,
          metrics: [
            {
              type: 'Resource',
              resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1024Mi' } },
            },
          ],
          behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
        },
      },
    ],
  ),
  ...entries(`${NETWORKING}/ingresses`, 'networking.k8s.io/v1', 'Ingress', [
    { spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } } },
    {
      spec: {
        ingressClassName: 'nginx',
        tls: [{ hosts: ['a.example.com'], secretName: 't' }],
        rules: [
          {
            host: 'a.example.com',
            http: {
              paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 's', port: { name: 'http' } } } }],
            },
          },
        ],
      },
    },
  ]),
  ...entries('/apis/networking.k8s.io/v1/ingressclasses', 'networking.k8s.io/v1', 'IngressClass', [
    { spec: { controller: 'example.com/c' } },
    { spec: { controller: 'example.com/c', parameters: { kind: 'P', name: 'p' } } },
  ]),
  ...entries(`${NETWORKING}/networkpolicies`, 'networking.k8s.io/v1', 'NetworkPolicy', [
    { spec: { podSelector: {} } },
    {
      spec: {
        podSelector: selector,
        egress: [{ ports: [{ port: 80 }], to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }],
      },
    },
    {
      spec: {
        podSelector: selector,
        ingress: [{ from: [{ namespaceSelector: {} }, { podSelector: selector }] }],
        policyTypes: ['Ingress'],
      },
    },
  ]),
  ...entries('/apis/policy/v1/namespaces/default/poddisruptionbudgets', 'policy/v1', 'PodDisruptionBudget', [
    { spec: { minAvailable: 1, selector } },
    { spec: { maxUnavailable: '50%', selector, unhealthyPodEvictionPolicy: 'AlwaysAllow' } },
    {},
  ]),
  ...entries(`${RBAC}/namespaces/default/roles`, 'rbac.authorization.k8s.io/v1', 'Role', [
    { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }] },
    {
      metadata: { name: 'system:odd:name' },
      rules: [{ apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['a'], verbs: ['*'] }],
    },
    {},
  ]),
  ...entries(`${RBAC}/clusterroles`, 'rbac.authorization.k8s.io/v1', 'ClusterRole', [
    { rules: [{ nonResourceURLs: ['/healthz'], verbs: ['get'] }] },
    { aggregationRule: { clusterRoleSelectors: [{ matchLabels: app }] } },
  ]),
  ...entries(`${RBAC}/namespaces/default/rolebindings`, 'rbac.authorization.k8s.io/v1', 'RoleBinding', [
    {
      roleRef: { kind: 'ClusterRole', name: 'view' },
      subjects: [
        { kind: 'ServiceAccount', name: 'a', namespace: 'default' },
        { kind: 'User', name: 'u' },
      ],
    },
  ]),
  ...entries(`${RBAC}/clusterrolebindings`, 'rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', [
    {
      roleRef: { kind: 'ClusterRole', name: 'view', apiGroup: 'rbac.authorization.k8s.io' },
      subjects: [{ kind: 'Group', name: 'g' }],
    },
    { roleRef: { kind: 'ClusterRole', name: 'view' } },
  ]),
  ...entries('/apis/coordination.k8s.io/v1/namespaces/default/leases', 'coordination.k8s.io/v1', 'Lease', [
    {},
    {
      spec: {
        holderIdentity: 'me',
        leaseDurationSeconds: 15,
        acquireTime: '2020-01-01T00:00:00.000001Z',
        renewTime: '2020-01-01T01:00:00.123456+01:00',
        leaseTransitions: 0,
      },
    },
  ]),
  ...entries('/apis/storage.k8s.io/v1/storageclasses', 'storage.k8s.io/v1', 'StorageClass', [
    { provisioner: 'example.com/p' },
    {
      provisioner: 'example.com/p',
      parameters: { a: 'b' },
      reclaimPolicy: 'Retain',
      allowVolumeExpansion: true,
      mountOptions: ['ro'],
    },
  ]),
  ...entries('/apis/storage.k8s.io/v1/csidrivers', 'storage.k8s.io/v1', 'CSIDriver', [{ spec: {} }]),
  ...entries('/apis/scheduling.k8s.io/v1/priorityclasses', 'scheduling.k8s.io/v1', 'PriorityClass', [
    { value: 5 },
    { value: 0, globalDefault: false, description: 'x' },
  ]),
  ...entries('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', 'discovery.k8s.io/v1', 'EndpointSlice', [
    { addressType: 'IPv4', endpoints: [{ addresses: ['1.2.3.4'] }], ports: [{ port: 80 }] },
  ]),
  ...entries('/apis/node.k8s.io/v1/runtimeclasses', 'node.k8s.io/v1', 'RuntimeClass', [{ handler: 'h' }]),
  ...entries(
    '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
    'admissionregistration.k8s.io/v1',
    'ValidatingWebhookConfiguration',
    [
      {},
      {
        webhooks: [
          {
            name: 'a.example.com',
            sideEffects: 'None',
            admissionReviewVersions: ['v1'],
            clientConfig: { service: { name: 's', namespace: 'default' } },
            rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }],
          },
        ],
      },
    ],
  ),
  ...entries(
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    [
      {
        metadata: { name: 'things.example.com' },
        spec: {
          group: 'example.com',
          scope: 'Namespaced',
          names: { plural: 'things', kind: 'Thing' },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              subresources: { status: {} },
              schema: {
                openAPIV3Schema: {
                  type: 'object',
                  properties: { spec: { type: 'object', properties: { a: { type: 'string', default: 'x' } } } },
                },
              },
              additionalPrinterColumns: [{ name: 'A', type: 'string', jsonPath: '.spec.a' }],
            },
          ],
        },
      },
    ],
  ),
];
