/** Objects that are refused, each for a reason of its own, and what is said of several at once. */
import { deepCopy, isArray, isObject, type JsonObject } from '../../devcluster/schema/json.ts';
import { ACCEPTED, type CorpusEntry } from './corpus.ts';

/** Where in the object, what is put there; undefined removes it. */
type Change = readonly [path: string, value: unknown];

const POD = 'spec.template.spec';
const C = `${POD}.containers.0`;

const CHANGES: { readonly [kind: string]: readonly (readonly Change[])[] } = {
  ConfigMap: [
    [['metadata.name', 'Upper']],
    [['metadata.name', '']],
    [['metadata.name', 'a'.repeat(254)]],
    [['metadata.labels', { 'a b': 'c', ok: 'x'.repeat(64) }]],
    [['metadata.labels', { '/x': 'a' }]],
    [['metadata.labels', { 'a/b/c': 'a' }]],
    [['metadata.annotations', { 'UPPER.com/x': 'fine', 'bad key': '' }]],
    [['metadata.finalizers', ['short']]],
    [['metadata.finalizers', ['a b/c', 'orphan', 'foregroundDeletion']]],
    [['metadata.ownerReferences', [{ apiVersion: 'a/b/c', kind: '', name: '', uid: '' }]]],
    [
      [
        'metadata.ownerReferences',
        [
          { apiVersion: 'v1', kind: 'Pod', name: 'a', uid: 'a', controller: true },
          { apiVersion: 'v1', kind: 'Pod', name: 'b', uid: 'b', controller: true },
        ],
      ],
    ],
    [['metadata.ownerReferences', [{ apiVersion: 'v1', kind: 'Event', name: 'a', uid: 'a' }]]],
    [['data', { 'a b': '', '..': '', '..x': '' }]],
    [
      ['data', { a: 'b' }],
      ['binaryData', { a: 'YQ==' }],
    ],
    [['data', { a: 1 }]],
    [['data', []]],
    [['binaryData', { a: '?' }]],
    [['immutable', 'yes']],
  ],
  Secret: [
    [['type', 'kubernetes.io/tls']],
    [['type', 'kubernetes.io/basic-auth']],
    [['type', 'kubernetes.io/ssh-auth']],
    [['type', 'kubernetes.io/service-account-token']],
    [['type', 'kubernetes.io/dockerconfigjson']],
    [
      ['type', 'kubernetes.io/dockerconfigjson'],
      ['stringData', { '.dockerconfigjson': 'x' }],
    ],
    [
      ['type', 'kubernetes.io/dockercfg'],
      ['stringData', { '.dockercfg': '[]' }],
    ],
  ],
  Namespace: [[['metadata.name', 'a.b']], [['metadata.name', 'x'.repeat(64)]]],
  ServiceAccount: [[['metadata.name', 'a_b']]],
  Service: [
    [['metadata.name', '1.a']],
    [['spec.ports', []]],
    [['spec.ports.0.port', 0]],
    [['spec.ports.0.port', 70000]],
    [['spec.ports.0.protocol', 'ICMP']],
    [['spec.ports.0.targetPort', 'UPPER--x-']],
    [['spec.ports.0.targetPort', 'waytoolongportname']],
    [['spec.ports.0.targetPort', 99999]],
    [['spec.ports.0.name', 'a.b']],
    [['spec.ports', [{ port: 80 }, { port: 80 }]]],
    [
      [
        'spec.ports',
        [
          { port: 80, name: 'a' },
          { port: 81, name: 'a' },
        ],
      ],
    ],
    [['spec.ports.0.nodePort', 30000]],
    [['spec.ports.0.appProtocol', 'a b']],
    [['spec.type', 'Odd']],
    [['spec.type', 'ExternalName']],
    [
      ['spec.type', 'ExternalName'],
      ['spec.externalName', 'A_b'],
      ['spec.ports', undefined],
    ],
    [['spec.sessionAffinity', 'Odd']],
    [
      ['spec.sessionAffinity', 'ClientIP'],
      ['spec.sessionAffinityConfig', { clientIP: { timeoutSeconds: 90000 } }],
    ],
    [['spec.clusterIP', 'x']],
    [
      ['spec.clusterIP', '10.0.0.9'],
      ['spec.clusterIPs', ['10.0.0.8']],
    ],
    [['spec.clusterIPs', ['10.0.0.8']]],
    [['spec.externalIPs', ['x']]],
    [['spec.externalTrafficPolicy', 'Local']],
    [['spec.internalTrafficPolicy', 'Odd']],
    [['spec.loadBalancerSourceRanges', ['10.0.0.0/8']]],
    [
      ['spec.type', 'LoadBalancer'],
      ['spec.loadBalancerSourceRanges', ['x']],
    ],
    [['spec.loadBalancerClass', 'a/b']],
    [['spec.allocateLoadBalancerNodePorts', true]],
    [
      ['spec.type', 'NodePort'],
      ['spec.clusterIP', 'None'],
    ],
    [['spec.selector', { 'a b': 'c d' }]],
    [['spec.ipFamilies', ['IPv5']]],
  ],
  PersistentVolumeClaim: [
    [['spec', {}]],
    [['spec.accessModes', ['Odd', 'ReadWriteOncePod', 'ReadWriteOnce']]],
    [['spec.resources.requests.storage', '-1']],
    [['spec.resources.requests.storage', '0']],
    [['spec.storageClassName', 'A_']],
    [['spec.volumeMode', 'Odd']],
    [['spec.selector', { matchExpressions: [{ key: 'a', operator: 'Odd' }] }]],
  ],
  Deployment: [
    [['spec', {}]],
    [['spec.replicas', -1]],
    [['spec.selector', undefined]],
    [['spec.selector', {}]],
    [['spec.selector', { matchLabels: { app: 'other' } }]],
    [['spec.selector', { matchExpressions: [{ key: 'app', operator: 'In' }] }]],
    [['spec.selector', { matchExpressions: [{ key: 'app', operator: 'Exists', values: ['a'] }] }]],
    [['spec.selector.matchLabels', { app: 'not ok' }]],
    [['spec.strategy', { type: 'Odd' }]],
    [['spec.strategy', { type: 'Recreate', rollingUpdate: { maxSurge: 1 } }]],
    [['spec.strategy', { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } }]],
    [['spec.strategy', { rollingUpdate: { maxSurge: 'x', maxUnavailable: '150%' } }]],
    [['spec.strategy', { rollingUpdate: { maxSurge: -1 } }]],
    [['spec.minReadySeconds', 700]],
    [['spec.minReadySeconds', -1]],
    [['spec.revisionHistoryLimit', -1]],
    [['spec.progressDeadlineSeconds', -1]],
    [[`${POD}.restartPolicy`, 'Never']],
    [[`${POD}.restartPolicy`, 'Odd']],
    [[`${POD}.dnsPolicy`, 'Odd']],
    [[`${POD}.activeDeadlineSeconds`, 5]],
    [[`${POD}.containers`, []]],
    [
      [
        `${POD}.containers`,
        [
          { name: 'a', image: 'b' },
          { name: 'a', image: 'b' },
        ],
      ],
    ],
    [[`${C}.name`, 'A_b']],
    [[`${C}.name`, '']],
    [[`${C}.image`, '']],
    [[`${C}.imagePullPolicy`, 'Odd']],
    [[`${C}.terminationMessagePolicy`, 'Odd']],
    [[`${C}.ports`, [{ containerPort: 0 }]]],
    [[`${C}.ports`, [{ containerPort: 99999, name: 'TOO--LONG-NAME-HERE', protocol: 'X' }]]],
    [
      [
        `${C}.ports`,
        [
          { containerPort: 1, name: 'a' },
          { containerPort: 2, name: 'a' },
        ],
      ],
    ],
    [
      [
        `${C}.ports`,
        [
          { containerPort: 1, hostPort: 5 },
          { containerPort: 2, hostPort: 5 },
        ],
      ],
    ],
    [[`${C}.env`, [{ name: '', value: 'a' }]]],
    [[`${C}.env`, [{ name: 'A=B' }]]],
    [[`${C}.env`, [{ name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }]]],
    [[`${C}.env`, [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.odd' } } }]]],
    [[`${C}.env`, [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'status.phase' } } }]]],
    [[`${C}.env`, [{ name: 'A', valueFrom: { configMapKeyRef: { name: '', key: '' } } }]]],
    [[`${C}.env`, [{ name: 'A', valueFrom: {} }]]],
    [[`${C}.env`, [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'odd' } } }]]],
    [[`${C}.envFrom`, [{}]]],
    [[`${C}.envFrom`, [{ configMapRef: { name: '' } }]]],
    [[`${C}.volumeMounts`, [{ name: 'missing', mountPath: '/x' }]]],
    [[`${C}.volumeMounts`, [{ name: '', mountPath: '' }]]],
    [
      [`${POD}.volumes`, [{ name: 'v' }]],
      [
        `${C}.volumeMounts`,
        [
          { name: 'v', mountPath: '/x' },
          { name: 'v', mountPath: '/x', subPath: '/abs' },
        ],
      ],
    ],
    [[`${POD}.volumes`, [{ name: 'v' }, { name: 'v' }]]],
    [[`${POD}.volumes`, [{ name: 'v', emptyDir: {}, secret: { secretName: 's' } }]]],
    [[`${POD}.volumes`, [{ name: '', configMap: { name: '' } }]]],
    [[`${POD}.volumes`, [{ name: 'v', secret: { secretName: '', defaultMode: 9999 } }]]],
    [[`${POD}.volumes`, [{ name: 'v', persistentVolumeClaim: { claimName: '' } }]]],
    [[`${POD}.volumes`, [{ name: 'v', hostPath: { path: '/a/../b' } }]]],
    [[`${POD}.volumes`, [{ name: 'v', configMap: { name: 'c', items: [{ key: '', path: '/x' }] } }]]],
    [[`${C}.livenessProbe`, {}]],
    [[`${C}.livenessProbe`, { httpGet: { port: 0 } }]],
    [[`${C}.livenessProbe`, { httpGet: { port: 80, scheme: 'X' }, successThreshold: 2 }]],
    [[`${C}.readinessProbe`, { tcpSocket: { port: 'A' }, exec: { command: [] }, periodSeconds: -1 }]],
    [[`${C}.readinessProbe`, { exec: { command: ['a'] }, terminationGracePeriodSeconds: 0 }]],
    [[`${C}.lifecycle`, { preStop: { exec: {} }, postStart: {} }]],
    [[`${C}.resources`, { limits: { cpu: '-1' } }]],
    [[`${C}.resources`, { limits: { odd: '1' } }]],
    [[`${C}.resources`, { requests: { cpu: '2' }, limits: { cpu: '1' } }]],
    [[`${C}.resources`, { requests: { 'example.com/gpu': '1' } }]],
    [[`${C}.resources`, { requests: { 'example.com/gpu': '1' }, limits: { 'example.com/gpu': '2' } }]],
    [[`${C}.resources`, { limits: { pods: '1' } }]],
    [[`${C}.resources`, { limits: { cpu: 'x' } }]],
    [[`${C}.securityContext`, { runAsUser: -1 }]],
    [[`${C}.securityContext`, { allowPrivilegeEscalation: false, capabilities: { add: ['CAP_SYS_ADMIN'] } }]],
    [[`${C}.securityContext`, { seccompProfile: {}, appArmorProfile: {}, procMount: 'Odd' }]],
    [[`${C}.securityContext`, { seccompProfile: { type: 'Odd', localhostProfile: 'a' } }]],
    [[`${POD}.securityContext`, { runAsUser: -1, fsGroup: -1, supplementalGroups: [1, -1] }]],
    [[`${POD}.securityContext`, { fsGroupChangePolicy: 'Odd', supplementalGroupsPolicy: 'Odd' }]],
    [[`${POD}.securityContext`, { seccompProfile: { type: 'Localhost', localhostProfile: '/../a' } }]],
    [[`${POD}.securityContext`, { appArmorProfile: { type: 'Localhost', localhostProfile: ' a' } }]],
    [[`${POD}.initContainers`, [{ name: 'web', image: 'a', livenessProbe: { exec: { command: ['a'] } } }]]],
    [[`${POD}.serviceAccountName`, 'A_']],
    [[`${POD}.nodeName`, 'A_']],
    [[`${POD}.hostname`, 'A.b']],
    [[`${POD}.nodeSelector`, { 'a b': 'c' }]],
    [[`${POD}.tolerations`, [{ operator: 'Equal' }]]],
    [[`${POD}.tolerations`, [{ key: 'a', operator: 'Exists', value: 'x', effect: 'Odd', tolerationSeconds: 1 }]]],
    [['spec.template.metadata.labels', { app: 'web', 'a b': 'c' }]],
    [['spec.template.metadata.annotations', { 'a b': 'c' }]],
    [['spec.replicas', 'x']],
    [['spec.template.spec.containers.0.ports', {}]],
    [['metadata.creationTimestamp', 'yesterday']],
    [['spec', []]],
  ],
  ReplicaSet: [
    [['spec', {}]],
    [['spec.selector', {}]],
    [['spec.replicas', -5]],
    [[`${POD}.restartPolicy`, 'OnFailure']],
  ],
  StatefulSet: [
    [['spec', {}]],
    [['spec.serviceName', 'A_']],
    [['spec.podManagementPolicy', 'Odd']],
    [['spec.updateStrategy', { type: 'Odd' }]],
    [['spec.updateStrategy', { type: 'OnDelete', rollingUpdate: { partition: 1 } }]],
    [['spec.updateStrategy', { rollingUpdate: { partition: -1, maxUnavailable: '0%' } }]],
    [['spec.selector', { matchLabels: { a: 'b' } }]],
    [['spec.persistentVolumeClaimRetentionPolicy', { whenDeleted: 'Odd' }]],
    [['spec.volumeClaimTemplates', [{ metadata: { name: 'd' }, spec: {} }]]],
    [['spec.replicas', -1]],
  ],
  DaemonSet: [
    [['spec', {}]],
    [['spec.selector', {}]],
    [['spec.selector', { matchLabels: { a: 'b' } }]],
    [['spec.updateStrategy', { type: 'Odd' }]],
    [['spec.updateStrategy', { rollingUpdate: { maxUnavailable: 0 } }]],
    [['spec.updateStrategy', { rollingUpdate: { maxUnavailable: 1, maxSurge: 1 } }]],
  ],
  ControllerRevision: [[['data', undefined]], [['revision', -1]]],
  Job: [
    [['spec', {}]],
    [[`${POD}.restartPolicy`, 'Always']],
    [[`${POD}.restartPolicy`, 'Odd']],
    [['spec.parallelism', -1]],
    [['spec.completions', -1]],
    [['spec.backoffLimit', -1]],
    [['spec.completionMode', 'Odd']],
    [
      ['spec.completionMode', 'Indexed'],
      ['spec.completions', undefined],
      ['spec.parallelism', 2],
    ],
    [['spec.backoffLimitPerIndex', 1]],
    [['spec.maxFailedIndexes', 1]],
    [['spec.podReplacementPolicy', 'Odd']],
    [['spec.selector', { matchLabels: { a: 'b' } }]],
  ],
  CronJob: [
    [['spec', {}]],
    [['spec.schedule', 'x']],
    [['spec.schedule', '99 * * * *']],
    [['spec.schedule', '* * 0 * *']],
    [['spec.schedule', '5-1 * * * *']],
    [['spec.schedule', '*/0 * * * *']],
    [['spec.schedule', 'a * * * *']],
    [['spec.schedule', '@often']],
    [['spec.schedule', 'TZ=UTC * * * * *']],
    [['spec.timeZone', '']],
    [['spec.timeZone', 'Mars/Olympus']],
    [['spec.timeZone', 'Local']],
    [['spec.concurrencyPolicy', 'Odd']],
    [['spec.successfulJobsHistoryLimit', -1]],
    [['metadata.name', 'x'.repeat(53)]],
    [['spec.jobTemplate.spec.template.spec.restartPolicy', 'Always']],
    [['spec.jobTemplate.spec.selector', { matchLabels: { a: 'b' } }]],
    [['spec.jobTemplate.spec.manualSelector', true]],
  ],
  HorizontalPodAutoscaler: [
    [['spec', {}]],
    [['spec.maxReplicas', 0]],
    [['spec.maxReplicas', -1]],
    [['spec.minReplicas', 9]],
    [['spec.minReplicas', -1]],
    [['spec.scaleTargetRef', {}]],
    [['spec.scaleTargetRef.kind', 'a/b']],
    [['spec.metrics', [{ type: 'Odd' }]]],
    [['spec.metrics', [{ type: 'Resource' }]]],
  ],
  Ingress: [
    [['spec', {}]],
    [['spec.defaultBackend', {}]],
    [['spec.defaultBackend', { service: { name: '' } }]],
    [['spec.defaultBackend', { service: { name: 'A_', port: { number: 99999 } } }]],
    [['spec.defaultBackend', { service: { name: 'a', port: { number: 1, name: 'x' } } }]],
    [['spec.defaultBackend', { service: { name: 'a', port: { number: 1 } }, resource: { kind: 'a', name: 'b' } }]],
    [['spec.rules', [{ host: '1.2.3.4' }, { host: '*.*.a' }, { host: 'A_' }]]],
    [['spec.rules', [{ http: { paths: [] } }]]],
    [['spec.rules', [{ http: { paths: [{ path: '/', backend: { service: { name: 's', port: { number: 1 } } } }] } }]]],
    [
      [
        'spec.rules',
        [
          {
            http: {
              paths: [{ path: 'x//../', pathType: 'Exact', backend: { service: { name: 's', port: { number: 1 } } } }],
            },
          },
        ],
      ],
    ],
    [['spec.rules', [{ http: { paths: [{ pathType: 'Odd', backend: {} }] } }]]],
    [['spec.tls', [{ hosts: ['A_', '*.a'], secretName: 'B_' }]]],
    [['spec.ingressClassName', 'A_']],
    [
      ['spec.ingressClassName', 'a'],
      ['metadata.annotations', { 'kubernetes.io/ingress.class': 'b' }],
    ],
  ],
  NetworkPolicy: [
    [['spec.podSelector', { matchLabels: { 'a b': '' } }]],
    [['spec.ingress', [{ from: [{}] }]]],
    [['spec.ingress', [{ from: [{ ipBlock: { cidr: '' } }] }]]],
    [['spec.ingress', [{ from: [{ ipBlock: { cidr: 'x' } }] }]]],
    [['spec.ingress', [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/8', 'y'] } }] }]]],
    [['spec.ingress', [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }] }]]],
    [
      [
        'spec.ingress',
        [{ ports: [{ port: 0, endPort: 5 }, { endPort: 1 }, { port: 'X', endPort: 1 }, { protocol: 'X' }] }],
      ],
    ],
    [['spec.policyTypes', ['Odd']]],
    [['spec.policyTypes', ['Ingress', 'Egress', 'Ingress']]],
  ],
  PodDisruptionBudget: [
    [['spec.minAvailable', 'x']],
    [['spec.minAvailable', '101%']],
    [['spec.minAvailable', -1]],
    [['spec.selector', { matchExpressions: [{ key: '', operator: '' }] }]],
    [['spec.unhealthyPodEvictionPolicy', 'Odd']],
  ],
  Role: [
    [['metadata.name', 'a/b%']],
    [['metadata.name', '..']],
    [['rules', [{}]]],
    [['rules', [{ verbs: ['get'], nonResourceURLs: ['/x'], resources: ['y'] }]]],
  ],
  ClusterRole: [
    [['rules', [{ verbs: [], apiGroups: [], resources: [] }]]],
    [['aggregationRule', {}]],
    [['metadata.namespace', 'default']],
  ],
  RoleBinding: [
    [['roleRef', {}]],
    [['roleRef', { apiGroup: 'odd', kind: 'Odd', name: 'a/b' }]],
    [['subjects', [{}, { kind: 'Odd', name: 'a' }, { kind: 'User', name: 'a', apiGroup: 'odd' }]]],
    [['subjects', [{ kind: 'ServiceAccount', name: 'A_', apiGroup: 'odd' }]]],
  ],
  ClusterRoleBinding: [[['roleRef.kind', 'Role']], [['subjects', [{ kind: 'ServiceAccount', name: 'a' }]]]],
  Lease: [
    [['spec', { leaseDurationSeconds: 0, leaseTransitions: -1 }]],
    [['spec', { preferredHolder: 'me' }]],
    [['spec', { renewTime: '2020-01-01T00:00:00Z' }]],
    [['spec', { leaseDurationSeconds: 'x' }]],
  ],
};

export const REFUSED: readonly CorpusEntry[] = Object.entries(CHANGES).flatMap(([kind, variants]) => {
  const base = ACCEPTED.find(({ object }) => object['kind'] === kind);
  if (base === undefined) throw new Error(`the corpus has no ${kind}`);
  return variants.map((changes) => {
    const object = deepCopy(base.object);
    for (const [path, value] of changes) change(object, path.split('.'), value);
    return { path: base.path, object };
  });
});

function change(target: unknown, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (!isObject(target) && !isArray(target)) return;
  if (rest.length > 0) {
    const inner: unknown = Reflect.get(target, key);
    if (isObject(inner) || isArray(inner)) {
      change(inner, rest, value);
      return;
    }
    const made: JsonObject = {};
    Reflect.set(target, key, made);
    change(made, rest, value);
  } else if (value === undefined) {
    Reflect.deleteProperty(target, key);
  } else {
    Reflect.set(target, key, deepCopy(value));
  }
}
