import { generateKeyPairSync } from 'node:crypto';
import { createServingCertificate } from '../../auth/certificate.ts';
import type { Scenario, Step } from '../scenario.ts';

const ANSWER = ['message', 'reason', 'details'];
const MERGE = { 'content-type': 'application/merge-patch+json' };
const NEGATIVE = { metadata: { labels: { a: 'b' } }, spec: { ...containers(), terminationGracePeriodSeconds: -1 } };
const SELECTED = { selector: { matchLabels: { a: 'b' } }, template: NEGATIVE };
const NAMESPACED: Readonly<Record<string, string>> = {
  batch: '/apis/batch/v1',
  apps: '/apis/apps/v1',
  core: '/api/v1',
  networking: '/apis/networking.k8s.io/v1',
  discovery: '/apis/discovery.k8s.io/v1',
  storage: '/apis/storage.k8s.io/v1',
};

function containers(): { readonly containers: readonly object[] } {
  return { containers: [{ name: 'c', image: 'x' }] };
}

function pathOf(group: string, resource: string): string {
  return `${NAMESPACED[group] ?? ''}/namespaces/{{ns}}/${resource}`;
}

/** POST of an object of the namespace. `dryRun` unless later steps change it. */
function create(name: string, group: string, resource: string, body: object, kept = false): Step {
  return {
    name,
    method: 'POST',
    path: pathOf(group, resource),
    ...(!kept && { query: { dryRun: 'All' } }),
    body: { ...body, metadata: { name: 'x', ...('metadata' in body && isMember(body.metadata)) } },
    only: ANSWER,
  };
}

