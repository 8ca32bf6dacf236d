import type { Scenario, Step } from '../scenario.ts';

const TABLE = { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' };
const MERGE = { 'content-type': 'application/merge-patch+json' };
const CORE = '/api/v1';
const labels = { app: 'x', tier: 'web' };
const selector = { matchLabels: labels, matchExpressions: [{ key: 'env', operator: 'In', values: ['b', 'a'] }] };
const containers = [
  { name: 'a', image: 'i:1' },
  { name: 'b', image: 'j:2' },
];
const template = { metadata: { labels: { ...labels, env: 'a' } }, spec: { restartPolicy: 'Always', containers } };
const jobTemplate = { metadata: {}, spec: { restartPolicy: 'Never', containers } };

interface Shown {
  readonly group: string;
  readonly plural: string;
  /** The objects, and what their status becomes. */
  readonly objects: readonly {
    readonly body: { readonly metadata: { readonly name: string; readonly labels?: object }; readonly spec?: object };
    readonly status?: object;
  }[];
  readonly cluster?: boolean;
}

const named = (name: string, more: object = {}): { metadata: { name: string } } => ({ metadata: { name }, ...more });
const pod = (name: string, spec: object = {}): { metadata: { name: string } } =>
  named(name, { spec: { automountServiceAccountToken: false, terminationGracePeriodSeconds: 1, containers, ...spec } });
const state = (name: string, more: object): object => ({
  name,
  image: 'i',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...more,
});

const KINDS: readonly Shown[] = [
  {
    group: CORE,
    plural: 'pods',
    objects: [
      { body: pod('pending') },
      {
        body: pod('running', {
          nodeName: 'node-1',
          readinessGates: [{ conditionType: 'example.com/a' }, { conditionType: 'example.com/b' }],
        }),
        status: {
          phase: 'Running',
          podIP: '10.0.0.9',
          podIPs: [{ ip: '10.0.0.9' }],
          conditions: [
            { type: 'Ready', status: 'True' },
            { type: 'example.com/a', status: 'True' },
          ],
          containerStatuses: [
            state('a', {
              ready: true,
              restartCount: 2,
              state: { running: {} },
              lastState: { terminated: { exitCode: 1, containerID: 'c://x' } },
            }),
            state('b', { ready: true, state: { running: {} } }),
          ],
        },
      },
      {
        body: pod('waiting'),
        status: {
          phase: 'Pending',
          containerStatuses: [state('a', { state: { waiting: { reason: 'ImagePullBackOff' } } })],
        },
      },
      {
        body: pod('crashed'),
        status: { phase: 'Running', containerStatuses: [state('a', { state: { terminated: { exitCode: 3 } } })] },
      },
      {
        body: pod('completed'),
        status: {
          phase: 'Succeeded',
          containerStatuses: [state('a', { state: { terminated: { exitCode: 0, reason: 'Completed' } } })],
        },
      },
      { body: pod('evicted'), status: { phase: 'Failed', reason: 'Evicted' } },
      {
        body: pod('initialising', {
          initContainers: [
            { name: 'i', image: 'i' },
            { name: 'k', image: 'k' },
          ],
        }),
        status: {
          phase: 'Pending',
          initContainerStatuses: [
            state('i', { state: { terminated: { exitCode: 0 } } }),
            state('k', { state: { waiting: { reason: 'PodInitializing' } } }),
          ],
        },
      },
      {
        body: pod('init-failed', { initContainers: [{ name: 'i', image: 'i' }] }),
        status: {
          phase: 'Pending',
          initContainerStatuses: [
            state('i', { restartCount: 4, state: { terminated: { exitCode: 1, reason: 'Error' } } }),
          ],
        },
      },
      { body: pod('gated', { schedulingGates: [{ name: 'example.com/gate' }] }) },
    ],
  },
  { group: CORE, plural: 'podtemplates', objects: [{ body: named('t', { template }) }] },
  {
    group: CORE,
    plural: 'services',
    objects: [
      { body: named('headless', { spec: { clusterIP: 'None', selector: labels, ports: [{ port: 80 }] } }) },
      { body: named('external', { spec: { type: 'ExternalName', externalName: 'example.com' } }) },
    ],
  },
  {
    group: CORE,
    plural: 'endpoints',
    objects: [
      {
        body: named('e', {
          subsets: [
            {
              addresses: [{ ip: '10.1.1.1' }, { ip: '10.1.1.2' }],
              ports: [
                { name: 'a', port: 80 },
                { name: 'b', port: 81 },
              ],
            },
          ],
        }),
      },
      { body: named('none') },
    ],
  },
  {
    group: CORE,
    plural: 'secrets',
    objects: [
      { body: named('s', { data: { a: 'YQ==', b: 'Yg==' } }) },
      { body: named('t', { type: 'example.com/t' }) },
    ],
  },
  {
    group: CORE,
    plural: 'configmaps',
    objects: [{ body: named('c', { data: { a: 'b' }, binaryData: { c: 'YQ==' } }) }],
  },
  {
    group: CORE,
    plural: 'events',
    objects: [
      {
        body: named('e', {
          involvedObject: { kind: 'Pod', name: 'p', namespace: '{{ns}}' },
          reason: 'R',
          message: ' text ',
          type: 'Normal',
          count: 3,
          source: { component: 'c', host: 'h' },
        }),
      },
    ],
  },
  { group: CORE, plural: 'limitranges', objects: [{ body: named('l', { spec: { limits: [] } }) }] },
  {
    group: CORE,
    plural: 'replicationcontrollers',
    objects: [
      {
        body: named('r', { spec: { replicas: 0, selector: labels, template: { ...template, metadata: { labels } } } }),
      },
    ],
  },
  {
    group: CORE,
    plural: 'nodes',
    cluster: true,
    objects: [
      {
        body: {
          metadata: {
            name: 'conf-node',
            labels: { 'node-role.kubernetes.io/worker': '', 'kubernetes.io/role': 'edge' },
          },
          spec: { unschedulable: true },
        },
        status: {
          addresses: [{ type: 'InternalIP', address: '10.9.9.9' }],
          nodeInfo: {
            kubeletVersion: 'v1',
            osImage: 'os',
            kernelVersion: 'k',
            architecture: 'arm64',
            containerRuntimeVersion: 'c',
            bootID: '',
            machineID: '',
            systemUUID: '',
            kubeProxyVersion: '',
            operatingSystem: '',
          },
        },
      },
    ],
  },
  {
    group: CORE,
    plural: 'persistentvolumes',
    cluster: true,
    objects: [
      {
        body: named('conf-pv', {
          spec: {
            capacity: { storage: '1Gi' },
            accessModes: ['ReadWriteMany', 'ReadWriteOnce'],
            storageClassName: 'conf',
            persistentVolumeReclaimPolicy: 'Retain',
            hostPath: { path: '/x' },
            claimRef: { namespace: 'nowhere', name: 'c', uid: 'u' },
          },
        }),
        status: { phase: 'Failed', reason: 'why' },
      },
    ],
  },
  {
    group: '/apis/apps/v1',
    plural: 'deployments',
    objects: [{ body: named('d', { spec: { replicas: 0, paused: true, selector, template } }) }],
  },
  {
    group: '/apis/apps/v1',
    plural: 'replicasets',
    objects: [{ body: named('r', { spec: { replicas: 0, selector, template } }) }],
  },
  {
    group: '/apis/apps/v1',
    plural: 'statefulsets',
    objects: [{ body: named('s', { spec: { replicas: 0, serviceName: 's', selector, template } }) }],
  },
  {
    group: '/apis/apps/v1',
    plural: 'daemonsets',
    objects: [
      {
        body: named('d', {
          spec: { selector, template: { ...template, spec: { ...template.spec, nodeSelector: { a: 'b' } } } },
        }),
      },
    ],
  },
  { group: '/apis/apps/v1', plural: 'controllerrevisions', objects: [{ body: named('c', { revision: 3, data: {} }) }] },
  {
    group: '/apis/batch/v1',
    plural: 'cronjobs',
    objects: [
      {
        body: named('c', {
          spec: {
            schedule: '0 0 1 1 *',
            suspend: true,
            timeZone: 'Etc/UTC',
            jobTemplate: { spec: { template: jobTemplate } },
          },
        }),
      },
    ],
  },
  {
    group: '/apis/autoscaling/v2',
    plural: 'horizontalpodautoscalers',
    objects: [
      {
        body: named('h', {
          spec: {
            scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'nope' },
            maxReplicas: 5,
            metrics: [
              { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
              { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } },
              { type: 'External', external: { metric: { name: 'q' }, target: { type: 'Value', value: '5' } } },
            ],
          },
        }),
      },
    ],
  },
  {
    group: '/apis/policy/v1',
    plural: 'poddisruptionbudgets',
    objects: [{ body: named('p', { spec: { maxUnavailable: '10%', selector: { matchLabels: { no: 'pod' } } } }) }],
  },
  {
    group: '/apis/networking.k8s.io/v1',
    plural: 'ingresses',
    objects: [
      {
        body: named('i', {
          spec: {
            ingressClassName: 'c',
            tls: [{ hosts: ['a'] }],
            rules: ['a', 'b', 'c', 'd'].map((host) => ({ host: `${host}.example.com` })),
          },
        }),
        status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }, { hostname: 'h.example.com' }] } },
      },
      { body: named('j', { spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } } }) },
    ],
  },
  {
    group: '/apis/networking.k8s.io/v1',
    plural: 'networkpolicies',
    objects: [
      { body: named('n', { spec: { podSelector: selector } }) },
      { body: named('o', { spec: { podSelector: {} } }) },
    ],
  },
  {
    group: '/apis/networking.k8s.io/v1',
    plural: 'ingressclasses',
    cluster: true,
    objects: [
      {
        body: named('conf-class', {
          spec: { controller: 'example.com/c', parameters: { apiGroup: 'g.example.com', kind: 'P', name: 'p' } },
        }),
      },
    ],
  },
  {
    group: '/apis/discovery.k8s.io/v1',
    plural: 'endpointslices',
    objects: [
      {
        body: named('e', {
          addressType: 'IPv4',
          ports: [{ port: 80 }, { name: 'x' }],
          endpoints: [1, 2, 3, 4].map((index) => ({ addresses: [`10.2.2.${index}`] })),
        }),
      },
    ],
  },
  {
    group: '/apis/rbac.authorization.k8s.io/v1',
    plural: 'rolebindings',
    objects: [
      {
        body: named('r', {
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
          subjects: [
            { kind: 'User', name: 'u', apiGroup: 'rbac.authorization.k8s.io' },
            { kind: 'User', name: 'v', apiGroup: 'rbac.authorization.k8s.io' },
            { kind: 'ServiceAccount', name: 's', namespace: 'n' },
          ],
        }),
      },
    ],
  },
  { group: '/apis/rbac.authorization.k8s.io/v1', plural: 'roles', objects: [{ body: named('r', { rules: [] }) }] },
  {
    group: '/apis/coordination.k8s.io/v1',
    plural: 'leases',
    objects: [{ body: named('l', { spec: { holderIdentity: 'me' } }) }],
  },
  {
    group: '/apis/storage.k8s.io/v1',
    plural: 'storageclasses',
    cluster: true,
    objects: [{ body: named('conf-class', { provisioner: 'example.com/p' }) }],
  },
  {
    group: '/apis/storage.k8s.io/v1',
    plural: 'csidrivers',
    cluster: true,
    objects: [{ body: named('conf-driver', { spec: {} }) }],
  },
  {
    group: '/apis/scheduling.k8s.io/v1',
    plural: 'priorityclasses',
    cluster: true,
    objects: [{ body: named('conf-priority', { value: 7 }) }],
  },
  {
    group: '/apis/node.k8s.io/v1',
    plural: 'runtimeclasses',
    cluster: true,
    objects: [{ body: named('conf-runtime', { handler: 'h' }) }],
  },
  {
    group: '/apis/admissionregistration.k8s.io/v1',
    plural: 'validatingadmissionpolicybindings',
    cluster: true,
    objects: [
      {
        body: named('conf-binding', {
          spec: {
            policyName: 'p',
            validationActions: ['Deny'],
            paramRef: { name: 'x', namespace: 'n', parameterNotFoundAction: 'Deny' },
          },
        }),
      },
    ],
  },
];

