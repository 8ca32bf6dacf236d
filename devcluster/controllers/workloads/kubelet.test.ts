import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isObject, listAt, stringAt } from '../../schema/json.ts';
import { numberAt } from './views.ts';
import { conditionOf, deploymentOf, stateOf, withImage, WorkloadBed } from './workload-bed.fixture.test.ts';
import type { AnyObject } from '../../devcluster.ts';

const CONFIG = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { level: 'high' } };

describe('The simulated node', () => {
  let bed: WorkloadBed;
  beforeEach(async () => {
    bed = await WorkloadBed.open();
  });
  afterEach(async () => {
    await bed.cluster.stop();
    assert.deepEqual(bed.errors, []);
  });

  async function podOf(wanted: Parameters<typeof deploymentOf>[0] = {}, seconds = 1): Promise<AnyObject> {
    await bed.cluster.create(deploymentOf(wanted));
    await bed.pass(seconds);
    return onlyPod();
  }

  async function onlyPod(): Promise<AnyObject> {
    const [pod, ...others] = await bed.pods();
    assert.ok(pod && others.length === 0);
    return pod;
  }

  const restarts = (pod: AnyObject): number => numberAt(listAt(pod, 'status', 'containerStatuses')[0], 'restartCount');
  const message = (pod: AnyObject): string =>
    stringAt(listAt(pod, 'status', 'containerStatuses')[0], 'state', 'waiting', 'message');

  it('cannot pull from a host below the domain invalid, tries again later and later, and says so', async () => {
    const pod = await podOf({ image: 'registry.invalid/team/a:1' }, 0.6);
    assert.deepEqual([stateOf(pod), stringAt(pod, 'status', 'phase')], ['ErrImagePull', 'Pending']);
    assert.match(message(pod), /lookup registry\.invalid: no such host$/);
    await bed.pass(0.5);
    assert.equal(stateOf(await onlyPod()), 'ImagePullBackOff');
    assert.match(
      message(await onlyPod()),
      /^Back-off pulling image "registry\.invalid\/team\/a:1": ErrImagePull: failed to pull/,
    );
    // It waits 10 s, then 20.
    await bed.pass(10);
    assert.equal(stateOf(await onlyPod()), 'ErrImagePull');
    await bed.pass(20);
    assert.equal(stateOf(await onlyPod()), 'ImagePullBackOff');
    await bed.pass(0.6);
    const told = await bed.told(pod.metadata.name);
    assert.ok(told.includes('Pulling: Pulling image "registry.invalid/team/a:1" (3)'), told.join('\n'));
    assert.ok(told.includes('Failed: Error: ErrImagePull (3)'), told.join('\n'));
    assert.ok(told.includes('BackOff: Back-off pulling image "registry.invalid/team/a:1" (2)'), told.join('\n'));
  });

  it('starts a container that crashes again at once, then later and later', async () => {
    const pod = await podOf({ image: 'crash.invalid/a' }, 1.1);
    assert.deepEqual(
      [stateOf(pod), restarts(pod), conditionOf(pod, 'Ready')],
      ['Error', 0, 'False ContainersNotReady'],
    );
    await bed.pass(0.5);
    assert.deepEqual([stateOf(await onlyPod()), restarts(await onlyPod())], ['Running', 1]);
    await bed.pass(1);
    const waiting = await onlyPod();
    const uid = waiting.metadata.uid ?? '';
    assert.deepEqual([stateOf(waiting), stringAt(waiting, 'status', 'phase')], ['CrashLoopBackOff', 'Running']);
    assert.equal(
      message(waiting),
      `back-off 10s restarting failed container=main pod=${pod.metadata.name}_default(${uid})`,
    );
    const [status] = listAt(waiting, 'status', 'containerStatuses');
    assert.deepEqual([numberAt(status, 'lastState', 'terminated', 'exitCode')], [1]);
    await bed.pass(11);
    assert.equal(restarts(await onlyPod()), 2);
    await bed.pass(10);
    assert.match(message(await onlyPod()), /^back-off 20s /);
    await bed.pass(12);
    assert.equal(restarts(await onlyPod()), 3);
    await bed.pass(2000);
    assert.match(message(await onlyPod()), /^back-off 5m0s /);
  });

  it('never has a pod of unready.invalid ready, and its Deployment never available', async () => {
    const readinessProbe = { httpGet: { path: '/readyz', port: 8080 } };
    const pod = await podOf({ image: 'unready.invalid/a', container: { readinessProbe } }, 60);
    assert.deepEqual([stateOf(pod), conditionOf(pod, 'Ready')], ['Running', 'False ContainersNotReady']);
    assert.match(conditionOf(await bed.deployment(), 'Available'), /^False/);
    assert.ok((await bed.told(pod.metadata.name)).some((text) => text.startsWith('Unhealthy: Readiness probe failed')));
  });

  it('has a container ready by its probe, not before', async () => {
    const readinessProbe = { httpGet: { path: '/readyz', port: 8080 }, initialDelaySeconds: 5 };
    assert.equal(conditionOf(await podOf({ container: { readinessProbe } }, 5), 'Ready'), 'False ContainersNotReady');
    await bed.pass(2);
    assert.equal(conditionOf(await onlyPod(), 'Ready'), 'True');
  });

  it('starts nothing before the volumes are there', async () => {
    const volumes = [{ name: 'config', configMap: { name: 'settings' } }];
    const pod = await podOf({ pod: { volumes } }, 5);
    assert.deepEqual([stateOf(pod), conditionOf(pod, 'PodReadyToStartContainers')], ['ContainerCreating', 'False']);
    const told = await bed.told(pod.metadata.name);
    assert.ok(
      told.some((text) =>
        text.startsWith('FailedMount: MountVolume.SetUp failed for volume "config" : configmap "settings" not found'),
      ),
    );
    await bed.cluster.create(CONFIG);
    await bed.pass(10);
    assert.equal(stateOf(await onlyPod()), 'Running');
  });

  it('starts no container whose environment cannot be made', async () => {
    const env = [{ name: 'LEVEL', valueFrom: { configMapKeyRef: { name: 'settings', key: 'color' } } }];
    const pod = await podOf({ container: { env } });
    assert.deepEqual([stateOf(pod), message(pod)], ['CreateContainerConfigError', 'configmap "settings" not found']);
    await bed.cluster.create(CONFIG);
    await bed.pass(11);
    assert.equal(message(await onlyPod()), "couldn't find key color in ConfigMap default/settings");
    await bed.cluster.apply({ ...CONFIG, data: { color: 'red' } });
    await bed.pass(11);
    assert.equal(stateOf(await onlyPod()), 'Running');
  });

  it('runs initial containers one after the other, then the others', async () => {
    const initContainers = [
      { name: 'first', image: 'i' },
      { name: 'sidecar', image: 'i', restartPolicy: 'Always' },
      { name: 'last', image: 'i' },
    ];
    const pod = await podOf({ pod: { initContainers } }, 0.6);
    assert.deepEqual([stateOf(pod, 'initContainerStatuses'), stateOf(pod)], ['Running', 'PodInitializing']);
    assert.equal(conditionOf(pod, 'Initialized'), 'False ContainersNotInitialized');
    await bed.pass(1.1);
    const ready = await onlyPod();
    assert.deepEqual(
      listAt(ready, 'status', 'initContainerStatuses').map((each) =>
        Object.keys(isObject(each) && isObject(each['state']) ? each['state'] : {}),
      ),
      [['terminated'], ['running'], ['terminated']],
    );
    assert.deepEqual(
      [stateOf(ready), conditionOf(ready, 'Initialized'), conditionOf(ready, 'Ready')],
      ['Running', 'True', 'True'],
    );
  });

  it('ends a pod that is deleted within its grace period, and at once where there is none', async () => {
    const pod = await podOf();
    const { name } = pod.metadata;
    await bed.patch({ replicas: 0 });
    await bed.pass(0.05);
    const ending = await onlyPod();
    assert.deepEqual([ending.metadata.deletionGracePeriodSeconds, stateOf(ending)], [30, 'Running']);
    assert.ok((await bed.told(name)).includes('Killing: Stopping container main'));
    const states: string[] = [];
    bed.cluster.onChange({ apiVersion: 'v1', kind: 'Pod' }, ({ type, object }) =>
      states.push(`${type} ${stringAt(object, 'status', 'phase')}`),
    );
    await bed.pass(0.1);
    assert.deepEqual([await bed.pods(), states.at(-1)], [[], 'DELETED Succeeded']);
    await bed.patch({ replicas: 1 });
    await bed.pass(1);
    const forced = await onlyPod();
    await bed.cluster.delete({ apiVersion: 'v1', kind: 'Pod', name: forced.metadata.name }, { gracePeriodSeconds: 0 });
    assert.notEqual((await bed.pods())[0]?.metadata.name, forced.metadata.name);
  });

  it('tells the end of a pod that is not to be started again', async () => {
    const spec = { restartPolicy: 'Never', containers: [{ name: 'main', image: 'exit.invalid/a' }] };
    await bed.cluster.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'good' }, spec });
    const bad = { ...spec, containers: [{ name: 'main', image: 'crash.invalid/a' }] };
    await bed.cluster.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'bad' }, spec: bad });
    await bed.pass(3);
    const pods = await bed.pods();
    assert.deepEqual(
      pods.map((pod) => [pod.metadata.name, stringAt(pod, 'status', 'phase')]),
      [
        ['bad', 'Failed'],
        ['good', 'Succeeded'],
      ],
    );
    assert.equal(conditionOf(pods[1] ?? pods[0]!, 'Ready'), 'False PodCompleted');
  });

  it('takes no pod that does not fit, says why, and takes it once it does', async () => {
    const resources = { requests: { cpu: '17' } };
    const big = await podOf({ container: { resources } }, 5);
    assert.equal(conditionOf(big, 'PodScheduled'), 'False Unschedulable');
    assert.match(JSON.stringify(big['status']), /0\/1 nodes are available: 1 Insufficient cpu\./);
    assert.equal((await bed.told(big.metadata.name)).length, 1);
    await bed.patch({ replicas: 0 });
    await bed.cluster.create(deploymentOf({ name: 'picky', pod: { nodeSelector: { disk: 'ssd' } } }));
    await bed.pass(1);
    assert.match(JSON.stringify((await onlyPod())['status']), /1 node\(s\) didn't match Pod's node affinity\/selector/);
    await bed.cluster.patch(
      { apiVersion: 'v1', kind: 'Node', name: 'autopilot' },
      { metadata: { labels: { disk: 'ssd' } } },
    );
    await bed.pass(1);
    assert.equal(stateOf(await onlyPod()), 'Running');
  });

  it('takes a pod once another has made room', async () => {
    const container = { resources: { requests: { memory: '40Gi' } } };
    await bed.cluster.create(deploymentOf({ container }));
    await bed.pass(1);
    await bed.cluster.create(deploymentOf({ name: 'late', container }));
    await bed.pass(1);
    const states = async (): Promise<string[]> =>
      (await bed.pods()).map((pod) => conditionOf(pod, 'PodScheduled')).sort();
    assert.deepEqual(await states(), ['False Unschedulable', 'True']);
    await bed.patch({ replicas: 0 });
    await bed.pass(1);
    assert.deepEqual(await states(), ['True']);
  });
});

