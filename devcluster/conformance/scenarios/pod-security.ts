import type { Scenario, Step } from '../scenario.ts';

const MERGE = { 'content-type': 'application/merge-patch+json' };
const ANSWER = ['message', 'reason', 'details'];

/** What is added to a pod, by the name of the step. All pods are valid. */
const SPECS: Readonly<Record<string, object>> = {
  plain: {},
  'app armor of the pod': { securityContext: { appArmorProfile: { type: 'Unconfined' } } },
  'app armor of containers': of(
    { securityContext: { appArmorProfile: { type: 'Unconfined' } } },
    { securityContext: { appArmorProfile: { type: 'Unconfined' } } },
  ),
  'app armor of both': {
    securityContext: { appArmorProfile: { type: 'Unconfined' } },
    ...of({ securityContext: { appArmorProfile: { type: 'Unconfined' } } }),
  },
  'app armor allowed': { securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } },
  capabilities: of(
    { securityContext: { capabilities: { add: ['SYS_ADMIN', 'CHOWN', 'NET_RAW'] } } },
    { securityContext: { capabilities: { add: ['SYS_TIME'], drop: ['ALL'] } } },
  ),
  'capabilities dropped': of({ securityContext: { capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] } } }),
  'capabilities kept': of({ securityContext: { capabilities: { drop: ['CHOWN'] } } }),
  'host network': { hostNetwork: true },
  'host process ids and ipc': { hostPID: true, hostIPC: true },
  'host path': { volumes: [{ name: 'v', hostPath: { path: '/x' } }] },
  'host paths': {
    volumes: [
      { name: 'v', hostPath: { path: '/x' } },
      { name: 'w', hostPath: { path: '/y' } },
      { name: 'e', emptyDir: {} },
    ],
  },
  'host port': of({ ports: [{ containerPort: 80, hostPort: 8080 }] }),
  'host ports': of(
    {
      ports: [
        { containerPort: 80, hostPort: 9 },
        { containerPort: 81, hostPort: 10 },
      ],
    },
    { ports: [{ containerPort: 82, hostPort: 8 }] },
  ),
  'probe of a host': of({ livenessProbe: { httpGet: { host: 'example.com', port: 80 } } }),
  'probes of hosts': of(
    { readinessProbe: { tcpSocket: { host: 'b.example.com', port: 80 } }, startupProbe: { exec: { command: ['x'] } } },
    { lifecycle: { preStop: { httpGet: { host: 'a.example.com', port: 80 } } } },
  ),
  privileged: of({ securityContext: { privileged: true } }),
  'privileged, at first': { initContainers: [{ name: 'init', image: 'x', securityContext: { privileged: true } }] },
  'proc mount': { hostUsers: false, ...of({ securityContext: { procMount: 'Unmasked' } }) },
  'selinux type': { securityContext: { seLinuxOptions: { type: 'spc_t' } } },
  'selinux engine': { securityContext: { seLinuxOptions: { type: 'container_engine_t' } } },
  'selinux user and role': {
    securityContext: { seLinuxOptions: { user: 'u' } },
    ...of({ securityContext: { seLinuxOptions: { role: 'r', type: 'foo_t' } } }, {}),
  },
  'selinux level': { securityContext: { seLinuxOptions: { level: 's0' } } },
  'seccomp of the pod': { securityContext: { seccompProfile: { type: 'Unconfined' } } },
  'seccomp of containers': of({ securityContext: { seccompProfile: { type: 'Unconfined' } } }, {}),
  'seccomp of all': { securityContext: { seccompProfile: { type: 'RuntimeDefault' } } },
  'seccomp of one': of({ securityContext: { seccompProfile: { type: 'RuntimeDefault' } } }, {}),
  sysctls: {
    securityContext: {
      sysctls: [
        { name: 'kernel.msgmax', value: '1' },
        { name: 'net.ipv4.tcp_rmem', value: '1' },
        { name: 'net.core.somaxconn', value: '1' },
      ],
    },
  },
  'sysctls allowed': {
    securityContext: {
      sysctls: [
        { name: 'net.ipv4.tcp_syncookies', value: '1' },
        { name: 'net.ipv4.tcp_keepalive_time', value: '1' },
        { name: 'net.ipv4.ip_local_reserved_ports', value: '1' },
        { name: 'net.ipv4.tcp_notsent_lowat', value: '1' },
      ],
    },
  },
  'windows host process': {
    os: { name: 'windows' },
    hostNetwork: true,
    securityContext: { windowsOptions: { hostProcess: true } },
  },
  'windows host process of a container': {
    os: { name: 'windows' },
    hostNetwork: true,
    ...of({ securityContext: { windowsOptions: { hostProcess: true } } }),
  },
  'windows, otherwise': { os: { name: 'windows' }, securityContext: { runAsNonRoot: true } },
  'no escalation': of({ securityContext: { allowPrivilegeEscalation: false } }, {}),
  'as root': { securityContext: { runAsUser: 0, runAsNonRoot: false } },
  'containers as root': of(
    { securityContext: { runAsUser: 0, runAsNonRoot: false } },
    { securityContext: { runAsUser: 0 } },
  ),
  'not as root': {
    securityContext: { runAsNonRoot: true, runAsUser: 1000 },
    ...of({ securityContext: { runAsNonRoot: false } }),
  },
  'users of its own': { hostUsers: false, securityContext: { runAsUser: 0 } },
  volumes: {
    volumes: [
      { name: 'a', nfs: { server: 's', path: '/x' } },
      { name: 'b', iscsi: { targetPortal: '1.2.3.4', iqn: 'iqn.2001-04.com.example:a', lun: 1 } },
      { name: 'c', configMap: { name: 'x' } },
    ],
  },
  'volumes allowed': {
    volumes: [
      { name: 'a', secret: { secretName: 'x' } },
      { name: 'b', persistentVolumeClaim: { claimName: 'x' } },
      { name: 'c', downwardAPI: { items: [{ path: 'x', fieldRef: { fieldPath: 'metadata.name' } }] } },
      { name: 'd', csi: { driver: 'x' } },
    ],
  },
  'ephemeral volume': {
    volumes: [
      {
        name: 'a',
        ephemeral: {
          volumeClaimTemplate: {
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        },
      },
    ],
  },
  'restricted enough': {
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    ...of({ securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }),
  },
};

