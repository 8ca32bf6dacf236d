import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { askAll } from '../../cli/cluster/at-once.ts';
import { listAt, textAt } from '../../cli/cluster/fields.ts';
import { HttpClient } from '../../devcluster/conformance/http-client.ts';
import { AUTOROUTE } from '../../project/manifests/projects.fixture.test.ts';
import { systemClock } from '../../runtime/clock.ts';
import { allObjects } from '../deploy/all-objects.ts';
import { KilledTransport } from '../deploy/killed-transport.ts';
import { BAD_IMAGE, Operations, type Surroundings } from '../deploy/operations.fixture.ts';
import { kubectlFor } from './kubectl.ts';
import { programPath } from './kubernetes/programs.ts';
import { RealCluster } from './kubernetes/real-cluster.ts';
import { playPods } from './pod-player.ts';

describe('ap deploy and ap undeploy on a real Kubernetes', () => {
  let real: RealCluster;
  let surroundings: Surroundings;
  let client: HttpClient;
  let endPlay: (() => Promise<void>) | undefined;

  before(async () => {
    real = await RealCluster.start();
    surroundings = { kubectl: programPath('kubectl'), kubeconfig: real.kubeconfig, clock: systemClock };
    // What the controllers make of a new cluster is no doing of the command's.
    const kubectl = kubectlFor(real.kubeconfig);
    for (const namespace of ['default', 'kube-node-lease', 'kube-public', 'kube-system'])
      for (const made of ['configmap/kube-root-ca.crt', 'serviceaccount/default'])
        kubectl(['wait', '--for=create', made, '-n', namespace, '--timeout=60s']);
    client = new HttpClient(await readFile(real.kubeconfig, 'utf8'));
    endPlay = playPods(client);
  });
  after(async () => {
    await endPlay?.();
    await client?.close();
    await real?.stop();
  });

  const operator = (name: string): Promise<Operations> =>
    Operations.create(surroundings, {
      autopilot: AUTOROUTE.replace('examples.io', `${name}.examples.io`).replace('autoroute-operator', name),
    });

  it('roll out, restore what was there, and leave nothing behind', async () => {
    const operations = await operator('whole');
    const before = Object.keys(await allObjects(operations.environment()));
    const first = await operations.deploy();
    assert.equal(first.code, 0, first.stderr);
    assert.deepEqual(first.answer.warnings, [], 'the server has nothing to warn of');
    const failed = await operations.deploy({ image: BAD_IMAGE, timeout: 3000, rollback: true });
    assert.equal(failed.code, 5);
    assert.match(failed.stderr, /restored, and runs/);
    const again = await operations.deploy({ dryRun: true });
    assert.deepEqual(
      listAt(again.answer, 'result', 'objects').filter((each) => textAt(each, 'change') !== 'unchanged'),
      [],
      'as it was, by whom its fields are managed, too',
    );
    const kubectl = kubectlFor(real.kubeconfig);
    kubectl(['scale', 'deployment', 'whole', '-n', 'whole', '--replicas=3']);
    const conflict = await operations.deploy();
    assert.match(conflict.stderr, /\.spec\.replicas \(kubectl\).*ERR_AP_FIELD_CONFLICT/);
    const undone = await operations.undeploy();
    assert.equal(undone.code, 0, undone.stderr);
    assert.deepEqual(Object.keys(await allObjects(operations.environment())), before);
    await operations.remove();
  });

  it('end as undisturbed, killed at each write and run again', async () => {
    const counted = await operator('counted');
    const rehearsed = await counted.deploy({ dryRun: true });
    await counted.remove();
    // An undeploy deletes as many as a deploy makes.
    const numbers = listAt(rehearsed.answer, 'result', 'objects').map((_, index) => index + 1);
    assert.ok(numbers.length >= 10);
    const all = await askAll(numbers, (number) => operator(`op-${number}`));
    const environment = all[0]?.environment();
    assert.ok(environment);
    const before = Object.keys(await allObjects(environment));
    const killed = (operations: Operations, transport: KilledTransport): Operations =>
      operations.with({ connect: (access) => transport.connect(access) });
    await askAll([...all.entries()], async ([index, operations]) => {
      const inDeploy = new KilledTransport(index + 1);
      await killed(operations, inDeploy).deploy();
      assert.ok(inDeploy.isDead);
      const deployed = await operations.deploy({ timeout: 60_000 });
      assert.equal(deployed.code, 0, `${inDeploy.fatal}: ${deployed.stderr}`);
      const inUndeploy = new KilledTransport(index + 1);
      await killed(operations, inUndeploy).undeploy({ timeout: 60_000 });
      assert.ok(inUndeploy.isDead);
      const undone = await operations.undeploy({ timeout: 60_000 });
      assert.equal(undone.code, 0, `${inUndeploy.fatal}: ${undone.stderr}`);
    });
    assert.deepEqual(Object.keys(await allObjects(environment)), before);
    for (const operations of all) await operations.remove();
  });
}).timeout(240_000);
