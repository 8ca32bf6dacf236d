import assert from 'node:assert/strict';
import { load } from 'js-yaml';
import { manifestFiles } from './manifests.ts';
import { AUTOROUTE, TENANT, crdFor, project } from './projects.fixture.test.ts';
import type { ManifestSettings } from './manifests.ts';

/** The YAML files of a project by their path below `deploy/`. */
function manifests(text: string, operator = '', settings: ManifestSettings = {}): ReadonlyMap<string, unknown> {
  const of = project(text, operator);
  const files = manifestFiles(of, settings, crdFor(of)).filter(({ path }) => path.endsWith('.yaml'));
  return new Map(files.map(({ path, contents }) => [path.replace(/^deploy\//, ''), load(contents)]));
}

interface Role {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly rules: readonly Readonly<Record<string, readonly string[]>>[];
}

const roleIn = (files: ReadonlyMap<string, unknown>, path: string): Role => files.get(path) as Role;

interface Patch {
  readonly spec: {
    readonly replicas: number;
    readonly strategy?: unknown;
    readonly template: {
      readonly spec: {
        readonly containers?: readonly [Readonly<Record<string, unknown>>];
        readonly volumes?: unknown;
        readonly topologySpreadConstraints: readonly { readonly topologyKey: string }[];
      };
    };
  };
}
const PATCH = 'overlays/production/deployment_patch.yaml';
const patchIn = (files: ReadonlyMap<string, unknown>): Patch['spec'] => (files.get(PATCH) as Patch).spec;

describe('roles for people', () => {
  const files = manifests(AUTOROUTE);

  it('view, edit and administer the kind, each as a part of Kubernetes’ role of that purpose, and spell out their verbs', () => {
    const verbs = {
      viewer: ['get', 'list', 'watch'],
      editor: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
      admin: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
    };
    for (const [name, aggregated] of [
      ['viewer', 'view'],
      ['editor', 'edit'],
      ['admin', 'admin'],
    ] as const) {
      const { metadata, rules } = roleIn(files, `base/autoroute_${name}_role.yaml`);
      assert.equal(metadata.name, `autoroute-operator-autoroute-${name}`);
      const labels = Object.keys(metadata.labels).filter((label) => label.startsWith('rbac.'));
      assert.deepEqual(labels, [`rbac.authorization.k8s.io/aggregate-to-${aggregated}`]);
      assert.deepEqual(rules, [
        { apiGroups: ['examples.io'], resources: ['autoroutes'], verbs: verbs[name] },
        { apiGroups: ['examples.io'], resources: ['autoroutes/status'], verbs: ['get'] },
      ]);
    }
  });
});

describe('the overlay for production', () => {
  it('builds on the overlay that is installed otherwise', () => {
    const base = (settings?: ManifestSettings): unknown =>
      (manifests(AUTOROUTE, '', settings).get('overlays/production/kustomization.yaml') as { resources: unknown[] })
        .resources[0];
    assert.equal(base(), '../cluster');
    assert.equal(base({ watch: 'namespaced' }), '../namespaced');
  });

  it('has two replicas at least, on different nodes and in different zones where there are any', () => {
    for (const [replicas, expected] of [
      [1, 2],
      [3, 3],
    ] as const)
      assert.equal(patchIn(manifests(AUTOROUTE, '', { replicas })).replicas, expected);
    const { topologySpreadConstraints } = patchIn(manifests(AUTOROUTE)).template.spec;
    assert.deepEqual(
      topologySpreadConstraints.map(({ topologyKey }) => topologyKey),
      ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'],
    );
  });

  it('has an election where the project has none', () => {
    const elected = manifests(AUTOROUTE);
    const alone = manifests(AUTOROUTE, 'enableLeaderElection: false\n');
    const env = { name: 'AUTOPILOT_ENABLE_LEADER_ELECTION', value: 'true' };
    const [container = {}] = patchIn(alone).template.spec.containers ?? [];
    assert.deepEqual((container['env'] as readonly unknown[])[0], env);
    assert.deepEqual(patchIn(alone).strategy, {
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
    });
    assert.deepEqual(
      roleIn(alone, 'overlays/production/leader_election_role.yaml').rules,
      roleIn(elected, 'base/leader_election_role.yaml').rules,
    );
    assert.ok(!elected.has('overlays/production/leader_election_role.yaml'));
    assert.ok(!JSON.stringify(patchIn(elected)).includes(env.name));
  });

  it('has what metrics over TLS need, in it and nowhere else', () => {
    const files = manifests(AUTOROUTE);
    const reviewing = [...files].filter(([, manifest]) => /reviews|METRICS_SECURE/.test(JSON.stringify(manifest)));
    assert.deepEqual(
      reviewing.map(([path]) => path),
      ['overlays/production/metrics_auth_role.yaml', PATCH],
    );
    assert.deepEqual(roleIn(files, 'overlays/production/metrics_reader_role.yaml').rules, [
      { nonResourceURLs: ['/metrics'], verbs: ['get'] },
    ]);
    const { metadata } = roleIn(manifests(AUTOROUTE, '', { watch: 'namespaced', namespace: 'a' }), AUTH_ROLE);
    assert.equal(metadata.name, 'autoroute-operator-a-metrics-auth', 'one for each namespace with an operator');
  });

  it('leaves certificates to a project that says where they are', () => {
    const { containers, volumes } = patchIn(manifests(AUTOROUTE, 'metricsCertDir: /certificates\n')).template.spec;
    assert.deepEqual(containers, [{ name: 'operator', env: [{ name: 'AUTOPILOT_METRICS_SECURE', value: 'true' }] }]);
    assert.equal(volumes, undefined);
  });

  it('has nothing to add about metrics that are not served, or over TLS anyway', () => {
    for (const operator of ['metricsAddr: ""\n', 'metricsAddr: localhost:9091\n', 'metricsSecure: true\n']) {
      const files = manifests(AUTOROUTE, operator);
      assert.ok(![...files.keys()].some((path) => /production\/metrics/.test(path)), operator);
      assert.equal(patchIn(files).template.spec.containers, undefined, operator);
    }
  });

  it('comes for kinds of cluster scope, too', () => {
    const { resources } = manifests(TENANT).get('overlays/production/kustomization.yaml') as { resources: string[] };
    assert.equal(resources[0], '../cluster');
  });
});

const AUTH_ROLE = 'overlays/production/metrics_auth_role.yaml';

describe('a project whose metrics are always over TLS', () => {
  const files = manifests(AUTOROUTE, 'metricsSecure: true\n');

  it('has the rights, the certificate and the name of the port in its base', () => {
    assert.ok(files.has('base/metrics_auth_role.yaml') && files.has('base/metrics_reader_role.yaml'));
    const service = JSON.stringify(files.get('base/metrics_service.yaml'));
    assert.match(service, /"https-metrics"/);
    assert.doesNotMatch(service, /prometheus\.io/);
    const deployment = JSON.stringify(files.get('base/deployment.yaml'));
    assert.match(deployment, /"AUTOPILOT_METRICS_CERT_DIR","value":"\/etc\/autopilot-metrics"/);
    assert.match(deployment, /"secretName":"autoroute-operator-metrics-tls","optional":true/);
    assert.doesNotMatch(JSON.stringify(manifests(AUTOROUTE).get('base/deployment.yaml')), /metrics-tls|CERT_DIR/);
  });
});

describe('the network policy', () => {
  const policy = (operator = ''): { spec: { ingress: unknown[]; policyTypes: unknown } } =>
    manifests(AUTOROUTE, operator).get('overlays/network-policy/network_policy.yaml') as ReturnType<typeof policy>;

  it('lets those to the metrics whose namespace is labelled for it, and nobody where there are none', () => {
    assert.deepEqual(policy().spec.ingress, [
      {
        from: [{ namespaceSelector: { matchLabels: { metrics: 'enabled' } } }],
        ports: [{ port: 'metrics', protocol: 'TCP' }],
      },
    ]);
    assert.deepEqual(policy('metricsAddr: ""\n').spec.ingress, []);
    assert.deepEqual(policy().spec.policyTypes, ['Ingress'], 'whom the operator connects to, only the user knows');
  });
});

describe('what `kubectl apply -k deploy` installs', () => {
  it('is one overlay, and the others are named beside it', () => {
    const of = project(AUTOROUTE);
    const [file] = manifestFiles(of, {}, crdFor(of));
    const { resources } = load(file?.contents ?? '') as { resources: unknown };
    assert.deepEqual(resources, ['overlays/cluster']);
    for (const overlay of ['namespaced', 'production', 'monitoring', 'network-policy'])
      assert.match(file?.contents ?? '', new RegExp(`^#   overlays/${overlay} `, 'm'));
    assert.doesNotMatch(
      manifestFiles(project(TENANT), {}, crdFor(project(TENANT)))[0]?.contents ?? '',
      /namespaced/,
      'not for kinds of cluster scope',
    );
  });
});
