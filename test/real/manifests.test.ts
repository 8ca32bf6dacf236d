import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { defineOperator, start } from 'autopilot-runtime';
import { load, loadAll } from 'js-yaml';
import { addOnDefinitions } from '../../devcluster/kinds/add-ons.ts';
import { manifestFiles } from '../../project/manifests/manifests.ts';
import { AUTOROUTE, crdFor, project, SURVEY, TENANT } from '../../project/manifests/projects.fixture.test.ts';
import { createLogger } from '../../runtime/observe/logger.ts';
import { scrape } from '../operator/scrape.ts';
import { kubectlFor, type Kubectl } from './kubectl.ts';
import { RealCluster } from './kubernetes/real-cluster.ts';

/** Each with its `autopilot-operator.yaml`. */
const PROJECTS: Readonly<Record<string, readonly [autopilot: string, operator: string]>> = {
  'of a resource in a namespace': [AUTOROUTE, ''],
  'of a resource of cluster scope, without an election': [TENANT, 'enableLeaderElection: false\n'],
  'of an operator that reads beyond its namespace': [SURVEY, ''],
  'of metrics that are always over TLS': [AUTOROUTE.replaceAll('autoroute-', 'secure-'), 'metricsSecure: true\n'],
};
/** Those of the Prometheus operator, as `record-crds.mjs` beside them recorded them. */
const MONITORING: unknown = JSON.parse(readFileSync(join(import.meta.dirname, 'monitoring', 'crds.json'), 'utf8'));

/** As the project has it, as far as its rights go. */
const AUTOROUTE_OPERATOR = defineOperator({
  name: 'autoroute-operator',
  resource: {
    group: 'examples.io',
    version: 'v1',
    kind: 'AutoRoute',
    plural: 'autoroutes',
    namespaced: true,
    key: 'autoRoute',
  },
  phases: { Initializing: { initial: true, worker: () => ({ phase: 'Initializing' }) } },
});

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: Readonly<Record<string, unknown>>;
}