const collection = ({ group, plural, cluster }: Shown): string =>
  cluster ? `${group}/${plural}` : `${group}/namespaces/{{ns}}/${plural}`;

function stepsOf(shown: Shown): Step[] {
  const path = collection(shown);
  const made = shown.objects.flatMap(({ body, status }): Step[] => {
    const { name } = body.metadata;
    const create: Step = { name: `create ${path} ${name}`, method: 'POST', path, body, setup: true };
    if (!status) return [create];
    return [
      create,
      {
        name: `status of ${path} ${name}`,
        method: 'PATCH',
        path: `${path}/${name}/status`,
        headers: MERGE,
        body: { status },
        setup: true,
      },
    ];
  });
  const tables = shown.objects.map(({ body }): Step => ({
    name: `${path} ${body.metadata.name}`,
    path: `${path}/${body.metadata.name}`,
    headers: TABLE,
    only: [
      'columnDefinitions.*.name',
      'columnDefinitions.*.type',
      'columnDefinitions.*.format',
      'columnDefinitions.*.priority',
      'rows.*.cells',
    ],
  }));
  return [...made, ...tables];
}

/** The columns and cells of built-in kinds. */
export const tables: Scenario = {
  name: 'tables',
  cleanup: KINDS.filter(({ cluster }) => cluster).flatMap((shown) =>
    shown.objects.map(({ body }) => `${collection(shown)}/${body.metadata.name}`),
  ),
  steps: KINDS.flatMap(stepsOf),
};
