import assert from 'node:assert/strict';
import { startCluster, type Cluster } from 'autopilot-devcluster';
import { listAt } from '../../cli/cluster/fields.ts';
import { findKubectls } from '../kubectl/find-kubectl.ts';
import { allObjects } from './all-objects.ts';
import { KilledTransport } from './killed-transport.ts';
import { Operations, type Result } from './operations.fixture.ts';

const KUBECTLS = findKubectls().slice(0, 1);
const NAME = 'autoroute-operator';

/**
 * What is sent before a death is all that a process leaves on a cluster, so that it need not be a process that dies: its connection fails from
 * one write on, after that is done and before the command knows. To die just before it, or at a read, leaves what to die after the write before
 * it leaves.
 */
for (const kubectl of KUBECTLS)
  describe('killed at each of their writes, and run again, end as undisturbed', () => {
    let cluster: Cluster;
    let made: Operations;
    let operations: Operations;
    let kubeconfig: string;

    before(async () => {
      cluster = await startCluster({ crds: [], workloads: { startDelay: 5, stopDelay: 5 } });
      kubeconfig = await cluster.writeKubeconfig();
      made = await Operations.create({ kubectl: kubectl.program, kubeconfig });
      operations = await made.prepared();
    });
    after(async () => {
      await made.remove();
      await operations.remove();
      await cluster.stop();
    });

    const state = async () => withoutPods(await allObjects(operations.environment()));
    const makeRoute = async (): Promise<void> => {
      await cluster.apply({
        apiVersion: 'examples.io/v1',
        kind: 'AutoRoute',
        metadata: { name: 'a', namespace: 'default' },
        spec: { deploymentSelector: {} },
      });
    };

    /** Runs a command that dies at its write of that number, and once more; whether it died. */
    const killAndRepeat = async (
      ap: Operations,
      number: number,
      command: (ap: Operations) => Promise<Result>,
      expected: unknown,
    ): Promise<boolean> => {
      const transport = new KilledTransport(number);
      await command(ap.with({ connect: (access) => transport.connect(access) }));
      const again = await command(ap);
      assert.equal(again.code, 0, `killed at ${transport.fatal}: ${again.stderr}`);
      assert.deepEqual(await state(), expected, `killed at ${transport.fatal}`);
      return transport.isDead;
    };

    it('a first ap deploy, and an ap undeploy, which leaves nothing behind', async () => {
      const undeploy = (ap: Operations): Promise<Result> => ap.undeploy({ withResources: true });
      const empty = await state();
      assert.ok(!JSON.stringify(empty).includes(NAME));
      const undisturbed = await operations.deploy();
      assert.equal(undisturbed.code, 0, undisturbed.stderr);
      const deployed = await state();
      const objects = listAt(undisturbed.answer, 'result', 'objects').length;
      assert.ok(objects >= 10);
      await operations.undeploy();
      for (let number = 1; number <= objects + 2; number += 1) {
        const hasDied = await killAndRepeat(operations, number, (ap) => ap.deploy(), deployed);
        assert.equal(hasDied, number <= objects);
        await makeRoute();
        const hasDiedAgain = await killAndRepeat(operations, number, undeploy, empty);
        // The resource goes first.
        assert.equal(hasDiedAgain, number <= objects + 1);
      }
    });

    it('an ap deploy that changes, adds and takes away', async () => {
      const withConfig = async (name: string): Promise<readonly [Operations, Operations]> => {
        const generator = `[{ name: ${name}, literals: [a=b], options: { disableNameSuffixHash: true } }]`;
        const one = await Operations.create({ kubectl: kubectl.program, kubeconfig });
        const text = `resources: [overlays/cluster]\nconfigMapGenerator: ${generator}\n`;
        await one.write('deploy/kustomization.yaml', text);
        return [one, await one.prepared()];
      };
      const [[plainOld, former], [plainNew, next]] = [await withConfig('old'), await withConfig('new')];
      const change = (ap: Operations): Promise<Result> => ap.deploy({ image: 'registry.example.com/autoroute:2' });
      await former.deploy();
      assert.equal((await change(next)).code, 0);
      const changed = await state();
      // A ConfigMap is made, the Deployment changed, a ConfigMap deleted.
      for (const [number, dies] of [
        [1, true],
        [2, true],
        [3, true],
        [4, false],
      ] as const) {
        await former.deploy();
        assert.equal(await killAndRepeat(next, number, change, changed), dies);
      }
      for (const each of [plainOld, former, plainNew, next]) await each.remove();
    });
  }).timeout(170_000);

/** Their names are new each time, and those of former templates' ReplicaSets are kept. */
function withoutPods(objects: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(objects)
      .filter(([name]) => !/^(pods|replicasets\.apps|endpointslices\S*|endpoints) /.test(name))
      .map(([name, object]): [string, unknown] => [
        name,
        JSON.parse(JSON.stringify(object, (key, value: unknown) => (REVISIONS.has(key) ? undefined : value))),
      ]),
  );
}

/** Counted anew with each change, and addresses that are given out. */
const REVISIONS = new Set(['deployment.kubernetes.io/revision', 'clusterIP', 'clusterIPs']);