/** Containers `a`, `b` … with these members. */
function of(...containers: readonly object[]): object {
  return {
    containers: containers.map((more, index) => Object.assign({ name: 'abc'.charAt(index), image: 'x' }, more)),
  };
}

function podSpec(more: object): object {
  return { ...of({}), ...more };
}

const NAMESPACES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  baseline: { enforce: 'baseline', warn: 'restricted' },
  restricted: { enforce: 'restricted' },
  old: { enforce: 'privileged', warn: 'restricted', 'warn-version': 'v1.18' },
  older: { enforce: 'privileged', warn: 'restricted', 'warn-version': 'v1.24', audit: 'restricted' },
};

function labels(mode: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(mode).map(([name, value]) => [`pod-security.kubernetes.io/${name}`, value]));
}

const space = (name: string): string => `/api/v1/namespaces/conf-psa-${name}`;

function inNamespace(name: string): Step[] {
  return Object.entries(SPECS).map(([what, more]) => ({
    name: `${name}: ${what}`,
    method: 'POST',
    path: `${space(name)}/pods`,
    query: { dryRun: 'All' },
    body: { metadata: { name: 'pod' }, spec: podSpec(more) },
    only: ANSWER,
  }));
}

const TEMPLATE = { metadata: { labels: { a: 'b' } }, spec: podSpec({ hostNetwork: true }) };
const JOB = { metadata: { labels: { a: 'b' } }, spec: podSpec({ restartPolicy: 'Never', hostPID: true }) };
const SELECTOR = { matchLabels: { a: 'b' } };

const CONTROLLERS: Readonly<Record<string, object>> = {
  '/api/v1 podtemplates': { template: TEMPLATE },
  '/api/v1 replicationcontrollers': { spec: { selector: { a: 'b' }, template: TEMPLATE } },
  '/apis/apps/v1 daemonsets': { spec: { selector: SELECTOR, template: TEMPLATE } },
  '/apis/apps/v1 deployments': { spec: { selector: SELECTOR, template: TEMPLATE } },
  '/apis/apps/v1 replicasets': { spec: { selector: SELECTOR, template: TEMPLATE } },
  '/apis/apps/v1 statefulsets': { spec: { selector: SELECTOR, serviceName: 'x', template: TEMPLATE } },
  '/apis/batch/v1 jobs': { spec: { template: JOB } },
  '/apis/batch/v1 cronjobs': { spec: { schedule: '1 * * * *', jobTemplate: { spec: { template: JOB } } } },
};

