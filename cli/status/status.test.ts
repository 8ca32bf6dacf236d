import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCluster, type Cluster } from 'autopilot-devcluster';
import { start } from 'autopilot-runtime';
import { load } from 'js-yaml';
import { operator } from '../../examples/autorouter/src/operator.ts';
import { systemClock } from '../../runtime/clock.ts';
import { hurriedClock, RecordedEnvironment, type RecordedOptions } from '../cluster/cluster-command.fixture.ts';
import { clusterCommand, type Answer } from '../cluster/cluster-command.ts';
import { at, isFields, listAt, textAt, type Fields } from '../cluster/fields.ts';
import { resourceStatus } from './resource-status.ts';
import { status } from './status.ts';
import { watchStatus } from './watch-status.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/autorouter', import.meta.url));
const NAME = 'autoroute-operator';
const NAMESPACE = 'routing';
const LABELS = { app: NAME, 'app.kubernetes.io/name': NAME, 'app.kubernetes.io/part-of': NAME };
const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment', name: NAME, namespace: NAMESPACE };
const AUTOROUTE = { apiVersion: 'examples.io/v1', kind: 'AutoRoute' };
const PODS = { apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE };

interface Asked {
  readonly name?: string;
  readonly namespace?: string;
  readonly output?: 'json' | 'text';
  readonly watch?: boolean;
}

