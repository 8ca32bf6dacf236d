import type { Scenario, Step } from '../scenario.ts';

const ANSWER = ['message', 'reason', 'details', 'spec.terminationGracePeriodSeconds'];
const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io';
const SECCOMP = 'container.seccomp.security.alpha.kubernetes.io';

/** What is added to a pod's spec, by the name of the step. */
const SPECS: Readonly<Record<string, object>> = {
  plain: {},
  'deprecated label of a node': { nodeSelector: { 'beta.kubernetes.io/os': 'linux', other: 'x' } },
  'deprecated labels of nodes': {
    nodeSelector: {
      'beta.kubernetes.io/arch': 'x',
      'failure-domain.beta.kubernetes.io/region': 'x',
      'failure-domain.beta.kubernetes.io/zone': 'x',
      'beta.kubernetes.io/instance-type': 'x',
      'app.kubernetes.io/created-by': 'x',
      'scheduler.alpha.kubernetes.io/preferAvoidPods': 'x',
      'node-role.kubernetes.io/master': '',
    },
  },
  'affinity to deprecated labels': {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'a', operator: 'Exists' }] },
            { matchExpressions: [{ key: 'beta.kubernetes.io/os', operator: 'In', values: ['x'] }] },
          ],
        },
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 1,
            preference: {
              matchExpressions: [{ key: 'beta.kubernetes.io/arch', operator: 'In', values: ['a', 'b'] }],
            },
          },
        ],
      },
    },
  },
  'topology spread without selector': {
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} },
      { maxSkew: 1, topologyKey: 'failure-domain.beta.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule' },
    ],
  },
  'affinity to pods without selector': {
    affinity: {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'a' }, { topologyKey: 'b', labelSelector: {} }],
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: 'a' } }],
      },
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'a', labelSelector: {} }, { topologyKey: 'b' }],
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: 'a' } }],
      },
    },
  },
  'volumes of the past': {
    volumes: [
      { name: 'a', photonPersistentDisk: { pdID: 'x' } },
      { name: 'b', gitRepo: { repository: 'https://example.com/x' } },
      { name: 'c', scaleIO: { gateway: 'x', system: 'x', secretRef: { name: 'x' }, volumeName: 'x' } },
      { name: 'd', flocker: { datasetName: 'x' } },
      { name: 'e', storageos: { volumeName: 'x' } },
      { name: 'f', quobyte: { registry: 'x:1', volume: 'x' } },
      { name: 'g', glusterfs: { endpoints: 'x', path: 'x' } },
      { name: 'h', cephfs: { monitors: ['x'] } },
      { name: 'i', rbd: { monitors: ['x'], image: 'x' } },
    ],
  },
  'fractional claim': {
    volumes: [
      {
        name: 'a',
        ephemeral: {
          volumeClaimTemplate: {
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1500m' } } },
          },
        },
      },
    ],
  },
  'paths of a config map': {
    volumes: [
      {
        name: 'a',
        configMap: {
          name: 'x',
          items: [
            { key: 'a', path: 'p' },
            { key: 'b', path: 'p/q' },
            { key: 'c', path: 'pq' },
            { key: 'd', path: 'p' },
          ],
        },
      },
      {
        name: 'b',
        secret: {
          secretName: 'x',
          items: [
            { key: 'a', path: 'p/q' },
            { key: 'b', path: 'p' },
          ],
        },
      },
      {
        name: 'c',
        downwardAPI: {
          items: [
            { path: 'p', fieldRef: { fieldPath: 'metadata.name' } },
            { path: 'p', fieldRef: { fieldPath: 'metadata.uid' } },
          ],
        },
      },
    ],
  },
  'paths of projected sources': {
    volumes: [
      {
        name: 'a',
        projected: {
          sources: [
            { configMap: { name: 'x', items: [{ key: 'a', path: 'p/' }] } },
            { secret: { name: 'y', items: [{ key: 'a', path: 'p/q' }] } },
            { downwardAPI: { items: [{ path: 'p/q/r', fieldRef: { fieldPath: 'metadata.name' } }] } },
            { serviceAccountToken: { path: 'p/t' } },
            { clusterTrustBundle: { name: 'z', path: 'p/z' } },
            { clusterTrustBundle: { signerName: 'example.com/s', labelSelector: {}, path: 'p/z/s' } },
            { configMap: { name: 'all' } },
          ],
        },
      },
    ],
  },
  'projected source of nothing': { volumes: [{ name: 'a', projected: { sources: [{}] } }] },
  'aliases of hosts': {
    hostAliases: [
      { ip: '1.2.3.4', hostnames: ['a'] },
      { ip: '2001:DB8::1', hostnames: ['b'] },
      { ip: '1.2.3.4', hostnames: ['c'] },
    ],
  },
  'alias of a mapped address': { hostAliases: [{ ip: '::ffff:1.2.3.4', hostnames: ['a'] }] },
  'alias with zeros': { hostAliases: [{ ip: '1.2.3.04', hostnames: ['a'] }] },
  'name servers': { dnsConfig: { nameservers: ['1.2.3.4', '2001:db8:0::1', 'FE80::1'] } },
  'secrets to pull with': { imagePullSecrets: [{ name: 'a' }, { name: 'b' }, { name: 'a' }, {}] },
  'fractional overhead': { overhead: { memory: '1500m', 'ephemeral-storage': '10m', cpu: '100m' } },
  'fractional resources': of(
    {
      resources: {
        limits: { memory: '2500m', 'ephemeral-storage': '1.5' },
        requests: { memory: '0.1', 'ephemeral-storage': '100u', cpu: '1m' },
      },
    },
    { resources: { limits: { memory: '1.5Gi' }, requests: { memory: '1n' } } },
  ),
  'large resources': of({
    resources: { limits: { memory: '10Pi', 'ephemeral-storage': '9.5E' }, requests: { memory: '10P' } },
  }),
  'variables twice': of(
    {
      env: [
        { name: 'A', value: 'a' },
        { name: 'A', value: '$(A)b' },
        { name: 'A', value: '$(A)' },
        { name: 'A', value: 'c' },
        { name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'B', value: 'x' },
      ],
    },
    { env: [{ name: 'A', value: 'x' }] },
  ),
  'ports twice': of(
    { ports: [{ containerPort: 80 }, { containerPort: 80, protocol: 'UDP' }, { containerPort: 80 }] },
    { ports: [{ containerPort: 80, hostPort: 8080 }] },
  ),
  'ports of hosts': of(
    { ports: [{ containerPort: 80, hostPort: 8080 }] },
    { ports: [{ containerPort: 80, hostPort: 8080, hostIP: '1.2.3.4' }] },
    { ports: [{ containerPort: 80, hostPort: 8081, hostIP: '1.2.3.4' }] },
  ),
  'address without port': of({ ports: [{ name: 'web', containerPort: 80, hostIP: '1.2.3.4' }] }),
  'names of ports': {
    initContainers: [{ name: 'init', image: 'x', ports: [{ name: 'web', containerPort: 1 }] }],
    ...of({ ports: [{ name: 'web', containerPort: 2 }] }, { ports: [{ name: 'web', containerPort: 3 }] }),
  },
  'negative grace': { terminationGracePeriodSeconds: -1 },
};

const ANNOTATIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'deprecated annotations': {
    'scheduler.alpha.kubernetes.io/critical-pod': '',
    'security.alpha.kubernetes.io/sysctls': '',
    'security.alpha.kubernetes.io/unsafe-sysctls': '',
  },
  'seccomp of the pod': { 'seccomp.security.alpha.kubernetes.io/pod': 'runtime/default' },
  'seccomp of a container': { [`${SECCOMP}/c1`]: 'runtime/default', [`${SECCOMP}/c9`]: 'runtime/default' },
  'app armor': { [`${APP_ARMOR}/c1`]: 'runtime/default' },
  'app armor, unconfined': { [`${APP_ARMOR}/c1`]: 'unconfined' },
  'app armor of the node': { [`${APP_ARMOR}/c1`]: 'localhost/profile' },
};

/** A pod's containers: `c1`, `c2` … */
function of(...members: readonly object[]): { readonly containers: readonly object[] } {
  return { containers: members.map(container) };
}

function container(member: object, index: number): object {
  return { name: `c${index + 1}`, image: 'x', ...member };
}

function pod(name: string, spec: object, annotations: object = {}, only = ANSWER): Step {
  return {
    name: `pod: ${name}`,
    method: 'POST',
    path: '/api/v1/namespaces/{{ns}}/pods',
    query: { dryRun: 'All' },
    body: { metadata: { name: 'p', annotations }, spec: { ...of({}), ...spec } },
    only,
    ...(name === 'deprecated labels of nodes' && { unorderedWarnings: true }),
  };
}

