import assert from 'node:assert/strict';
import { load } from 'js-yaml';
import { describe, it } from 'mocha';
import { format } from 'prettier';
import * as z from 'zod';
import { crdOf } from '../../runtime/crd/crd.ts';
import { ProjectError } from '../errors.ts';
import type { Project } from '../model.ts';
import { manifestFiles } from './manifests.ts';
import type { ManifestSettings } from './manifests.ts';
import { AUTOROUTE, SURVEY, TENANT, crdFor, project } from './projects.fixture.test.ts';

const render = (of: Project, settings: ManifestSettings = {}) => manifestFiles(of, settings, crdFor(of));

const paths = (of: Project, settings?: ManifestSettings) => render(of, settings).map(({ path }) => path);

/** The value at a path of a manifest; `*` for all of a list. */
function pick(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce((found, step) => {
    if (typeof found !== 'object' || found === null) return undefined;
    return new Map<string, unknown>(Object.entries(found)).get(String(step));
  }, value);
}

function read(of: Project, path: string, settings?: ManifestSettings): unknown {
  const file = render(of, settings).find((each) => each.path === path);
  assert.ok(file, `there is no ${path}`);
  return load(file.contents);
}

const DEPLOYMENT = 'deploy/base/deployment.yaml';
const CONTAINER = ['spec', 'template', 'spec', 'containers', 0] as const;

function problemsOf(of: Project, settings: ManifestSettings): readonly string[] {
  try {
    render(of, settings);
  } catch (error) {
    assert.ok(error instanceof ProjectError);
    return error.problems.map(({ code, path }) => `${path} ${code}`);
  }
  return [];
}

