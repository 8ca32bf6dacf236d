import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RecordedEnvironment } from '../../cli/cluster/cluster-command.fixture.ts';
import { clusterCommand, type Answer, type CommandContext, type Outcome } from '../../cli/cluster/cluster-command.ts';
import { diff } from '../../cli/diff/diff.ts';
import { doctor } from '../../cli/doctor/doctor.ts';
import type { Finding } from '../../cli/doctor/finding.ts';
import { addOnDefinitions } from '../../devcluster/kinds/add-ons.ts';
import { allVersions } from '../operator/whole-cluster.ts';
import { kubectlFor, type Kubectl } from './kubectl.ts';
import { RealCluster } from './kubernetes/real-cluster.ts';
import { programPath } from './kubernetes/programs.ts';

const PROJECT = join(import.meta.dirname, '../../examples/autorouter');
const POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Metadata' }],
};
const SELECTOR = { matchLabels: { app: 'web' } };
const OBJECTS = [
  {
    apiVersion: 'examples.io/v1',
    kind: 'AutoRoute',
    metadata: { name: 'web', namespace: 'default' },
    spec: { deploymentSelector: SELECTOR },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default', labels: SELECTOR.matchLabels },
    spec: {
      replicas: 0,
      selector: SELECTOR,
      template: {
        metadata: { labels: SELECTOR.matchLabels },
        spec: { containers: [{ name: 'web', image: 'web', ports: [{ containerPort: 8080 }] }] },
      },
    },
  },
];

/** A line of the audit log. Source: audit.k8s.io/v1 Event. */
interface Audited {
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
}

describe('`ap diff` and `ap doctor` on a real Kubernetes', () => {
  let cluster: RealCluster;
  let folder: string;
  let kubectl: Kubectl;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ap-diff-'));
    await writeFile(join(folder, 'policy.json'), JSON.stringify(POLICY));
    // No controllers: nobody but the commands would write.
    cluster = await RealCluster.start({
      controllerManager: false,
      apiserver: {
        'audit-policy-file': join(folder, 'policy.json'),
        'audit-log-path': join(folder, 'audit.log'),
        'audit-log-mode': 'blocking',
      },
    });
    kubectl = kubectlFor(cluster.kubeconfig);
  });
  after(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true });
  });

  const run = async (action: (context: CommandContext) => Promise<Outcome>): Promise<Answer> => {
    const env = { KUBECTL: programPath('kubectl') };
    const environment = new RecordedEnvironment({ cwd: PROJECT, kubeconfig: cluster.kubeconfig, env });
    await clusterCommand('test', { output: 'json' }, environment, action);
    return JSON.parse(environment.stdout) as Answer;
  };
  const versions = async (): ReturnType<typeof allVersions> => allVersions(await readFile(cluster.kubeconfig, 'utf8'));
  const audited = async (): Promise<readonly Audited[]> =>
    (await readFile(join(folder, 'audit.log'), 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Audited);

  it('the doctor names what is missing', async () => {
    const { exitCode, result } = await run((context) => doctor(context));
    const { findings } = result as { readonly findings: readonly Finding[] };
    assert.equal(exitCode, 1);
    const wrong = findings.filter(({ status }) => status !== 'ok').map(({ check, status }) => `${status} ${check}`);
    assert.deepEqual(wrong, ["warn operator's rights", 'warn definition', 'fail kinds', 'fail kinds']);
  });

  it('shows what would be written, and the server is sent nothing but reads and dry runs', async () => {
    kubectl(
      ['apply', '--server-side', '-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: addOnDefinitions('istio') }),
    );
    kubectl(['apply', '--server-side', '-f', join(PROJECT, 'deploy/base/crd.yaml')]);
    kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: OBJECTS }));
    const before = await versions();
    const { exitCode, result } = await run((context) => diff(context, { follow: true }));
    assert.equal(exitCode, 1);
    assert.deepEqual(await versions(), before);
    const { syncs } = result as {
      readonly syncs: readonly {
        readonly to: string;
        readonly changes: readonly { readonly action: string; readonly kind: string; readonly unchecked?: string }[];
      }[];
    };
    assert.deepEqual(
      syncs.map(({ to, changes }) => [to, changes.map(({ action, kind }) => `${action} ${kind}`)]),
      [
        ['Syncing', ['change AutoRoute']],
        ['Ready', ['create Service', 'create VirtualService', 'create Gateway', 'change AutoRoute']],
        ['Ready', ['change AutoRoute']],
      ],
    );
    assert.deepEqual(
      syncs.flatMap(({ changes }) => changes.flatMap(({ unchecked }) => unchecked ?? [])),
      [],
    );
    const sent = (await audited()).filter(({ userAgent = '' }) => userAgent.endsWith('autopilot-diff'));
    assert.ok(sent.some(({ requestURI }) => requestURI.includes('dryRun=All')));
    const wrote = sent.filter(
      ({ verb, requestURI }) => !['get', 'list', 'watch'].includes(verb) && !requestURI.includes('dryRun=All'),
    );
    assert.deepEqual(wrote, []);
  });

  it('the doctor finds nothing once all is there', async () => {
    const rendered = kubectl(['kustomize', join(PROJECT, 'deploy')]);
    kubectl(['apply', '--server-side', '-f', '-'], rendered);
    const { exitCode, result } = await run((context) => doctor(context));
    const { findings } = result as { readonly findings: readonly Finding[] };
    assert.deepEqual(
      findings.filter(({ status }) => status !== 'ok'),
      [],
    );
    assert.equal(exitCode, 0);
  });
});