describe('ap status', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let folder: string;
  let kubeconfig: string;

  before(async () => {
    cluster = await startCluster({ crds: ['istio'], workloads: { startDelay: 1, stopDelay: 1 } });
    kubeconfig = await cluster.writeKubeconfig();
    folder = await mkdtemp(join(tmpdir(), 'ap-status-'));
    await cp(EXAMPLE, folder, { recursive: true, filter: (path) => !path.includes('node_modules') });
    for (const name of [NAMESPACE, 'other', 'shop'])
      await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  });
  after(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true });
  });
  afterEach(() => cluster.faults.clear());

  const environmentFor = (options: RecordedOptions = {}): RecordedEnvironment =>
    new RecordedEnvironment({ cwd: folder, kubeconfig, clock: hurriedClock, env: { NO_COLOR: '1' }, ...options });
  const begin = (environment: RecordedEnvironment, { name, namespace = NAMESPACE, output = 'json', watch }: Asked) =>
    clusterCommand('status', { output, namespace }, environment, (context) => {
      if (watch) return watchStatus(context, name);
      return name === undefined ? status(context) : resourceStatus(context, name);
    });
  const run = async (asked: Asked = {}, options: RecordedOptions = {}) => {
    const environment = environmentFor(options);
    const code = await begin(environment, asked);
    return {
      code,
      environment,
      answer: asked.output === 'text' ? undefined : (JSON.parse(environment.stdout) as Answer),
    };
  };
  const codesOf = (answer: Answer | undefined): readonly string[] =>
    listAt(answer, 'errors').map((error) => textAt(error, 'code'));
  const deploy = async (replicas: number, image = 'operator:1'): Promise<void> => {
    await cluster.apply({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: NAME, namespace: NAMESPACE, labels: LABELS },
      spec: {
        replicas,
        selector: { matchLabels: { app: NAME } },
        template: {
          metadata: { labels: { ...LABELS, 'app.kubernetes.io/version': '1.4.0' } },
          spec: { containers: [{ name: 'operator', image }] },
        },
      },
    });
  };
  const ready = (replicas: number) =>
    cluster.until(DEPLOYMENT, (found) => at(found, 'status', 'readyReplicas') === replicas);
  const lead = async (pod: string, renewed = new Date()): Promise<void> => {
    await cluster.apply({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: NAME, namespace: NAMESPACE },
      spec: {
        holderIdentity: `${pod}-0123abcd`,
        leaseDurationSeconds: 15,
        acquireTime: new Date(renewed.getTime() - 3 * 3_600_000).toISOString().replace('Z', '000Z'),
        renewTime: renewed.toISOString().replace('Z', '000Z'),
      },
    });
  };
  const crd = async (): Promise<object> =>
    load(await readFile(join(EXAMPLE, 'deploy/base/crd.yaml'), 'utf8')) as object;
  const resource = async (name: string, fields: Fields): Promise<void> => {
    const metadata = { name, namespace: 'default' };
    await cluster.create({ ...AUTOROUTE, metadata, spec: { deploymentSelector: { matchLabels: { app: 'none' } } } });
    await cluster.patch({ ...AUTOROUTE, ...metadata }, { status: fields }, { subresource: 'status' });
  };
  const condition = (type: string, is: string, reason: string, message = '') => ({
    type,
    status: is,
    reason,
    message,
    lastTransitionTime: '2026-01-01T00:00:00Z',
  });
  const ago = (seconds: number): string => `${new Date(Date.now() - seconds * 1000).toISOString().slice(0, 19)}Z`;

  it('says that nothing is deployed and no kind is served, each with what to do', async () => {
    const { code, answer, environment } = await run({ namespace: 'nowhere' });
    assert.equal(code, 5);
    assert.deepEqual(codesOf(answer), ['ERR_AP_NOT_DEPLOYED', 'ERR_AP_KIND_NOT_SERVED']);
    assert.match(environment.stderr, /no Deployment of autoroute-operator in namespace nowhere\. `ap deploy` brings/);
    assert.match(environment.stderr, /does not serve autoroutes\.examples\.io in version v1\. `ap deploy` installs/);
    const text = await run({ namespace: 'nowhere', output: 'text' });
    assert.equal(text.environment.stdout, 'AutoRoute: 0: Initializing 0, Syncing 0, Ready 0\n');
  });

  describe('of an operator that is deployed', () => {
    let pods: readonly string[];
    before(async () => {
      await cluster.apply(await crd());
      await deploy(2);
      await ready(2);
      pods = (await cluster.until(PODS, (all) => all.length === 2)).map(({ metadata }) => metadata.name).toSorted();
      await lead(pods[1] ?? '');
      await resource('well', {
        phase: 'Ready',
        conditions: [condition('Ready', 'True', 'Final')],
        transitions: [
          { time: ago(7200), from: 'Initializing', to: 'Syncing', reason: 'WorkerResult' },
          { time: ago(20 * 60 + 5), from: 'Syncing', to: 'Ready', reason: 'WorkerResult' },
        ],
      });
      await resource('fails', {
        phase: 'Syncing',
        conditions: [condition('Ready', 'False', 'WorkerFailed', 'it broke\n  at worker.ts:1')],
      });
      await resource('stalls', {
        phase: 'Syncing',
        conditions: [condition('Ready', 'False', 'Contested', 'x'), condition('Stalled', 'True', 'Contested', 'taken')],
      });
      await resource('under-way', { phase: 'Syncing', conditions: [condition('Ready', 'False', 'Progressing', 'y')] });
      await cluster.create({
        ...AUTOROUTE,
        metadata: { name: 'well', namespace: 'other' },
        spec: { deploymentSelector: { matchLabels: { app: 'none' } } },
      });
    });

    it('tells version, replicas, leader, and of each resource phase, ages, transition and error; those with errors first', async () => {
      const { code, environment } = await run({ output: 'text' });
      assert.equal(code, 0, environment.stderr);
      const now = environment.stdout
        .replaceAll(/\b\d+s\b/g, '0s')
        .replaceAll(/ +$/gm, '')
        .split('\n');
      const [a = '', b = ''] = pods;
      assert.deepEqual(now, [
        `${NAME} 1.4.0 in namespace routing: 2 of 2 replicas are ready`,
        'image   operator:1',
        `leader  ${b}, for 3h, renewed 0s ago`,
        '',
        `POD                                  READY  RESTARTS  AGE`,
        `${a}  yes    0         0s`,
        `${b}  yes    0         0s   leads`,
        '',
        'AutoRoute: 5: Initializing 0, Syncing 3, Ready 1, (no phase yet) 1; 2 with errors, 1 of them stalled',
        'No transitions are kept, so that > tells since when at least; `transitions: 10` in autopilot.yaml keeps ten of each.',
        '',
        'NAMESPACE  NAME       PHASE    FOR  READY  LAST TRANSITION           ERROR',
        'default    stalls     Syncing  >0s  False  -                         stalled: Contested: taken',
        'default    fails      Syncing  >0s  False  -                         WorkerFailed: it broke',
        'default    under-way  Syncing  >0s  False  -',
        'default    well       Ready    20m  True   Syncing → Ready, 20m ago',
        'other      well       -        -    -      -',
        '',
      ]);
    });

    it('gives the same as JSON', async () => {
      const { code, answer } = await run();
      assert.equal(code, 0);
      const resources = at(answer, 'result', 'resources');
      assert.deepEqual(at(resources, 'phases'), { Initializing: 0, Syncing: 3, Ready: 1, '': 1 });
      assert.deepEqual([at(resources, 'count'), at(resources, 'failing'), at(resources, 'stalled')], [5, 2, 1]);
      const [stalls, , , well] = listAt(resources, 'items').filter(isFields);
      assert.deepEqual(stalls?.['error'], { reason: 'Contested', message: 'taken', isStalled: true });
      assert.equal(at(well, 'lastTransition', 'to'), 'Ready');
      assert.equal(at(well, 'isPhaseSinceExact'), true);
      assert.deepEqual(at(answer, 'result', 'operator', 'leader', 'pod'), pods[1]);
    });

    it('says what is wrong with the operator: no leader, one that is gone, pods that do not come up, none wanted', async () => {
      await lead(pods[1] ?? '', new Date(Date.now() - 60_000));
      const stale = await run();
      assert.equal(stale.code, 5);
      assert.match(stale.environment.stderr, /whoever holds the lease does not renew it\. `ap logs`.*ERR_AP_NOT_READY/);
      await cluster.delete({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: NAME, namespace: NAMESPACE });
      assert.match((await run()).environment.stderr, /no replica holds the lease/);
      await lead(pods[0] ?? '');
      await deploy(2, 'nowhere.invalid/operator:2');
      await cluster.until(PODS, (all) =>
        all.some(
          (pod) =>
            JSON.stringify(pod).includes('"reason":"ErrImagePull"') || JSON.stringify(pod).includes('ImagePullBackOff'),
        ),
      );
      const { environment } = await run({ output: 'text' });
      assert.match(environment.stdout, /2 of 2 replicas are ready, 1 are of the newest version/);
      assert.match(environment.stdout, /no +0 +\d+s +(ErrImagePull|ImagePullBackOff): /);
      await deploy(0);
      await cluster.until(PODS, (all) => all.length === 0);
      assert.match((await run()).environment.stderr, /it is scaled to 0/);
      await deploy(2);
      await ready(2);
      pods = (await cluster.until(PODS, (all) => all.length === 2)).map(({ metadata }) => metadata.name).toSorted();
      await lead(pods[1] ?? '');
    });

    it('says what may not be read, and shows what may', async () => {
      cluster.faults.answer(403, ({ resource: of, path }) => of === 'autoroutes' && !path.includes('namespaces'), {
        count: 9,
      });
      const all = await run();
      assert.equal(all.code, 0);
      assert.match(
        all.environment.stderr,
        /you may not list autoroutes\.examples\.io in all namespaces: shown are those of namespace routing/,
      );
      assert.equal(at(all.answer, 'result', 'resources', 'count'), 0);
      cluster.faults.answer(403, { resource: 'deployments' }, { count: 9 });
      cluster.faults.answer(403, { resource: 'autoroutes' }, { count: 9 });
      const none = await run();
      assert.equal(none.code, 1);
      assert.deepEqual(codesOf(none.answer), ['ERR_AP_FORBIDDEN', 'ERR_AP_FORBIDDEN']);
      assert.match(none.environment.stderr, /You may not read deployments in namespace routing\./);
      cluster.faults.clear();
      cluster.faults.answer(403, { resource: 'leases' }, { count: 9 });
      const lease = await run({ output: 'text' });
      assert.equal(lease.code, 0);
      assert.match(lease.environment.stdout, /leader {2}not known: you may not read leases/);
    });

    it('has one resource found by its name or key, and says so where there is none, or several', async () => {
      const several = await run({ name: 'well' });
      assert.equal(several.code, 1);
      assert.match(
        several.environment.stderr,
        /several AutoRoute well: default\/well, other\/well\. Name the namespace too: ap status default\/well/,
      );
      const none = await run({ name: 'default/gone' });
      assert.deepEqual(codesOf(none.answer), ['ERR_AP_NO_RESOURCE']);
      const { code, answer } = await run({ name: 'default/well' });
      assert.equal(code, 0);
      assert.deepEqual(
        listAt(answer, 'result', 'transitions').map((each) => textAt(each, 'to')),
        ['Syncing', 'Ready'],
      );
    });

    it('goes on with what changes, a line for each', async () => {
      const environment = environmentFor();
      const ended = begin(environment, { watch: true, output: 'text' });
      await environment.until(({ stdout }) => stdout.includes('default    well'));
      await resource('new', { phase: 'Syncing', conditions: [condition('Ready', 'False', 'Progressing')] });
      const name = { ...AUTOROUTE, name: 'new', namespace: 'default' };
      await environment.until(({ stdout }) => stdout.includes('new → Syncing'));
      const failed = [condition('Ready', 'False', 'WorkerFailed', 'oh no')];
      await cluster.patch(name, { status: { conditions: failed } }, { subresource: 'status' });
      await environment.until(({ stdout }) => stdout.includes('oh no'));
      cluster.faults.cutWatches({ resource: 'autoroutes' });
      const rest = { phase: 'Ready', conditions: [condition('Ready', 'True', 'Final')] };
      await cluster.patch(name, { status: rest }, { subresource: 'status' });
      await environment.until(({ stdout }) => stdout.includes('no error any more'));
      await lead(pods[0] ?? '');
      await environment.until(({ stdout }) => stdout.includes(`leader: ${pods[0]}`));
      await cluster.delete(name);
      await environment.until(({ stdout }) => stdout.includes('deleted'));
      environment.interrupt();
      assert.equal(await ended, 130);
      const [, changes = ''] = environment.stdout.split(/^other +well.*\n/m);
      assert.deepEqual(
        changes
          .trimEnd()
          .split('\n')
          .map((line) => line.slice(10)),
        [
          'default/new  created, no phase yet',
          'default/new  new → Syncing',
          'default/new  Syncing: WorkerFailed: oh no',
          'default/new  Syncing → Ready',
          'default/new  Ready: no error any more',
          `operator     2 of 2 replicas are ready, leader: ${pods[0]}`,
          'default/new  deleted',
        ],
      );
      assert.doesNotMatch(environment.stderr, /ERR_AP/);
    });

    it('goes on with an object a line as JSON', async () => {
      const environment = environmentFor();
      const ended = begin(environment, { watch: true, name: 'default/well' });
      await environment.until(({ stdout }) => stdout.includes('"type":"status"'));
      const name = { ...AUTOROUTE, name: 'well', namespace: 'default' };
      await cluster.patch(name, { status: { phase: 'Syncing' } }, { subresource: 'status' });
      await environment.until(({ stdout }) => stdout.includes('"phase":"Syncing"'));
      await cluster.patch(name, { status: { phase: 'Ready' } }, { subresource: 'status' });
      await environment.until(({ stdout }) => stdout.split('\n').length > 3);
      environment.interrupt();
      await ended;
      const [first, second, third] = environment.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Fields);
      assert.equal(at(first, 'resources', 'count'), 1);
      assert.deepEqual(
        [second, third].map((line) => [textAt(line, 'change'), textAt(line, 'resource', 'phase')]),
        [
          ['changed', 'Syncing'],
          ['changed', 'Ready'],
        ],
      );
    });

    it('draws one picture on a terminal, as large as that, and leaves the last one there', async () => {
      const environment = environmentFor({ terminal: { columns: 60, rows: 14 } });
      const ended = begin(environment, { watch: true, output: 'text' });
      await environment.until(({ stdout }) => stdout.includes('AutoRoute: 5'));
      await resource('new', { phase: 'Initializing' });
      await environment.until(({ stdout }) => stdout.includes('AutoRoute: 6'));
      environment.interrupt();
      await ended;
      await cluster.delete({ ...AUTOROUTE, name: 'new', namespace: 'default' });
      const pictures = environment.stdout.split('\u001B[H').slice(1);
      assert.ok(environment.stdout.startsWith('\u001B[?1049h\u001B[?25l\u001B[H'));
      for (const picture of pictures) {
        const [shown = '', rest] = picture.split('\u001B[J');
        const lines = shown.split('\r\n').map((line) => line.replace('\u001B[K', ''));
        assert.ok(lines.length <= 13, `${lines.length} lines`);
        assert.ok(lines.every((line) => line.length <= 60));
        assert.match(lines.at(-1) ?? '', /^… and \d more AutoRoute$/);
        assert.ok(rest !== undefined);
      }
      const [, last = ''] = environment.stdout.split('\u001B[?25h\u001B[?1049l');
      assert.match(last, /AutoRoute: 6[^]*… and \d more AutoRoute\n$/);
    });

    it('waits for a kind that is not served yet', async () => {
      const environment = environmentFor();
      cluster.faults.answer(404, ({ resource: of }) => of === 'autoroutes', {
        count: 1,
        message: 'the server could not find the requested resource',
      });
      const ended = begin(environment, { watch: true, output: 'text' });
      await environment.until(({ stdout }) => stdout.includes('default/well'));
      environment.interrupt();
      await ended;
      assert.match(environment.stdout, /^! The cluster does not serve autoroutes/m);
    });
  });

  describe('of a resource of an operator that runs', () => {
    it('shows what it has gone through: transitions, outputs and how they stand, events', async () => {
      await writeFile(
        join(folder, 'autopilot.yaml'),
        `${await readFile(join(EXAMPLE, 'autopilot.yaml'), 'utf8')}\ntransitions: 5\n`,
      );
      const web = {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace: 'shop', labels: { app: 'shop' } },
        spec: {
          selector: { matchLabels: { app: 'web' } },
          template: {
            metadata: { labels: { app: 'web' } },
            spec: { containers: [{ name: 'main', image: 'web:1', ports: [{ containerPort: 80 }] }] },
          },
        },
      };
      await cluster.create(web);
      const metadata = { name: 'web', namespace: 'shop' };
      await cluster.create({ ...AUTOROUTE, metadata, spec: { deploymentSelector: { matchLabels: { app: 'shop' } } } });
      const running = await start({ ...operator, transitions: 5 }, { kubeconfig: cluster.kubeconfig });
      await cluster.until({ ...AUTOROUTE, ...metadata }, (found) => at(found, 'status', 'phase') === 'Ready');
      await running.stop();
      await cluster.delete({ apiVersion: 'networking.istio.io/v1', kind: 'Gateway', name: 'web', namespace: 'shop' });
      await cluster.patch(
        { apiVersion: 'v1', kind: 'Service', name: 'web', namespace: 'shop' },
        { metadata: { labels: { mine: 'yes' } } },
      );
      await cluster.create({
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: 'e', namespace: 'shop' },
        involvedObject: {
          ...AUTOROUTE,
          ...metadata,
          uid: (await cluster.get({ ...AUTOROUTE, ...metadata })).metadata.uid,
        },
        reason: 'WorkerFailed',
        message: 'it broke once',
        type: 'Warning',
        count: 3,
        lastTimestamp: ago(600),
      });
      const { environment, code } = await run(
        { name: 'web', namespace: NAMESPACE, output: 'text' },
        { clock: systemClock },
      );
      assert.equal(code, 0, environment.stderr);
      const shown = environment.stdout.replaceAll(/\b\d+s\b/g, '0s');
      assert.match(shown, /^AutoRoute shop\/web\nphase {5}Ready, for 0s\n/);
      assert.match(
        shown,
        /Transitions:\n {2}0s ago {2}Initializing → Syncing {2}WorkerResult\n {2}0s ago {2}Syncing → Ready/,
      );
      assert.match(shown, /^ {2}Syncing {2}Service +web +there/m);
      assert.match(shown, /^ {2}Syncing {2}VirtualService +web +there$/m);
      assert.match(shown, /^ {2}Syncing {2}Gateway +\(all\) +gone$/m);
      assert.match(shown, /Events:\n {2}10m ago {2}WorkerFailed \(3 times\): it broke once/);
    });
  });
});