function templates(name: string): Step[] {
  return Object.entries(CONTROLLERS).map(([where, body]) => {
    const [group = '', resource = ''] = where.split(' ');
    return {
      name: `${name}: ${resource}`,
      method: 'POST',
      path: `${group}/namespaces/conf-psa-${name}/${resource}`,
      query: { dryRun: 'All' },
      body: { metadata: { name: 'x' }, ...body },
      only: ANSWER,
    };
  });
}

function relabel(name: string, mode: Readonly<Record<string, string | null>>): Step {
  const members = Object.entries(mode).map(([label, value]): [string, string | null] => [
    `pod-security.kubernetes.io/${label}`,
    value,
  ]);
  return {
    name: `relabel: ${name}`,
    method: 'PATCH',
    path: space('open'),
    headers: MERGE,
    body: { metadata: { labels: Object.fromEntries(members) } },
    only: ANSWER,
  };
}

function pod(name: string, more: object): Step {
  const body = { metadata: { name }, spec: podSpec(more) };
  return { name: `pod ${name}`, method: 'POST', path: `${space('open')}/pods`, body, only: ANSWER };
}

function unknown(name: string, mode: Readonly<Record<string, string>>): Step {
  const body = { metadata: { name: 'conf-psa-bad', labels: labels(mode) } };
  return { name, method: 'POST', path: '/api/v1/namespaces', body, only: ANSWER };
}

/** Namespaces that say which pods they take. */
export const podSecurity: Scenario = {
  name: 'pod-security',
  cleanup: [...Object.keys(NAMESPACES), 'open'].map(space),
  steps: [
    ...Object.entries({ ...NAMESPACES, open: {} }).flatMap(([name, mode]): Step[] => [
      {
        name: `namespace ${name}`,
        method: 'POST',
        path: '/api/v1/namespaces',
        body: { metadata: { name: `conf-psa-${name}`, labels: labels(mode) } },
        only: ANSWER,
      },
      { name: `account of ${name}`, path: `${space(name)}/serviceaccounts/default`, untilCode: 200, setup: true },
    ]),
    unknown('unknown level', { enforce: 'strict', warn: 'x' }),
    unknown('unknown version', { 'enforce-version': '1.2', 'audit-version': 'v2.0' }),
    unknown('unknown both', { enforce: 'strict', warn: 'x', 'enforce-version': '1.2', 'audit-version': 'v2.0' }),
    ...Object.keys(NAMESPACES).flatMap((name) => inNamespace(name).concat(templates(name))),
    pod('a', {}),
    pod('b', {}),
    pod('c', { hostNetwork: true }),
    pod('d', {}),
    relabel('baseline', { enforce: 'baseline' }),
    relabel('restricted', { enforce: 'restricted' }),
    relabel('again', { enforce: 'restricted' }),
    relabel('another version', { 'enforce-version': 'v1.20' }),
    relabel('less', { enforce: 'baseline' }),
    relabel('nonsense', { enforce: 'nonsense' }),
    relabel('nonsense of a warning', { warn: 'nonsense', 'warn-version': '7' }),
    {
      name: 'label of a pod that is not allowed',
      method: 'PATCH',
      path: `${space('open')}/pods/c`,
      headers: MERGE,
      body: { metadata: { labels: { x: 'y' } } },
      only: ANSWER,
    },
    {
      name: 'image of a pod that is not allowed',
      method: 'PATCH',
      path: `${space('open')}/pods/c`,
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
      body: { spec: { containers: [{ name: 'a', image: 'y' }] } },
      only: ANSWER,
    },
    relabel('nothing', { enforce: null, 'enforce-version': null }),
    {
      name: 'image of a pod that is allowed again',
      method: 'PATCH',
      path: `${space('open')}/pods/c`,
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
      body: { spec: { containers: [{ name: 'a', image: 'y' }] } },
      only: ANSWER,
    },
  ],
};