function deployment(name: string, spec: object, annotations: object = {}): Step {
  return {
    name: `template: ${name}`,
    method: 'POST',
    path: '/apis/apps/v1/namespaces/{{ns}}/deployments',
    query: { dryRun: 'All' },
    body: {
      metadata: { name: 'd' },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' }, annotations }, spec: { ...of({}), ...spec } },
      },
    },
    only: ANSWER,
    ...(name === 'deprecated labels of nodes' && { unorderedWarnings: true }),
  };
}

const PROFILES = [...ANSWER, 'spec.securityContext', 'spec.containers.*.securityContext'];

/** What the server says to pods and to templates of pods that are valid, and hardly what was meant. */
export const podWarnings: Scenario = {
  name: 'pod-warnings',
  steps: [
    { name: 'ready', path: '/api/v1/namespaces/{{ns}}/serviceaccounts/default', untilCode: 200, setup: true },
    ...Object.entries(SPECS)
      // Of pods, a plugin refuses it.
      .filter(([name]) => name !== 'fractional overhead')
      .map(([name, spec]) => pod(name, spec)),
    ...Object.entries(SPECS).map(([name, spec]) => deployment(name, spec)),
    ...Object.entries(ANNOTATIONS).map(([name, annotations]) => pod(name, {}, annotations, PROFILES)),
    ...Object.entries(ANNOTATIONS).map(([name, annotations]) => deployment(name, {}, annotations)),
    ...['pod', 'container', 'both'].flatMap((who) => {
      const profile = { seccompProfile: { type: 'RuntimeDefault' }, appArmorProfile: { type: 'RuntimeDefault' } };
      const spec = {
        ...(who !== 'container' && { securityContext: profile }),
        ...of(who === 'pod' ? {} : { securityContext: profile }, {}),
      };
      const annotations = {
        'seccomp.security.alpha.kubernetes.io/pod': 'runtime/default',
        [`${SECCOMP}/c1`]: 'runtime/default',
        [`${APP_ARMOR}/c1`]: 'runtime/default',
        [`${APP_ARMOR}/c2`]: 'runtime/default',
      };
      return [
        pod(`profiles of ${who}`, spec, annotations, PROFILES),
        deployment(`profiles of ${who}`, spec, annotations),
      ];
    }),
    pod('windows', { os: { name: 'windows' } }, { [`${APP_ARMOR}/c1`]: 'runtime/default' }, PROFILES),
    {
      name: 'pod: name with a dot',
      method: 'POST',
      path: '/api/v1/namespaces/{{ns}}/pods',
      body: { metadata: { name: 'a.b' }, spec: { ...of({}), terminationGracePeriodSeconds: -1 } },
      only: ANSWER,
    },
    {
      name: 'pod: changed',
      method: 'PATCH',
      path: '/api/v1/namespaces/{{ns}}/pods/a.b',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { metadata: { labels: { a: 'b' } } },
      only: ANSWER,
    },
    {
      name: 'pod: addresses',
      method: 'PATCH',
      path: '/api/v1/namespaces/{{ns}}/pods/a.b/status',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { status: { podIP: '2001:DB8::1', podIPs: [{ ip: '2001:DB8::1' }], hostIP: 'FE80::1' } },
      only: ANSWER,
    },
    pod(
      'more than a header holds',
      of({
        env: Array.from({ length: 60 }, (_, index) => ({
          name: `${'LONG_NAME_'.repeat(index === 2 ? 30 : 3)}A`,
          value: `${index}`,
        })),
      }),
    ),
  ],
};