describe('manifests on a real Kubernetes', () => {
  let cluster: RealCluster;
  let kubectl: Kubectl;
  let folder: string;

  before(async () => {
    cluster = await RealCluster.start({ controllerManager: false });
    kubectl = kubectlFor(cluster.kubeconfig);
    for (const items of [addOnDefinitions('istio'), MONITORING])
      kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
  });
  after(() => cluster.stop());
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'manifests-'))));
  afterEach(() => rm(folder, { recursive: true }));

  /** Writes them, and returns their overlays and the path of the example. */
  const write = async (text: string, operator = ''): Promise<{ overlays: readonly string[]; example: string }> => {
    const of = project(text, operator);
    const files = manifestFiles(of, {}, crdFor(of));
    for (const { path, contents } of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), contents);
    }
    const overlays = files.flatMap(({ path }) => /^deploy\/overlays\/[^/]+(?=\/kustomization)/.exec(path)?.[0] ?? []);
    return { overlays, example: files.find(({ path }) => path.endsWith('_example.yaml'))?.path ?? '' };
  };
  const render = (overlay: string): string => kubectl(['kustomize', join(folder, overlay)]);
  const apply = (text: string, manager = 'kubectl'): string => {
    const how = ['--server-side', '--validate=strict', '--force-conflicts', `--field-manager=${manager}`];
    return kubectl(['apply', ...how, '-f', '-'], text);
  };
  const objectsIn = (text: string): readonly Manifest[] => loadAll(text) as Manifest[];
  /** A namespace whose pods have to be restricted, in which a Deployment of others gives a warning, which is an error here. */
  const restrict = (namespace: string): void => {
    const mode = (name: string) => [`pod-security.kubernetes.io/${name}`, 'restricted'];
    const labels = Object.fromEntries([mode('enforce'), mode('warn')]) as object;
    // As another manager, so that they stay when the operator's own manifest of the namespace is applied.
    apply(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } }), 'admin');
  };
  const podOf = ({ metadata, spec }: Manifest): object => {
    const { template } = spec as { readonly template: { readonly metadata: object; readonly spec: object } };
    const pod = { ...template.metadata, name: metadata.name, namespace: metadata.namespace };
    return { apiVersion: 'v1', kind: 'Pod', metadata: pod, spec: template.spec };
  };

  for (const [what, [text, operator]] of Object.entries(PROJECTS)) {
    it(`are taken strictly, each overlay, and the pods where they have to be restricted: ${what}`, async function () {
      this.timeout(60_000);
      const { overlays, example } = await write(text, operator);
      const hasNamespaced = overlays.includes('deploy/overlays/namespaced');
      assert.equal(overlays.length, hasNamespaced ? 5 : 4);
      restrict(project(text).operatorName);
      for (const overlay of overlays) {
        const rendered = render(overlay);
        apply(rendered);
        const deployments = objectsIn(rendered).filter(({ kind }) => kind === 'Deployment');
        assert.equal(deployments.length, /monitoring|network-policy/.test(overlay) ? 0 : 1, overlay);
        for (const deployment of deployments)
          kubectl(['create', '--dry-run=server', '-f', '-'], JSON.stringify(podOf(deployment)));
      }
      kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
      kubectl(['apply', '--server-side', '--validate=strict', '--dry-run=server', '-f', join(folder, example)]);
    });
  }

  it('are installed whole, with all that stands beside them, and restricted pods are what they have to be', async () => {
    await write(AUTOROUTE);
    const file = join(folder, 'deploy/kustomization.yaml');
    // As it offers it itself.
    const all = readFileSync(file, 'utf8').replace(
      '- overlays/cluster',
      '- overlays/production\n  - overlays/monitoring\n  - overlays/network-policy',
    );
    await writeFile(file, all);
    restrict('autoroute-operator');
    const rendered = render('deploy');
    apply(rendered);
    const kinds = objectsIn(rendered).map(({ kind }) => kind);
    for (const kind of ['PodDisruptionBudget', 'ServiceMonitor', 'PrometheusRule', 'NetworkPolicy', 'Deployment'])
      assert.ok(kinds.includes(kind), kind);
    assert.equal(kinds.filter((kind) => kind === 'ConfigMap').length, 2);
    const lax = rendered.replace(
      / {8}securityContext:\n {10}allowPrivilegeEscalation[^]*?readOnlyRootFilesystem: true\n/,
      '',
    );
    assert.notEqual(lax, rendered);
    assert.throws(() => apply(lax), /would violate PodSecurity "restricted/);
  });

  it('have in production all that an operator needs to serve its metrics to whom they bind, and to nobody else', async () => {
    await write(AUTOROUTE);
    apply(render('deploy/overlays/production'));
    const token = (account: string, namespace: string): string =>
      kubectl(['create', 'token', account, `--namespace=${namespace}`]).trim();
    kubectl(['create', 'namespace', 'monitoring']);
    for (const account of ['prometheus', 'stranger'])
      kubectl(['create', 'serviceaccount', account, '--namespace=monitoring']);
    // As the project's README has it.
    const binding = ['--clusterrole=autoroute-operator-metrics-reader', '--serviceaccount=monitoring:prometheus'];
    kubectl(['create', 'clusterrolebinding', 'prometheus-autoroute-operator', ...binding]);
    const { clusters } = load(readFileSync(cluster.kubeconfig, 'utf8')) as {
      readonly clusters: readonly [{ readonly name: string }];
    };
    const kubeconfig = {
      clusters,
      users: [{ name: 'operator', user: { token: token('autoroute-operator', 'autoroute-operator') } }],
      contexts: [{ name: 'own', context: { cluster: clusters[0].name, user: 'operator' } }],
      'current-context': 'own',
    };
    let log = '';
    const operator = await start(AUTOROUTE_OPERATOR, {
      kubeconfig: JSON.stringify(kubeconfig),
      config: { metricsAddr: '127.0.0.1:0', metricsSecure: true, leaderElectionNamespace: 'autoroute-operator' },
      leaderElection: {},
      logger: createLogger({ name: 'n', version: 'v', level: 'Info', write: (line) => void (log += line) }),
    });
    try {
      const address = /"serving":"([^"]+)"/.exec(log)?.[1] ?? assert.fail(log);
      const { status, body } = await scrape(address, token('prometheus', 'monitoring'));
      assert.equal(status, 200, body + log);
      assert.match(body, /^autopilot_operator_info\{operator="autoroute-operator"/m);
      assert.equal((await scrape(address, token('stranger', 'monitoring'))).status, 403);
      assert.equal((await scrape(address, token('autoroute-operator', 'autoroute-operator'))).status, 403);
    } finally {
      await operator.stop();
    }
  });

  it('have roles that Kubernetes makes parts of its own, for whoever has those in a namespace', async function () {
    this.timeout(60_000);
    await write(AUTOROUTE);
    apply(render('deploy/overlays/cluster'));
    await cluster.startControllerManager();
    kubectl(['create', 'namespace', 'team']);
    for (const role of ['view', 'edit', 'admin'])
      kubectl(['create', 'rolebinding', role, `--clusterrole=${role}`, `--user=${role}er`, '--namespace=team']);
    const may = (user: string, verb: string, ...more: readonly string[]): boolean => {
      const asked = ['auth', 'can-i', verb, 'autoroutes.examples.io', `--as=${user}er`, '--namespace=team', ...more];
      try {
        return kubectl(asked).startsWith('yes');
      } catch (error) {
        // Its exit code says no.
        assert.match(String(error), /failed \(1\):\nno/);
        return false;
      }
    };
    const deadline = performance.now() + 40_000;
    while (!may('admin', 'deletecollection')) {
      assert.ok(performance.now() < deadline, 'never aggregated');
      await pause(250);
    }
    const verbs = ['get', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
    const rights = (user: string): readonly string[] => verbs.filter((verb) => may(user, verb));
    assert.deepEqual(rights('view'), ['get', 'watch']);
    assert.deepEqual(rights('edit'), ['get', 'watch', 'create', 'update', 'patch', 'delete']);
    assert.equal(rights('admin').length, 7);
    assert.deepEqual(
      ['get', 'update', 'patch'].filter((verb) => may('admin', verb, '--subresource=status')),
      ['get'],
      'the status is the operator’s',
    );
    assert.equal(may('admin', 'get', '--namespace=default'), false, 'not elsewhere');
  });
});
