import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCluster, type Cluster } from 'autopilot-devcluster';
import { load } from 'js-yaml';
import { RecordedEnvironment } from '../cluster/cluster-command.fixture.ts';
import { clusterCommand, type Answer } from '../cluster/cluster-command.ts';
import type { ClusterOptions } from '../cluster/options.ts';
import { doctor } from './doctor.ts';
import { findKubectls } from '../../test/kubectl/find-kubectl.ts';
import { ok, type Finding } from './finding.ts';
import { checkKubectl } from './local-checks.ts';
import { checkSkew } from './versions.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/autorouter', import.meta.url));
const DOCS = fileURLToPath(new URL('../../docs/deploy.md', import.meta.url));
const OPERATOR = 'autoroute-operator';
const MAX = 60_000;

for (const real of findKubectls().slice(0, 1))
  describe('ap doctor', function () {
    this.timeout(MAX);
    let cluster: Cluster;
    let folder: string;
    let kubectl: string;
    before(async () => {
      cluster = await startCluster({ crds: [] });
      folder = await mkdtemp(join(tmpdir(), 'ap-doctor-'));
      kubectl = join(folder, 'kubectl');
      await writeKubectl('v1.37.0');
    });
    after(async () => {
      await cluster.stop();
      await rm(folder, { recursive: true });
    });

    /** A kubectl that says what version it is, and puts manifests together. */
    const writeKubectl = (version: string): Promise<void> =>
      writeFile(
        kubectl,
        `#!/bin/sh\n[ "$1" = kustomize ] && exec '${real.program}' "$@"\necho '{"clientVersion":{"gitVersion":"${version}"}}'\n`,
        { mode: 0o755 },
      );
    const run = async (
      options: Partial<ClusterOptions> & { readonly kubeconfig?: string; readonly cwd?: string } = {},
      withDrift = options.cwd !== undefined,
    ): Promise<{
      readonly code: number;
      readonly findings: readonly Finding[];
      readonly environment: RecordedEnvironment;
    }> => {
      const { kubeconfig = await cluster.writeKubeconfig(), cwd, ...others } = options;
      const environment = new RecordedEnvironment({ cwd: cwd ?? EXAMPLE, kubeconfig, env: { KUBECTL: kubectl } });
      const code = await clusterCommand('doctor', { output: 'json', ...others }, environment, (context) =>
        doctor(context, !withDrift ? () => Promise.resolve(ok('generated files', 'not looked at')) : undefined),
      );
      if (others.output === 'text') return { code, findings: [], environment };
      const { result } = JSON.parse(environment.stdout) as Answer;
      return { code, findings: (result as { readonly findings: readonly Finding[] }).findings, environment };
    };
    const of = (findings: readonly Finding[], check: string, status?: Finding['status']): readonly Finding[] =>
      findings.filter((finding) => finding.check === check && (status === undefined || finding.status === status));
    const manifest = async (path: string): Promise<object> =>
      load(await readFile(join(EXAMPLE, 'deploy', path), 'utf8')) as object;

    it('finds what a new cluster lacks, each with a remedy', async () => {
      const { code, findings } = await run();
      assert.equal(code, 1);
      for (const check of [
        'Node',
        'project',
        'schemas',
        'packages',
        'generated files',
        'kubectl',
        'manifests',
        'cluster',
        'your rights',
      ])
        assert.deepEqual(
          of(findings, check).map(({ status }) => status),
          ['ok'],
          check,
        );
      assert.match(of(findings, 'cluster')[0]?.message ?? '', /^https:\/\/127\.0\.0\.1:\d+, Kubernetes v1\.\d+/);
      assert.match(of(findings, "operator's rights", 'warn')[0]?.message ?? '', /not deployed/);
      assert.match(of(findings, 'definition', 'warn')[0]?.message ?? '', /does not have autoroutes\.examples\.io/);
      const kinds = of(findings, 'kinds', 'fail');
      assert.deepEqual(
        kinds.map(({ message }) => /does not have (\w+) /.exec(message)?.[1]),
        ['VirtualService', 'Gateway'],
      );
      assert.match(kinds[0]?.message ?? '', /which Syncing needs/);
      assert.match(kinds[0]?.remedy ?? '', /Install Istio/);
      for (const { status, remedy = '' } of findings)
        assert.equal(remedy !== '', status === 'warn' || status === 'fail');
    });

    it('is documented with what it writes', async () => {
      const { environment } = await run({ output: 'text' });
      const text = environment.stdout
        .replace(/127\.0\.0\.1:\d+/, '127.0.0.1:6443')
        .replace(/^(ok {4}Node +)v.*$/m, '$1v24.21.0')
        .replace('+autopilot-devcluster', '')
        .replace('not looked at', 'as `ap generate` would write them');
      assert.ok((await readFile(DOCS, 'utf8')).includes(`\n$ ap doctor\n${text}\`\`\`\n`), text);
    });

    it('finds nothing once all is there, and writes nothing', async () => {
      await cluster.stop();
      cluster = await startCluster({ crds: ['istio'] });
      await cluster.installCrd(await manifest('base/crd.yaml'));
      await cluster.addServiceAccount(OPERATOR, {
        namespace: OPERATOR,
        roles: [await manifest('overlays/cluster/clusterrole.yaml'), await manifest('base/leader_election_role.yaml')],
      });
      cluster.requests.clear();
      const { code, findings } = await run();
      assert.deepEqual(
        findings.filter(({ status }) => status !== 'ok'),
        [],
      );
      assert.equal(code, 0);
      const wrote = cluster.requests.filter(
        ({ method, resource }) => method !== 'GET' && !resource.endsWith('accessreviews'),
      );
      assert.deepEqual(wrote, []);
      const text = await run({ output: 'text' });
      assert.match(text.environment.stdout, /^ok {4}Node {17}v\d/);
      assert.match(text.environment.stdout, /\n\nNothing is wrong\.\n$/);
    });

    it("names each right that the operator's account lacks", async () => {
      const role = await manifest('overlays/cluster/clusterrole.yaml');
      const { rules } = role as {
        readonly rules: readonly { readonly resources: readonly string[]; readonly verbs: readonly string[] }[];
      };
      const less = rules.map(({ verbs, ...rule }) => {
        const left = rule.resources.includes('services') ? verbs.filter((verb) => verb !== 'delete') : verbs;
        return Object.assign(rule, { verbs: left });
      });
      await cluster.apply({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', ...role, rules: less });
      const { code, findings } = await run();
      assert.equal(code, 1);
      const [finding] = of(findings, "operator's rights", 'fail');
      assert.match(finding?.message ?? '', /may not: delete services in the whole cluster/);
      assert.match(finding?.remedy ?? '', /Apply the roles/);
      await cluster.apply({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', ...role });
    });

    it('names what you may not do, and not grant', async () => {
      const { metadata } = (await manifest('base/deployment.yaml')) as {
        readonly metadata: { readonly namespace: string };
      };
      const kubeconfig = await cluster.writeKubeconfig(
        join(folder, 'reader.yaml'),
        await cluster.addServiceAccount('reader'),
      );
      const { code, findings } = await run({ kubeconfig });
      assert.equal(code, 1);
      const [deploys, grants] = of(findings, 'your rights', 'fail');
      assert.match(
        deploys?.message ?? '',
        new RegExp(`get, create, patch deployments\\.apps in namespace ${metadata.namespace}`),
      );
      assert.match(
        grants?.message ?? '',
        /may not grant .*patch, get autoroutes\.examples\.io\/status in the whole cluster/,
      );
      assert.match(of(findings, "operator's rights", 'skip')[0]?.message ?? '', /you may not ask/);
      assert.equal(of(findings, 'definition', 'skip').length, 1);
    });

    it('says how the definition differs', async () => {
      const name = 'autoroutes.examples.io';
      const ref = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name };
      await cluster.patch(
        ref,
        [
          { op: 'add', path: '/spec/names/shortNames', value: ['other'] },
          {
            op: 'add',
            path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/older',
            value: { type: 'string' },
          },
        ],
        { type: 'json' },
      );
      const { findings } = await run();
      const [finding] = of(findings, 'definition', 'warn');
      assert.match(finding?.message ?? '', /names\.shortNames is \["other"\] and should be/);
      assert.match(finding?.message ?? '', /properties\.spec\.properties\.older is there and should not/);
    });

    it('finds a kubectl that is too old or too new, or none', async () => {
      const env = { KUBECTL: kubectl };
      const { version = '' } = await checkKubectl(env);
      assert.equal(version, 'v1.37.0');
      assert.match(checkSkew(version, 'v1.39.1-gke.1')?.message ?? '', /2 minor versions older than the server/);
      assert.match(checkSkew(version, 'v1.35.1')?.message ?? '', /2 minor versions newer than the server/);
      assert.equal(checkSkew(version, 'v1.36.4'), undefined);
      const { finding } = await checkKubectl({ KUBECTL: join(folder, 'none') });
      assert.deepEqual([finding.status, /cannot be found/.test(finding.message)], ['fail', true]);
    });

    it('says what is wrong with a project, and what drifted', async () => {
      const copy = join(folder, 'project');
      await cp(EXAMPLE, copy, { recursive: true });
      await writeFile(join(copy, 'src/kinds.ts'), '// edited\n');
      await writeFile(
        join(copy, 'deploy/kustomization.yaml'),
        'resources:\n  - overlays/cluster\n  - overlays/production\n',
      );
      const drifted = await run({ cwd: copy });
      assert.match(of(drifted.findings, 'generated files', 'warn')[0]?.message ?? '', /src\/kinds\.ts/);
      assert.match(
        of(drifted.findings, "operator's rights", 'fail')[0]?.message ?? '',
        /create tokenreviews\.authentication\.k8s\.io in the whole cluster/,
      );
      await writeFile(join(copy, 'autopilot.yaml'), 'kind: autoroute\n');
      const broken = await run({ cwd: copy });
      assert.ok(
        of(broken.findings, 'project', 'fail').some(({ message }) => /autopilot\.yaml:\d+ .*\(ERR_AP_/.test(message)),
      );
      assert.equal(broken.code, 1);
      assert.equal(of(broken.findings, 'cluster', 'ok').length, 1);
    });

    it('judges the manifests as they are edited', async () => {
      const copy = join(folder, 'edited');
      await cp(EXAMPLE, copy, { recursive: true });
      const edit = async (path: string, change: (text: string) => string): Promise<void> => {
        const text = await readFile(join(copy, 'deploy', path), 'utf8');
        assert.notEqual(change(text), text, path);
        await writeFile(join(copy, 'deploy', path), change(text));
      };
      const manifests = async () => {
        const { code, findings } = await run({ cwd: copy, kubeconfig: join(folder, 'none') }, false);
        return { code, said: of(findings, 'manifests').map(({ status, message }) => `${status} ${message}`) };
      };
      await edit('overlays/cluster/clusterrole.yaml', (text) => text.replace(/\n {6}- delete\n/, '\n'));
      await edit('base/leader_election_rolebinding.yaml', (text) => text.replace('kind: ServiceAccount', 'kind: User'));
      await edit('base/crd.yaml', (text) => text.replace('type: array', 'type: object'));
      await edit('base/configmap.yaml', (text) => text.replace('autopilot-operator.yaml: ', 'other.yaml: '));
      await edit('base/deployment.yaml', (text) =>
        text
          .replace('POD_NAMESPACE', 'NAMESPACE')
          .replace('          image: ', "          args: ['--fast']\n          image: ")
          .replace('readinessProbe', 'startupProbe')
          .replace('replicas: 1', 'replicas: 2'),
      );
      const { code, said } = await manifests();
      assert.equal(code, 1);
      for (const expected of [
        /^fail Deployment autoroute-operator does not tell the operator its POD_NAMESPACE,/,
        /^fail ConfigMap autoroute-operator, which .* mounts, has no autopilot-operator\.yaml/,
        /^warn Deployment autoroute-operator has args of its own: \["--fast"]/,
        /^warn Deployment autoroute-operator has no readinessProbe/,
        /^fail the roles in deploy\/ do not let ServiceAccount autoroute-operator delete .*leases\.coordination\.k8s\.io/,
        /^warn CustomResourceDefinition autoroutes\.examples\.io is not as the schemas make it: .*\.type differs/,
      ])
        assert.equal(said.filter((line) => expected.test(line)).length, 1, `${String(expected)}\n${said.join('\n')}`);
      await edit('base/kustomization.yaml', (text) =>
        text.replace(/.*- crd\.yaml\n/, '').replace(/.*- service_account\.yaml\n/, ''),
      );
      await edit('base/deployment.yaml', (text) => text.replace('mountPath: /etc/autopilot', 'mountPath: /elsewhere'));
      const further = (await manifests()).said.join('\n');
      assert.match(further, /^fail there is no CustomResourceDefinition autoroutes\.examples\.io/m);
      assert.match(further, /^fail there is no ServiceAccount autoroute-operator/m);
      assert.match(
        further,
        /^fail .* does not mount the operator's settings where AUTOPILOT_CONFIG says: \/etc\/autopilot/m,
      );
      await edit('base/deployment.yaml', (text) =>
        text
          .replace('- name: operator\n', '- name: mine\n')
          .replace('containers:', 'containers:\n        - name: sidecar\n          image: x'),
      );
      assert.match((await manifests()).said.join('\n'), /^fail .* no container `operator`.*\(ERR_AP_NO_CONTAINER\)/m);
    });

    it('compares the cluster with the definition that would be applied', async () => {
      const copy = join(folder, 'edited-crd');
      await cp(EXAMPLE, copy, { recursive: true });
      const file = join(copy, 'deploy/base/crd.yaml');
      await writeFile(file, (await readFile(file, 'utf8')).replace('singular: autoroute', 'singular: way'));
      const { findings } = await run({ cwd: copy }, false);
      assert.match(
        of(findings, 'definition', 'warn')[0]?.message ?? '',
        /names\.singular is "autoroute" and should be "way"/,
      );
    });

    it('finds that there is no way to the cluster', async () => {
      const gone = await startCluster({ crds: [] });
      const kubeconfig = await cluster.writeKubeconfig(join(folder, 'gone.yaml'), gone.kubeconfig);
      await gone.stop();
      const { code, findings } = await run({ kubeconfig });
      assert.equal(code, 1);
      assert.match(of(findings, 'cluster', 'fail')[0]?.message ?? '', /cannot be reached: .*ECONNREFUSED/);
      assert.equal(of(findings, 'rights and kinds', 'skip').length, 1);
    });
  });
