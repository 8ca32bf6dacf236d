import assert from 'node:assert/strict';
import { load } from 'js-yaml';
import { startCluster, type Cluster } from 'autopilot-devcluster';
import { stringAt } from '../../devcluster/schema/json.ts';
import { Kubectl, type Result } from '../kubectl/kubectl.ts';
import { SUBJECTS, type Command } from './kubectl-commands.ts';
import { GADGETS } from './gadgets.fixture.ts';
import { alike } from './kubectl-output.ts';
import { programPath } from './kubernetes/programs.ts';
import { RealCluster } from './kubernetes/real-cluster.ts';

/** Of workloads there are none on the embedded cluster: the controllers that both have. */
const CONTROLLERS = [
  'namespace-controller',
  'garbage-collector-controller',
  'serviceaccount-controller',
  'root-ca-certificate-publisher-controller',
].join(',');

for (const program of ['kubectl', 'kubectl-1.32'] as const) {
  describe(`${program} says of the embedded cluster what it says of a real one`, function () {
    this.timeout(60_000);
    let real: RealCluster;
    let embedded: Cluster;
    let both: readonly Kubectl[] = [];

    before(async () => {
      real = await RealCluster.start({ controllerManager: false });
      embedded = await startCluster({ crds: [] });
      both = await Promise.all(
        [real.kubeconfig, await embedded.writeKubeconfig()].map((file) => Kubectl.create(programPath(program), file)),
      );
      for (const kubectl of both) {
        await kubectl.out(['create', '-f', '-'], GADGETS);
        await kubectl.out(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
      }
      // The garbage collector learns of kinds when it starts.
      await real.startControllerManager({ controllers: CONTROLLERS });
      for (const kubectl of both) {
        await kubectl.out(['create', 'namespace', 'verbs']);
        await kubectl.out(['config', 'set-context', '--current', '--namespace=verbs']);
        const created = ['wait', '--for=create', '--timeout=30s'];
        await kubectl.out([...created, 'serviceaccount/default']);
        await kubectl.out([...created, 'configmap/kube-root-ca.crt']);
      }
      await published(both);
    });
    after(async () => {
      await Promise.all(both.map((kubectl) => kubectl.remove()));
      await embedded?.stop();
      await real?.stop();
    });

    for (const [subject, commands] of Object.entries(SUBJECTS)) {
      describe(subject, () => {
        for (const [index, command] of commands.entries()) {
          // Until 1.32, it writes the one version of a kind that is listed as not served.
          if (program === 'kubectl-1.32' && command.run.startsWith('autoscale')) continue;
          it(`${index + 1}. ${command.run}`, async () => {
            const [theirs, ours] = await Promise.all(both.map((kubectl) => run(kubectl, command)));
            assert.deepEqual(ours, theirs);
          });
        }
      });
    }
  });
}

/** A real server publishes OpenAPI documents of definitions some time after it has them. */
async function published(both: readonly Kubectl[]): Promise<void> {
  for (const kubectl of both) {
    while (!(await kubectl.out(['get', '--raw', '/openapi/v2'])).includes('"com.example.dev.v1.Gadget"'));
  }
}

async function run(kubectl: Kubectl, { run: line, input }: Command): Promise<Result> {
  const words = [...line.matchAll(/'([^']*)'|((?:[^\s']|'[^']*')+)/g)].map(([word, quoted]) =>
    quoted === undefined ? word.replaceAll("'", '') : quoted,
  );
  return alike(words, await kubectl.run(words, await filled(kubectl, input)));
}

/** Owner references need the uid of the owner. */
async function filled(kubectl: Kubectl, input: string | undefined): Promise<string | undefined> {
  if (input?.includes('UID-OF-OWNER') !== true) return input;
  const owner: unknown = load(await kubectl.out(['get', 'cm', 'owner', '-o', 'yaml']));
  return input.replace('UID-OF-OWNER', stringAt(owner, 'metadata', 'uid'));
}