function isMember(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

function change(name: string, group: string, path: string, body: object): Step {
  return { name, method: 'PATCH', path: pathOf(group, path), headers: MERGE, body, only: ANSWER };
}

/** POST of an object of cluster scope, to try. */
function tryCluster(name: string, path: string, body: object): Step {
  return { name, method: 'POST', path, query: { dryRun: 'All' }, body, only: ANSWER };
}

function storedOnly(step: Step): Step {
  return { ...step, storedOnly: true };
}

function service(name: string, spec: object, annotations: object = {}): Step {
  const body = { metadata: { annotations }, spec: { ports: [{ port: 80 }], ...spec } };
  return create(`service: ${name}`, 'core', 'services', body);
}

type Controller = readonly [group: string, resource: string, spec: object, name?: string];

const CONTROLLERS: readonly Controller[] = [
  ['apps', 'deployments', SELECTED],
  ['apps', 'replicasets', SELECTED],
  ['apps', 'daemonsets', SELECTED],
  ['apps', 'statefulsets', { ...SELECTED, serviceName: 'x', revisionHistoryLimit: -1 }, 'set'],
  ['core', 'replicationcontrollers', { selector: { a: 'b' }, template: NEGATIVE }],
];

const JOB = { template: { spec: { ...NEGATIVE.spec, restartPolicy: 'Never' } } };

function controllerSteps([group, resource, spec, name = 'x.y']: Controller): Step[] {
  return [
    create(`${resource}: created`, group, resource, { metadata: { name }, spec }, true),
    change(`${resource}: labelled`, group, `${resource}/${name}`, { metadata: { labels: { c: 'd' } } }),
    change(`${resource}: annotated`, group, `${resource}/${name}`, { metadata: { annotations: { c: 'd' } } }),
    change(`${resource}: another template`, group, `${resource}/${name}`, {
      spec: {
        template: { spec: { terminationGracePeriodSeconds: -2, nodeSelector: { 'beta.kubernetes.io/os': 'x' } } },
      },
    }),
    change(`${resource}: template mended`, group, `${resource}/${name}`, {
      spec: { template: { spec: { terminationGracePeriodSeconds: 2 } } },
    }),
    change(`${resource}: minReadySeconds`, group, `${resource}/${name}`, { spec: { minReadySeconds: 3 } }),
    ...(resource === 'daemonsets'
      ? []
      : [change(`${resource}: scaled`, group, `${resource}/${name}/scale`, { spec: { replicas: 2 } })]),
  ];
}

const jobs: readonly Step[] = [
  create('job: created', 'batch', 'jobs', { metadata: { name: 'x.y' }, spec: JOB }, true),
  change('job: suspended', 'batch', 'jobs/x.y', { spec: { suspend: true } }),
  change('job: labelled', 'batch', 'jobs/x.y', { metadata: { labels: { c: 'd' } } }),
  create('job: many indexes', 'batch', 'jobs', {
    spec: { ...JOB, completionMode: 'Indexed', completions: 100_001, parallelism: 10_001 },
  }),
  create('job: not so many', 'batch', 'jobs', {
    spec: { ...JOB, completionMode: 'Indexed', completions: 100_001, parallelism: 10_000 },
  }),
  {
    name: 'job: deleted without policy',
    method: 'DELETE',
    path: pathOf('batch', 'jobs/x.y'),
    query: { dryRun: 'All' },
    only: ANSWER,
  },
  {
    name: 'job: deleted in background',
    method: 'DELETE',
    path: pathOf('batch', 'jobs/x.y'),
    query: { dryRun: 'All', propagationPolicy: 'Background' },
    only: ANSWER,
  },
  {
    name: 'job: all deleted without policy',
    method: 'DELETE',
    path: pathOf('batch', 'jobs'),
    query: { dryRun: 'All' },
    only: ANSWER,
  },
  create(
    'cron job: created',
    'batch',
    'cronjobs',
    {
      metadata: { name: 'x.y' },
      spec: { schedule: '* * * * *', jobTemplate: { spec: JOB } },
    },
    true,
  ),
  change('cron job: suspended', 'batch', 'cronjobs/x.y', { spec: { suspend: true } }),
  change('cron job: labelled', 'batch', 'cronjobs/x.y', { metadata: { labels: { c: 'd' } } }),
  change('cron job: with a zone', 'batch', 'cronjobs/x.y', { spec: { schedule: 'TZ=UTC * * * * *' } }),
  create('pod template: created', 'core', 'podtemplates', { template: NEGATIVE }, true),
  change('pod template: labelled', 'core', 'podtemplates/x', { metadata: { labels: { c: 'd' } } }),
  change('pod template: changed', 'core', 'podtemplates/x', { template: { metadata: { labels: { c: 'd' } } } }),
];

const services: readonly Step[] = [
  service('plain', {}),
  service('hints', {}, { 'service.kubernetes.io/topology-aware-hints': 'auto' }),
  service('external addresses', { externalIPs: ['1.2.3.4', '2001:DB8::1'] }),
  service('headless, with all of it', {
    clusterIP: 'None',
    externalIPs: ['2001:DB8::1'],
    sessionAffinity: 'ClientIP',
  }),
  service('headless with a balancer', { clusterIP: 'None', loadBalancerIP: '1.2.3.4' }),
  service('balancer', {
    type: 'LoadBalancer',
    loadBalancerIP: '2001:0db8::1',
    loadBalancerSourceRanges: ['10.0.0.0/8', '10.0.0.1/8', ' 10.0.0.0/8', '2001:DB8::/64'],
  }),
  service('balancer of ranges', {
    type: 'LoadBalancer',
    loadBalancerSourceRanges: ['10.0.0.0/8', '2001:DB8::/64', '2001:db8:0::/48'],
  }),
  service('balancer of a range with more', { type: 'LoadBalancer', loadBalancerSourceRanges: ['10.0.0.1/8'] }),
  service('balancer of no address', { type: 'LoadBalancer', loadBalancerIP: 'lb.example.com' }),
  service('external name with addresses', {
    type: 'ExternalName',
    externalName: 'example.com',
    externalIPs: ['1.2.3.4'],
  }),
  service('name of no use', { externalName: 'example.com' }),
  service('close by', { trafficDistribution: 'PreferClose' }),
  service('in the same zone', { trafficDistribution: 'PreferSameZone' }),
  create(
    'service: created',
    'core',
    'services',
    { spec: { type: 'LoadBalancer', ports: [{ port: 1 }], externalIPs: ['1.2.3.4'] } },
    true,
  ),
  change('service: labelled', 'core', 'services/x', { metadata: { labels: { a: 'b' } } }),
  change('service: balanced', 'core', 'services/x/status', {
    status: { loadBalancer: { ingress: [{ ip: '2001:DB8::1', ipMode: 'VIP' }] } },
  }),
];

const BACKEND = { defaultBackend: { service: { name: 'x', port: { number: 80 } } } };

const networking: readonly Step[] = [
  create(
    'ingress: by annotation',
    'networking',
    'ingresses',
    {
      metadata: { annotations: { 'kubernetes.io/ingress.class': 'nginx' } },
      spec: BACKEND,
    },
    true,
  ),
  create('ingress: by both', 'networking', 'ingresses', {
    metadata: { name: 'y', annotations: { 'kubernetes.io/ingress.class': 'nginx' } },
    spec: { ...BACKEND, ingressClassName: 'nginx' },
  }),
  change('ingress: labelled', 'networking', 'ingresses/x', { metadata: { labels: { a: 'b' } } }),
  change('ingress: balanced', 'networking', 'ingresses/x/status', {
    status: { loadBalancer: { ingress: [{ ip: '2001:DB8::1' }] } },
  }),
  create('network policy: blocks', 'networking', 'networkpolicies', {
    spec: {
      podSelector: {},
      ingress: [{ from: [{ ipBlock: { cidr: '2001:DB8::/32', except: ['2001:DB8:1::/48'] } }] }],
      egress: [{ to: [{ podSelector: {} }, { ipBlock: { cidr: '2001:DB8::/32' } }] }],
    },
  }),
  create('network policy: more than a block', 'networking', 'networkpolicies', {
    spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.1/8' } }] }] },
  }),
  create('endpoint slice: names', 'discovery', 'endpointslices', {
    addressType: 'FQDN',
    endpoints: [{ addresses: ['example.com'] }],
  }),
  create('endpoints: addresses', 'core', 'endpoints', {
    metadata: { name: 'e' },
    subsets: [{ addresses: [{ ip: '2001:DB8::1' }], notReadyAddresses: [{ ip: 'FD00::1' }], ports: [{ port: 80 }] }],
  }),
];

const volumes: readonly Step[] = [
  create(
    'claim: annotation',
    'core',
    'persistentvolumeclaims',
    {
      metadata: { annotations: { 'volume.beta.kubernetes.io/storage-class': 'x' } },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
    true,
  ),
  change('claim: labelled', 'core', 'persistentvolumeclaims/x', { metadata: { labels: { a: 'b' } } }),
  create('claim: fractional', 'core', 'persistentvolumeclaims', {
    metadata: { name: 'y' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1.5' }, limits: { storage: '2500m' } } },
  }),
  create(
    'stateful set: fractional claim',
    'apps',
    'statefulsets',
    {
      spec: {
        ...SELECTED,
        template: { metadata: NEGATIVE.metadata, spec: containers() },
        serviceName: 'x',
        volumeClaimTemplates: [
          {
            metadata: { name: 'v' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1500m' } } },
          },
        ],
      },
    },
    true,
  ),
  change('stateful set: fractional claim, labelled', 'apps', 'statefulsets/x', { metadata: { labels: { a: 'b' } } }),
  change('stateful set: fractional claim, status', 'apps', 'statefulsets/x/status', { status: { replicas: 3 } }),
  tryCluster('volume: annotations', '/api/v1/persistentvolumes', {
    metadata: {
      name: 'conf-warnings',
      annotations: {
        'volume.beta.kubernetes.io/storage-class': 'x',
        'volume.beta.kubernetes.io/mount-options': 'ro',
      },
    },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Recycle',
      nfs: { server: 'x', path: '/x' },
      nodeAffinity: {
        required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'beta.kubernetes.io/os', operator: 'Exists' }] }] },
      },
    },
  }),
  ...Object.entries({
    cephfs: { monitors: ['x'] },
    photonPersistentDisk: { pdID: 'x' },
    scaleIO: { gateway: 'x', system: 'x', secretRef: { name: 'x', namespace: 'x' }, volumeName: 'x' },
    storageos: { volumeName: 'x' },
    glusterfs: { endpoints: 'x', path: 'x' },
    rbd: { monitors: ['x'], image: 'x' },
  }).map(([type, source]) =>
    tryCluster(`volume: ${type}`, '/api/v1/persistentvolumes', {
      metadata: { name: 'conf-warnings' },
      spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], [type]: source },
    }),
  ),
  tryCluster('storage class: topologies', '/apis/storage.k8s.io/v1/storageclasses', {
    metadata: { name: 'conf-warnings' },
    provisioner: 'example.com/x',
    allowedTopologies: [{ matchLabelExpressions: [{ key: 'failure-domain.beta.kubernetes.io/zone', values: ['a'] }] }],
  }),
  create('storage capacity: topology', 'storage', 'csistoragecapacities', {
    storageClassName: 'x',
    nodeTopology: {
      matchLabels: { 'beta.kubernetes.io/os': 'x' },
      matchExpressions: [{ key: 'beta.kubernetes.io/arch', operator: 'Exists' }],
    },
  }),
  tryCluster('driver: tokens', '/apis/storage.k8s.io/v1/csidrivers', {
    metadata: { name: 'conf-warnings' },
    spec: { tokenRequests: [{ audience: 'x' }] },
  }),
  tryCluster('driver: tokens in secrets', '/apis/storage.k8s.io/v1/csidrivers', {
    metadata: { name: 'conf-warnings' },
    spec: { tokenRequests: [{ audience: 'x' }], serviceAccountTokenInSecrets: false },
  }),
];

