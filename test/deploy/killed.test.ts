import assert from 'node:assert/strict';
import { startCluster, type Cluster } from 'autopilot-devcluster';
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

    /** Runs a command with each death; each time from the same beginning to the same end. Returns how many deaths there were. */
    const killEach = async (
      operations: Operations,
      begin: () => Promise<unknown>,
      command: (ap: Operations) => Promise<Result>,
    ): Promise<number> => {
      await begin();
      const undisturbed = await command(operations);
      assert.equal(undisturbed.code, 0, undisturbed.stderr);
      const expected = await state();
      for (let number = 1; ; number += 1) {
        await begin();
        const transport = new KilledTransport(number);
        await command(operations.with({ connect: (access) => transport.connect(access) }));
        if (!transport.isDead) return number - 1;
        const again = await command(operations);
        assert.equal(again.code, 0, `killed at ${transport.fatal}: ${again.stderr}`);
        assert.deepEqual(await state(), expected, `killed at ${transport.fatal}`);
      }
    };

    it('a first ap deploy', async () => {
      const deaths = await killEach(
        operations,
        () => operations.undeploy(),
        (ap) => ap.deploy(),
      );
      assert.equal(deaths, 10);
    });

    it('an ap deploy that changes, adds and takes away', async () => {
      const withConfig = async (name: string): Promise<readonly [Operations, Operations]> => {
        const generator = `[{ name: ${name}, literals: [a=b], options: { disableNameSuffixHash: true } }]`;
        const one = await Operations.create({ kubectl: kubectl.program, kubeconfig });
        await one.write(
          'deploy/kustomization.yaml',
          `resources: [overlays/cluster]\nconfigMapGenerator: ${generator}\n`,
        );
        return [one, await one.prepared()];
      };
      const [[plainOld, former], [plainNew, next]] = [await withConfig('old'), await withConfig('new')];
      const deaths = await killEach(
        next,
        () => former.deploy(),
        (ap) => ap.deploy({ image: 'registry.example.com/autoroute:2' }),
      );
      assert.equal(deaths, 3);
      for (const each of [plainOld, former, plainNew, next]) await each.remove();
    });

    it('an ap undeploy', async () => {
      await operations.undeploy({ withResources: true });
      const empty = await state();
      const deaths = await killEach(
        operations,
        async () => {
          await operations.deploy();
          await makeRoute();
        },
        (ap) => ap.undeploy({ withResources: true }),
      );
      assert.equal(deaths, 11);
      assert.deepEqual(await state(), empty, 'and leaves nothing behind');
      assert.ok(!JSON.stringify(empty).includes(NAME));
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
