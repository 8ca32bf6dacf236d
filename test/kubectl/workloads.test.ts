import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { startCluster, type Cluster } from 'autopilot-devcluster';
import { findKubectls } from './find-kubectl.ts';
import { Kubectl, rows } from './kubectl.ts';

const kubectls = findKubectls();
if (kubectls.length === 0) {
  it('kubectl follows rollouts of the embedded cluster: skipped, none is there (KUBECTL names one)');
}
for (const { name, program } of kubectls) {
  describe(`An unmodified ${name} sees workloads of the embedded cluster`, function () {
    this.timeout(60_000);
    let cluster: Cluster;
    let kubectl: Kubectl;

    before(async () => {
      cluster = await startCluster({ crds: [], workloads: { startDelay: 50, stopDelay: 20 } });
      kubectl = await Kubectl.create(program, await cluster.writeKubeconfig());
    });
    after(async () => {
      await kubectl?.remove();
      await cluster?.stop();
    });

    const rollout = async (...args: readonly string[]): Promise<string> =>
      (await kubectl.out(['rollout', ...args, 'deploy/web'])).trim().split('\n').at(-1) ?? '';
    const done = 'deployment "web" successfully rolled out';

    it('on a node', async () => {
      const [, node] = rows(await kubectl.out(['get', 'nodes']));
      assert.match(node ?? '', /^autopilot \| Ready \| <none> \| \d+s \| v1\.37\.2$/);
    });

    it('create, rollout status, get', async () => {
      await kubectl.out(['create', 'deployment', 'web', '--image=a:1', '--replicas=2']);
      assert.equal(await rollout('status'), done);
      assert.match(
        rows(await kubectl.out(['get', 'deploy,rs']))[1] ?? '',
        /^deployment\.apps\/web \| 2\/2 \| 2 \| 2 \|/,
      );
      const pods = rows(await kubectl.out(['get', 'pods', '-o', 'wide']));
      assert.match(pods[1] ?? '', /^web-\S+ \| 1\/1 \| Running \| 0 \| \d+s \| 10\.244\.0\.\d+ \| autopilot \|/);
    });

    it('set image, rollout history, undo and restart', async () => {
      await kubectl.out(['set', 'image', 'deploy/web', 'a=a:2']);
      assert.equal(await rollout('status'), done);
      assert.deepEqual(rows(await kubectl.out(['rollout', 'history', 'deploy/web'])).slice(2), [
        '1 | <none>',
        '2 | <none>',
      ]);
      assert.match(await rollout('undo'), /rolled back$/);
      assert.equal(await rollout('status'), done);
      assert.equal(
        await kubectl.out(['get', 'deploy/web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}']),
        'a:1',
      );
      assert.match(await rollout('restart'), /restarted$/);
      assert.equal(await rollout('status'), done);
    });

    it('a rollout that comes to nothing, why it does, and the way back', async () => {
      await kubectl.out(['patch', 'deploy/web', '-p', '{"spec":{"progressDeadlineSeconds":1}}']);
      await kubectl.out(['set', 'image', 'deploy/web', 'a=registry.invalid/a:3']);
      const { code, err } = await kubectl.run(['rollout', 'status', 'deploy/web']);
      assert.deepEqual([code, err], [1, 'error: deployment "web" exceeded its progress deadline\n']);
      const pending = ['get', 'pods', '--field-selector=status.phase=Pending', '-o', 'name'];
      const described = await kubectl.out(['describe', (await kubectl.out(pending)).trim()]);
      assert.match(described, /Reason: +ImagePullBackOff/);
      assert.match(described, /Warning +Failed +.* +kubelet.* +Error: ErrImagePull/);
      assert.match(described, /Normal +Scheduled +.* +default-scheduler +Successfully assigned/);
      await kubectl.out(['patch', 'deploy/web', '-p', '{"spec":{"progressDeadlineSeconds":60}}']);
      await rollout('undo');
      await kubectl.out(['wait', '--for=condition=Progressing', 'deploy/web', '--timeout=10s']);
      assert.equal(await rollout('status'), done);
    });

    it('scale, pause and resume', async () => {
      await kubectl.out(['scale', 'deploy/web', '--replicas=3']);
      assert.equal(await rollout('status'), done);
      await rollout('pause');
      await kubectl.out(['set', 'image', 'deploy/web', 'a=a:4']);
      await rollout('resume');
      assert.equal(await rollout('status'), done);
      assert.equal((await kubectl.out(['get', 'pods', '-l', 'app=web', '-o', 'name'])).trim().split('\n').length, 3);
    });

    it('logs, of all, of the run before, and as they come', async () => {
      await kubectl.out(['scale', 'deploy/web', '--replicas=1']);
      assert.equal(await rollout('status'), done);
      await kubectl.out(['wait', '--for=jsonpath={.status.terminatingReplicas}=0', 'deploy/web', '--timeout=10s']);
      const line = 'The embedded cluster says that container a runs a:4; nothing is executed.';
      assert.equal(await kubectl.out(['logs', '-l', 'app=web']), `${line}\n`);
      assert.match(await kubectl.out(['logs', 'deploy/web', '--timestamps', '--tail=1']), /^\d{4}-\S+Z The embedded/);
      const [pod = ''] = (await kubectl.out(['get', 'pods', '-l', 'app=web', '-o', 'name'])).trim().split('\n');
      const follows = kubectl.start(['logs', '-f', pod]);
      assert.ok(follows.stdout);
      const lines = createInterface(follows.stdout);
      const told: string[] = [];
      lines.on('line', (text) => told.push(text));
      await once(lines, 'line');
      cluster.print({ name: pod.replace('pod/', '') }, 'more');
      await once(lines, 'line');
      const ended = once(follows, 'close');
      await kubectl.out(['delete', pod]);
      await ended;
      assert.deepEqual([told, follows.exitCode], [[line, 'more'], 0]);
      await kubectl.out(['create', 'deployment', 'bad', '--image=crash.invalid/a:1']);
      const restarted = 'jsonpath={.items[0].status.containerStatuses[0].restartCount}=1';
      await kubectl.out([
        'wait',
        `--for=${restarted.replace('.items[0]', '')}`,
        'pod',
        '-l',
        'app=bad',
        '--timeout=10s',
      ]);
      assert.match(await kubectl.out(['logs', '-p', 'deploy/bad']), /container a runs crash\.invalid\/a:1/);
    });

    it('cordon, and uncordon', async () => {
      await kubectl.out(['cordon', 'autopilot']);
      await kubectl.out(['run', 'late', '--image=a']);
      const scheduled = '--for=condition=PodScheduled=false';
      await kubectl.out(['wait', scheduled, 'pod/late', '--timeout=10s']);
      await kubectl.out(['uncordon', 'autopilot']);
      await kubectl.out(['wait', '--for=condition=Ready', 'pod/late', '--timeout=10s']);
    });
  });
}