describe('What becomes of containers', () => {
  it('can be said by a function, start by start', async () => {
    const starts: string[] = [];
    const bed = await WorkloadBed.open({
      nodeName: 'node-1',
      startDelay: 2000,
      fate: ({ container, image, restartCount, pod }) => {
        starts.push(`${pod.metadata.name.split('-')[0]} ${container} ${image} ${restartCount}`);
        return restartCount === 0 ? 'crashes' : undefined;
      },
    });
    await bed.cluster.create(deploymentOf());
    await bed.pass(1.9);
    const pods = await bed.pods();
    assert.deepEqual([stringAt(pods[0], 'spec', 'nodeName'), stateOf(pods[0])], ['node-1', 'ContainerCreating']);
    await bed.pass(5);
    assert.equal(stateOf((await bed.pods())[0]), 'Running');
    assert.deepEqual([...new Set(starts)], ['web main a:1 0', 'web main a:1 1']);
    await bed.cluster.stop();
  });
});

describe('A cluster that is started again in its folder', () => {
  it('goes on with its pods', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'workloads-'));
    const first = await WorkloadBed.open(true, { folder });
    await first.cluster.create(deploymentOf({ replicas: 2 }));
    await first.pass(1);
    const before = new Set((await first.pods()).map(({ metadata }) => metadata.uid));
    await first.patch(withImage('registry.invalid/a'));
    await first.pass(1);
    await first.cluster.stop();
    const second = await WorkloadBed.open(true, { folder });
    await second.pass(1);
    assert.equal((await second.pods()).filter(({ metadata }) => before.has(metadata.uid)).length, 2);
    await second.patch(withImage('a:3'));
    await second.pass(5);
    const pods = await second.pods();
    assert.deepEqual(
      pods.map((pod) => stateOf(pod)),
      ['Running', 'Running'],
    );
    assert.ok(pods.every(({ metadata }) => !before.has(metadata.uid)));
    assert.deepEqual([...first.errors, ...second.errors], []);
    await second.cluster.stop();
    await rm(folder, { recursive: true });
  });
});