describe('manifests', () => {
  it('are a base with overlays: for one namespace and for all, for production, and what stands beside them', () => {
    assert.deepEqual(paths(project(AUTOROUTE)), [
      'deploy/kustomization.yaml',
      'deploy/autoroute_example.yaml',
      'deploy/base/kustomization.yaml',
      'deploy/base/namespace.yaml',
      'deploy/base/crd.yaml',
      'deploy/base/autoroute_viewer_role.yaml',
      'deploy/base/autoroute_editor_role.yaml',
      'deploy/base/autoroute_admin_role.yaml',
      'deploy/base/service_account.yaml',
      'deploy/base/configmap.yaml',
      'deploy/base/leader_election_role.yaml',
      'deploy/base/leader_election_rolebinding.yaml',
      'deploy/base/deployment.yaml',
      'deploy/base/metrics_service.yaml',
      'deploy/overlays/namespaced/kustomization.yaml',
      'deploy/overlays/namespaced/role.yaml',
      'deploy/overlays/namespaced/rolebinding.yaml',
      'deploy/overlays/namespaced/watch_namespace.yaml',
      'deploy/overlays/cluster/kustomization.yaml',
      'deploy/overlays/cluster/clusterrole.yaml',
      'deploy/overlays/cluster/clusterrolebinding.yaml',
      'deploy/overlays/production/kustomization.yaml',
      'deploy/overlays/production/pod_disruption_budget.yaml',
      'deploy/overlays/production/metrics_auth_role.yaml',
      'deploy/overlays/production/metrics_auth_rolebinding.yaml',
      'deploy/overlays/production/metrics_reader_role.yaml',
      'deploy/overlays/production/deployment_patch.yaml',
      'deploy/overlays/production/metrics_service_patch.yaml',
      'deploy/overlays/monitoring/kustomization.yaml',
      'deploy/overlays/monitoring/service_monitor.yaml',
      'deploy/overlays/monitoring/prometheus_rule.yaml',
      'deploy/overlays/monitoring/dashboard.json',
      'deploy/overlays/network-policy/kustomization.yaml',
      'deploy/overlays/network-policy/network_policy.yaml',
    ]);
  });

  it('leave out what a project has no use for', () => {
    const of = project(TENANT, 'metricsAddr: ""\nenableLeaderElection: false\n');
    const found = paths(of, { namespace: 'kube-system' });
    assert.ok(!found.some((path) => /namespaced|namespace\.yaml|metrics|monitoring/.test(path)), found.join('\n'));
    assert.ok(!found.some((path) => /base\/leader_election/.test(path)), found.join('\n'));
  });

  it('give the Service for metrics a name with a letter first, as Services need it', () => {
    const name = (text: string) => pick(read(project(text), 'deploy/base/metrics_service.yaml'), 'metadata', 'name');
    assert.equal(name(AUTOROUTE), 'autoroute-operator-metrics');
    assert.equal(name(SURVEY), 'metrics-2-survey-operator');
  });

  it('name each file in its kustomization', () => {
    for (const text of [AUTOROUTE, SURVEY, TENANT]) {
      const files = render(project(text));
      for (const { path, contents } of files.filter((file) => file.path.endsWith('/kustomization.yaml'))) {
        const folder = path.slice(0, path.lastIndexOf('/'));
        const inside = files
          .map((file) => file.path)
          .filter((file) => file.startsWith(`${folder}/`) && !file.slice(folder.length + 1).includes('/'));
        for (const file of inside) {
          const name = file.slice(folder.length + 1);
          if (name !== 'kustomization.yaml' && !name.endsWith('_example.yaml'))
            assert.match(contents, new RegExp(`- (path: )?${name.replaceAll('.', '\\.')}$`, 'm'));
        }
      }
    }
  });

  it('are as prettier writes them', async () => {
    for (const text of [AUTOROUTE, SURVEY, TENANT]) {
      for (const { path, contents } of render(project(text)).filter((file) => file.path.endsWith('.yaml'))) {
        for (const printWidth of [80, 120]) {
          assert.equal(await format(contents, { parser: 'yaml', printWidth, singleQuote: true }), contents, path);
        }
      }
    }
  });

  it('are labelled alike: each object, and the pods', () => {
    const wanted = {
      app: '2-survey-operator',
      'app.kubernetes.io/name': '2-survey-operator',
      'app.kubernetes.io/version': '1.2.3',
      'app.kubernetes.io/part-of': '2-survey-operator',
      'app.kubernetes.io/managed-by': 'autopilot',
    };
    const of = project(SURVEY, 'version: 1.2.3\n');
    const isLabelled = (labels: unknown, where: string): void => {
      assert.ok(typeof labels === 'object' && labels !== null, where);
      assert.deepEqual({ ...labels, ...wanted }, labels, where);
    };
    for (const { path, contents } of render(of)) {
      if (/kustomization|watch_namespace|_patch|_example|\.json$/.test(path)) continue;
      isLabelled(pick(load(contents), 'metadata', 'labels'), path);
    }
    isLabelled(pick(read(of, DEPLOYMENT), 'spec', 'template', 'metadata', 'labels'), 'pods');
    const generated = read(of, 'deploy/overlays/monitoring/kustomization.yaml');
    isLabelled(pick(generated, 'configMapGenerator', 0, 'options', 'labels'), 'dashboard');
  });

  it('say who may edit what', () => {
    const owners = new Map(render(project(AUTOROUTE)).map(({ path, owner }) => [path, owner]));
    assert.equal(owners.get('deploy/autoroute_example.yaml'), 'yours');
    assert.equal(owners.get('deploy/base/kustomization.yaml'), 'scaffold');
    assert.equal(owners.get('deploy/base/crd.yaml'), 'generated');
  });

  it('run restricted pods, with probes on the port of healthAddr', () => {
    const manifest = read(project(AUTOROUTE, 'healthAddr: ":8099"\n'), DEPLOYMENT);
    assert.deepEqual(pick(manifest, 'spec', 'template', 'spec', 'securityContext'), {
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    assert.deepEqual(pick(manifest, ...CONTAINER, 'securityContext'), {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    });
    assert.deepEqual(pick(manifest, ...CONTAINER, 'ports', 0), { name: 'health', containerPort: 8099 });
    assert.deepEqual(pick(manifest, ...CONTAINER, 'livenessProbe', 'httpGet'), { path: '/healthz', port: 'health' });
    assert.deepEqual(pick(manifest, ...CONTAINER, 'readinessProbe', 'httpGet'), { path: '/readyz', port: 'health' });
  });

  it('have no probes or ports where nothing is served that others can reach', () => {
    const of = project(AUTOROUTE, 'healthAddr: ""\nmetricsAddr: 127.0.0.1:9091\n');
    const manifest = read(of, DEPLOYMENT);
    assert.equal(pick(manifest, ...CONTAINER, 'livenessProbe'), undefined);
    assert.deepEqual(pick(manifest, ...CONTAINER, 'ports'), []);
    assert.ok(!paths(of).includes('deploy/base/metrics_service.yaml'));
  });

  it('take image, namespace, replicas and resources from the settings', () => {
    const settings = {
      image: 'localhost:5000/team/op:1.2',
      namespace: 'ops',
      replicas: 0,
      cpuRequest: '1',
      memoryRequest: '1Gi',
      memoryLimit: '2Gi',
    };
    const manifest = read(project(AUTOROUTE), DEPLOYMENT, settings);
    assert.equal(pick(manifest, 'metadata', 'namespace'), 'ops');
    assert.equal(pick(manifest, 'spec', 'replicas'), 0);
    assert.equal(pick(manifest, ...CONTAINER, 'image'), 'localhost:5000/team/op:1.2');
    assert.deepEqual(pick(manifest, ...CONTAINER, 'resources'), {
      requests: { cpu: '1', memory: '1Gi' },
      limits: { memory: '2Gi' },
    });
    assert.equal(
      pick(
        read(project(AUTOROUTE), 'deploy/overlays/cluster/clusterrolebinding.yaml', settings),
        'subjects',
        0,
        'namespace',
      ),
      'ops',
    );
  });

  it('mount the configuration as it loads, and start no new pod when it changes', () => {
    const of = project(AUTOROUTE, 'workInterval: 10s\nlogLevel: 3\nwatchNamespace: ""\nversion: 1.2.3\n');
    const text = pick(read(of, 'deploy/base/configmap.yaml'), 'data', 'autopilot-operator.yaml');
    assert.ok(typeof text === 'string');
    assert.deepEqual(project(AUTOROUTE, text).operator, of.operator);
    assert.equal(pick(read(of, DEPLOYMENT), ...CONTAINER, 'env', 0, 'value'), '/etc/autopilot/autopilot-operator.yaml');
    // The operator takes it up by itself: a restart beside that would be one too many.
    assert.deepEqual(read(project(AUTOROUTE, 'workInterval: 11s\nversion: 1.2.3\n'), DEPLOYMENT), read(of, DEPLOYMENT));
  });

  it('let an operator for one namespace watch its own', () => {
    const of = project(AUTOROUTE);
    assert.deepEqual(pick(read(of, 'deploy/overlays/namespaced/watch_namespace.yaml'), ...CONTAINER, 'env', 0), {
      name: 'WATCH_NAMESPACE',
      valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } },
    });
    assert.equal(pick(read(of, 'deploy/overlays/namespaced/role.yaml'), 'metadata', 'namespace'), 'autoroute-operator');
    assert.deepEqual(pick(read(of, 'deploy/kustomization.yaml'), 'resources'), ['overlays/cluster']);
    assert.deepEqual(pick(read(of, 'deploy/kustomization.yaml', { watch: 'namespaced' }), 'resources'), [
      'overlays/namespaced',
    ]);
  });

  it('give the operator its rights where `watchNamespace` says that it works', () => {
    const of = project(AUTOROUTE, 'watchNamespace: team-a\nleaderElectionNamespace: leases\n');
    assert.equal(pick(read(of, 'deploy/overlays/namespaced/role.yaml'), 'metadata', 'namespace'), 'team-a');
    assert.equal(
      pick(read(of, 'deploy/overlays/namespaced/rolebinding.yaml'), 'subjects', 0, 'namespace'),
      'autoroute-operator',
    );
    assert.equal(pick(read(of, 'deploy/base/leader_election_role.yaml'), 'metadata', 'namespace'), 'leases');
    // Events about its pod are where that is.
    assert.equal(
      pick(read(of, 'deploy/overlays/namespaced/events_role.yaml'), 'metadata', 'namespace'),
      'autoroute-operator',
    );
    assert.equal(
      pick(read(of, 'deploy/overlays/namespaced/events_rolebinding.yaml'), 'metadata', 'namespace'),
      'autoroute-operator',
    );
    for (const here of ['', 'watchNamespace: autoroute-operator\n'])
      assert.ok(!paths(project(AUTOROUTE, here)).some((path) => path.includes('/events_')));
    assert.ok(!paths(of).includes('deploy/overlays/namespaced/watch_namespace.yaml'));
    assert.deepEqual(pick(read(of, 'deploy/kustomization.yaml'), 'resources'), ['overlays/namespaced']);
  });

  it('show a resource that the schema accepts', () => {
    assert.deepEqual(read(project(AUTOROUTE), 'deploy/autoroute_example.yaml'), {
      apiVersion: 'examples.io/v1',
      kind: 'AutoRoute',
      metadata: {
        name: 'example',
        labels: { app: 'autoroute-operator', 'app.kubernetes.io/name': 'autoroute-operator' },
      },
      spec: { deploymentSelector: { matchLabels: { app: 'example' } } },
    });
  });

  it('show defaults in the example, and what is left to complete', () => {
    const of = project(AUTOROUTE);
    const names = { ...of, phases: of.phases.map(({ name }) => name) };
    const shown = (spec: z.ZodType) =>
      manifestFiles(of, {}, crdOf(names, { spec })).find(({ path }) => path.endsWith('_example.yaml'))?.contents ?? '';
    assert.match(
      shown(z.object({ message: z.string().default('Hello'), other: z.int().optional() })),
      /^spec:\n {2}message: Hello\n$/m,
    );
    const odd = shown(z.object({ odd: z.string().regex(/^a$/).regex(/^b$/) }));
    assert.match(odd, /^# To complete: spec\.odd\n/);
  });

  it('refuse settings that cannot be, all at once', () => {
    assert.deepEqual(
      problemsOf(project(TENANT), {
        image: 'Not An Image',
        namespace: 'Ops',
        watch: 'namespaced',
        cpuRequest: 'much',
        memoryRequest: '1Gi',
        memoryLimit: '512Mi',
      }),
      [
        'image ERR_AP_IMAGE',
        'namespace ERR_AP_NAMESPACE_NAME',
        'watch ERR_AP_NAMESPACED_SCOPE',
        'cpuRequest ERR_AP_QUANTITY',
        'memoryLimit ERR_AP_MEMORY_LIMIT',
      ],
    );
    for (const replicas of [-1, 1.5])
      assert.deepEqual(problemsOf(project(AUTOROUTE), { replicas }), ['replicas ERR_AP_NUMBER_RANGE']);
  });

  it('let several replicas be only where they elect one that works', () => {
    const elected = read(project(AUTOROUTE), DEPLOYMENT, { replicas: 3 });
    assert.equal(pick(elected, 'spec', 'replicas'), 3);
    assert.deepEqual(pick(elected, 'spec', 'strategy'), {
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
    });
    const alone = project(AUTOROUTE, 'enableLeaderElection: false\n');
    assert.deepEqual(problemsOf(alone, { replicas: 2 }), ['replicas ERR_AP_REPLICAS']);
    assert.deepEqual(problemsOf(alone, { replicas: 1 }), []);
    assert.deepEqual(pick(read(alone, DEPLOYMENT), 'spec', 'strategy'), { type: 'Recreate' });
  });

  it('tell the operator its pod, which events are about, and the namespace, where the lease is', () => {
    const env = pick(read(project(AUTOROUTE), DEPLOYMENT), ...CONTAINER, 'env');
    for (const [name, fieldPath] of [
      ['POD_NAME', 'metadata.name'],
      ['POD_NAMESPACE', 'metadata.namespace'],
      ['POD_UID', 'metadata.uid'],
    ])
      assert.ok(JSON.stringify(env).includes(JSON.stringify({ name, valueFrom: { fieldRef: { fieldPath } } })), name);
  });

  it('take images from a registry at any port that there is', () => {
    for (const image of ['localhost:1/x', 'localhost:65535/x', 'a.example.com/x:99999999'])
      assert.deepEqual(problemsOf(project(AUTOROUTE), { image }), [], image);
    for (const image of ['localhost:0/x', 'localhost:65536/x', 'localhost:99999999/x'])
      assert.deepEqual(problemsOf(project(AUTOROUTE), { image }), ['image ERR_AP_IMAGE'], image);
  });

  it('refuse a request above the limit, whichever of the two is the default', () => {
    for (const settings of [{ memoryRequest: '512Mi' }, { memoryLimit: '64Mi' }])
      assert.deepEqual(problemsOf(project(AUTOROUTE), settings), ['memoryLimit ERR_AP_MEMORY_LIMIT']);
    assert.deepEqual(problemsOf(project(AUTOROUTE), { memoryRequest: '256Mi' }), []);
    assert.deepEqual(problemsOf(project(AUTOROUTE), { memoryLimit: '128Mi' }), []);
  });
});