const ONE = createServingCertificate(new Date());
const ANOTHER = createServingCertificate(new Date());
const EDWARDS = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const block = (type: string): string => `-----BEGIN ${type}-----\nAAAA\n-----END ${type}-----\n`;

/** Certificates and keys of Secrets, by the name of the step. */
const KEY_PAIRS: Readonly<Record<string, readonly [certificate: string, key: string]>> = {
  'a pair': [ONE.cert, ONE.key],
  'more than a pair': [`text\n${ONE.cert}${ONE.ca}`, `${block('EC PARAMETERS')}${ONE.key}`],
  'nothing of either': ['x', 'x'],
  'key of another': [ONE.cert, ANOTHER.key],
  'key of another type': [ONE.cert, EDWARDS],
  'both switched': [ONE.key, ONE.cert],
  'no certificate among blocks': [block('X') + block('Y'), ONE.key],
  'no key': [ONE.cert, ''],
  'certificate twice': [ONE.cert, ONE.cert],
  'no key among blocks': [ONE.cert, block('X') + block('Y')],
  'key of nonsense': [ONE.cert, block('PRIVATE KEY')],
};

const others: readonly Step[] = [
  tryCluster('runtime class: scheduling', '/apis/node.k8s.io/v1/runtimeclasses', {
    metadata: { name: 'conf-warnings' },
    handler: 'x',
    scheduling: { nodeSelector: { 'beta.kubernetes.io/os': 'x' } },
  }),
  tryCluster('node: fields of the past', '/api/v1/nodes', {
    metadata: { name: 'conf-warnings' },
    spec: { externalID: 'x', podCIDR: '2001:DB8::/64', podCIDRs: ['2001:DB8::/64'] },
  }),
  create(
    'service account: mountable secrets',
    'core',
    'serviceaccounts',
    {
      metadata: { annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } },
    },
    true,
  ),
  change('service account: labelled', 'core', 'serviceaccounts/x', { metadata: { labels: { a: 'b' } } }),
  change('service account: annotated', 'core', 'serviceaccounts/default', {
    metadata: { annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } },
  }),
  storedOnly(
    create('quota: less than it requests', 'core', 'resourcequotas', {
      spec: { hard: { 'requests.cpu': '2', 'limits.cpu': '1', memory: '2Gi', 'limits.memory': '1Gi' } },
    }),
  ),
  ...Object.entries(KEY_PAIRS).map(([name, [certificate, key]]) =>
    create(`secret: ${name}`, 'core', 'secrets', {
      type: 'kubernetes.io/tls',
      stringData: { 'tls.crt': certificate, 'tls.key': key },
    }),
  ),
  ...['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'].map((kind) =>
    storedOnly(
      tryCluster(kind, `/apis/admissionregistration.k8s.io/v1/${kind.toLowerCase()}s`, {
        metadata: { name: 'conf-warnings' },
        webhooks: [
          {
            name: 'a.example.com',
            clientConfig: { url: 'https://example.com' },
            sideEffects: 'None',
            admissionReviewVersions: ['v1'],
            rules: [
              { apiGroups: ['*'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['tokenreviews'] },
              {
                apiGroups: ['authentication.k8s.io', 'authorization.k8s.io'],
                apiVersions: ['*'],
                operations: ['CREATE'],
                resources: ['subjectaccessreviews', 'tokenreviews', 'tokenreviews'],
              },
            ],
          },
        ],
      }),
    ),
  ),
];

/** What the server says to objects, other than pods, that are valid and hardly what was meant. */
export const warnings: Scenario = {
  name: 'warnings',
  steps: [...CONTROLLERS.flatMap(controllerSteps), ...jobs, ...services, ...networking, ...volumes, ...others],
};
