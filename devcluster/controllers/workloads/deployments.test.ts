import assert from 'node:assert/strict';
import { listAt, stringAt } from '../../schema/json.ts';
import { sum } from './rollout.ts';
import { numberAt } from './views.ts';
import { conditionOf, deploymentOf, stateOf, withImage, WorkloadBed } from './workload-bed.fixture.test.ts';

/** test/real/workloads.test.ts compares whole lives with a real cluster's controllers. */
describe('Deployments', () => {
  let bed: WorkloadBed;
  beforeEach(async () => {
    bed = await WorkloadBed.open();
  });
  afterEach(async () => {
    await bed.cluster.stop();
    assert.deepEqual(bed.errors, []);
  });

  it('make a ReplicaSet, which makes pods, which become ready', async () => {
    await bed.cluster.create(deploymentOf({ replicas: 2 }));
    await bed.pass(0.4);
    const [replicaSet] = await bed.replicaSets();
    const hash = replicaSet?.metadata.labels?.['pod-template-hash'] ?? '';
    assert.match(hash, /^[bcdf4-9]{6,10}$/);
    assert.equal(replicaSet?.metadata.name, `web-${hash}`);
    const annotations = replicaSet?.metadata.annotations;
    assert.equal(annotations?.['deployment.kubernetes.io/revision'], '1');
    assert.equal(annotations?.['deployment.kubernetes.io/desired-replicas'], '2');
    assert.deepEqual(
      (await bed.pods()).map((pod) => stateOf(pod)),
      ['ContainerCreating', 'ContainerCreating'],
    );
    await bed.pass(0.2);
    const pods = await bed.pods(`pod-template-hash=${hash}`);
    assert.deepEqual(
      pods.map((pod) => [stringAt(pod, 'status', 'phase'), conditionOf(pod, 'Ready')]),
      [
        ['Running', 'True'],
        ['Running', 'True'],
      ],
    );
    assert.match(pods[0]?.metadata.name ?? '', new RegExp(`^web-${hash}-[a-z0-9]{5}$`));
    assert.equal(pods[0]?.metadata.ownerReferences?.[0]?.uid, replicaSet?.metadata.uid);
    const deployment = await bed.deployment();
    assert.deepEqual(
      [conditionOf(deployment, 'Available'), conditionOf(deployment, 'Progressing')],
      ['True MinimumReplicasAvailable', 'True NewReplicaSetAvailable'],
    );
    const ofPods = await bed.told(`web-${hash}-`);
    const expected = pods.flatMap(({ metadata }) => [
      `Scheduled: Successfully assigned default/${metadata.name} to autopilot`,
      'Pulled: Container image "a:1" already present on machine and can be accessed by the pod',
      'Created: Container created',
      'Started: Container started',
    ]);
    assert.deepEqual(ofPods.sort(), expected.sort());
    assert.ok((await bed.told('web')).includes(`ScalingReplicaSet: Scaled up replica set web-${hash} from 0 to 2`));
  });

  it('never have more pods than the surge allows, nor fewer available ones, while they roll', async () => {
    const rollingUpdate = { maxSurge: 1, maxUnavailable: 1 };
    await bed.cluster.create(
      deploymentOf({ replicas: 5, spec: { strategy: { type: 'RollingUpdate', rollingUpdate } } }),
    );
    await bed.pass(2);
    const [wished, available]: [number[], number[]] = [[], []];
    bed.cluster.onChange({ apiVersion: 'apps/v1', kind: 'ReplicaSet' }, () => {
      const sets = bed.cluster.select(({ kind }) => kind === 'ReplicaSet');
      wished.push(sum(sets, (set) => numberAt(set, 'spec', 'replicas')));
      available.push(sum(sets, (set) => numberAt(set, 'status', 'availableReplicas')));
    });
    await bed.patch(withImage('a:2'));
    await bed.pass(10);
    const pods = await bed.pods();
    assert.deepEqual(
      pods.map((pod) => stringAt(listAt(pod, 'spec', 'containers')[0], 'image')),
      Array(5).fill('a:2'),
    );
    assert.deepEqual([Math.max(...wished), Math.min(...available)], [6, 4]);
  });

  it('have no old pod beside a new one where they replace all at once', async () => {
    await bed.cluster.create(deploymentOf({ replicas: 3, spec: { strategy: { type: 'Recreate' } } }));
    await bed.pass(2);
    const together = new Set<string>();
    bed.cluster.onChange({ apiVersion: 'v1', kind: 'Pod' }, () => {
      const pods = bed.cluster.select(({ kind }) => kind === 'Pod');
      together.add([...new Set(pods.map((pod) => stringAt(listAt(pod, 'spec', 'containers')[0], 'image')))].join());
    });
    await bed.patch(withImage('a:2'));
    await bed.pass(5);
    assert.deepEqual([...together], ['a:1', '', 'a:2']);
    assert.equal(numberAt(await bed.deployment(), 'status', 'readyReplicas'), 3);
  });

  it('tell that they are late, go on to serve, and are well again with their former image', async () => {
    await bed.cluster.create(deploymentOf({ replicas: 2, spec: { progressDeadlineSeconds: 60 } }));
    await bed.pass(2);
    await bed.patch(withImage('registry.invalid/a:2'));
    await bed.pass(58);
    assert.equal(conditionOf(await bed.deployment(), 'Progressing'), 'True ReplicaSetUpdated');
    await bed.pass(4);
    const late = await bed.deployment();
    assert.equal(conditionOf(late, 'Progressing'), 'False ProgressDeadlineExceeded');
    assert.equal(conditionOf(late, 'Available'), 'True MinimumReplicasAvailable');
    await bed.patch(withImage('a:1'));
    await bed.pass(2);
    const well = await bed.deployment();
    assert.equal(conditionOf(well, 'Progressing'), 'True NewReplicaSetAvailable');
    assert.equal(well.metadata.annotations?.['deployment.kubernetes.io/revision'], '3');
  });

  it('say why their pods cannot be made, and make them once they can', async () => {
    await bed.cluster.create(deploymentOf({ pod: { serviceAccountName: 'operator' } }));
    await bed.pass(1);
    const failed = await bed.deployment();
    const refused = 'serviceaccount "operator" not found';
    assert.equal(conditionOf(failed, 'ReplicaFailure'), 'True FailedCreate');
    const events = await bed.told('web-');
    assert.ok(
      events.some((text) => text.startsWith('FailedCreate: Error creating: ') && text.includes(refused)),
      events.join('\n'),
    );
    await bed.cluster.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'operator' } });
    await bed.pass(5);
    const well = await bed.deployment();
    assert.equal(conditionOf(well, 'ReplicaFailure'), '');
    assert.equal(numberAt(well, 'status', 'availableReplicas'), 1);
  });

  it('take their ReplicaSets and pods with them', async () => {
    await bed.cluster.create(deploymentOf({ replicas: 2 }));
    await bed.pass(2);
    await bed.cluster.delete({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });
    await bed.pass(2);
    assert.deepEqual([await bed.replicaSets(), await bed.pods()], [[], []]);
  });

  it('get another hash where their name is taken', async () => {
    await bed.cluster.create(deploymentOf());
    await bed.pass(1);
    const [made] = await bed.replicaSets();
    await bed.cluster.delete({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });
    await bed.pass(1);
    const labels = { app: 'other' };
    await bed.cluster.create({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: made?.metadata.name },
      spec: { replicas: 0, selector: { matchLabels: labels }, template: { ...templateOf(labels) } },
    });
    await bed.cluster.create(deploymentOf());
    await bed.pass(2);
    const deployment = await bed.deployment();
    assert.equal(numberAt(deployment, 'status', 'collisionCount'), 1);
    assert.equal(numberAt(deployment, 'status', 'availableReplicas'), 1);
  });
});

const templateOf = (labels: object): object => ({
  metadata: { labels },
  spec: { containers: [{ name: 'main', image: 'a:1' }] },
});

describe('Without the option, Deployments and pods', () => {
  it('are stored only: there is no node', async () => {
    const bed = await WorkloadBed.open(false);
    await bed.cluster.create(deploymentOf());
    await bed.cluster.create({ apiVersion: 'v1', kind: 'Pod', ...templateOf({}), metadata: { name: 'p' } });
    await bed.pass(60);
    assert.deepEqual(await bed.replicaSets(), []);
    assert.deepEqual((await bed.deployment())['status'], {});
    assert.deepEqual(await bed.cluster.list({ apiVersion: 'v1', kind: 'Node' }), []);
    assert.deepEqual(
      (await bed.pods()).map((pod) => stringAt(pod, 'status', 'phase')),
      ['Pending'],
    );
    await bed.cluster.stop();
  });
});
