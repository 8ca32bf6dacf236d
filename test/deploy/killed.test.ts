import assert from 'node:assert/strict';
import { startCluster, type Cluster } from 'autopilot-devcluster';
import { Cluster as Connection } from '../../cli/cluster/cluster.ts';
import { findKubectls } from '../kubectl/find-kubectl.ts';
import { allObjects } from './all-objects.ts';
import { KilledTransport } from './killed-transport.ts';
import { Operations, type Result } from './operations.fixture.ts';

const [kubectl] = findKubectls();
const NAME = 'autoroute-operator';

/**
 * What is sent before a death is all that a process leaves on a cluster, so that it need not be a process that dies: its connection fails from
 * one write on, after that is done and before the command knows. To die just before it, or at a read, leaves what to die after the write before
 * it leaves.
 */
(kubectl ? describe : describe.skip)('killed at each of their writes, and run again, end as undisturbed', () => {
  let cluster: Cluster;
  let made: Operations;
  let operations: Operations;
  let kubeconfig: string;

  before(async () => {
    cluster = await startCluster({ crds: [], workloads: { startDelay: 5, stopDelay: 5 } });
    kubeconfig = await cluster.writeKubeconfig();
    made = await Operations.create({ kubectl: kubectl?.program ?? '', kubeconfig });
    operations = await made.prepared();
  });
  after(async () => {
    await made.remove();
    await operations.remove();
    await cluster.stop();
  });

  const state = async () => {
    const connection = Connection.connect(
      operations.environment(),
      {},
      { signal: new AbortController().signal, onWarning: () => undefined },
    );
    const kinds = await connection.kinds();
    await connection.close();
    return withoutPods(await allObjects(cluster, kinds));
  };
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
    begin: () => Promise<unknown>,
    command: (operations: Operations) => Promise<Result>,
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
      () => operations.undeploy(),
      (ap) => ap.deploy(),
    );
    assert.equal(deaths, 10);
  });

  it('an ap deploy that changes, adds and takes away', async () => {
    const plain = await Operations.create({ kubectl: kubectl?.program ?? '', kubeconfig });
    await plain.write(
      'deploy/kustomization.yaml',
      'resources: [overlays/cluster]\nconfigMapGenerator: [{ name: old, literals: [a=b], options: { disableNameSuffixHash: true } }]\n',
    );
    const former = await plain.prepared();
    await made.write(
      'deploy/kustomization.yaml',
      'resources: [overlays/cluster]\nconfigMapGenerator: [{ name: new, literals: [a=b], options: { disableNameSuffixHash: true } }]\n',
    );
    operations = await made.prepared();
    const deaths = await killEach(
      () => former.deploy(),
      (ap) => ap.deploy({ image: 'registry.example.com/autoroute:2' }),
    );
    assert.equal(deaths, 3);
    await former.remove();
    await plain.remove();
  });

  it('an ap undeploy', async () => {
    await operations.undeploy({ withResources: true });
    const empty = await state();
    const deaths = await killEach(
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
