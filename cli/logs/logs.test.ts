import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { startCluster, startProxy, type Cluster } from 'autopilot-devcluster';
import { hurriedClock, RecordedEnvironment, type RecordedOptions } from '../cluster/cluster-command.fixture.ts';
import { clusterCommand, type Answer } from '../cluster/cluster-command.ts';
import { at, isFields, listAt, numberAt, textAt, type Fields } from '../cluster/fields.ts';
import { logs, type LogsOptions } from './logs.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/autorouter', import.meta.url));
const NAMESPACE = 'routing';
const NAME = 'autoroute-operator';
const LABELS = { app: NAME, 'app.kubernetes.io/part-of': NAME };

const PODS = { apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE };
const START = Date.UTC(2026, 0, 1, 12);

/** A line as the operator logs it, so many milliseconds after {@link START}. */
const json = (time: number, msg: string, fields: Fields = {}): string =>
  JSON.stringify({ level: 30, time: START + time, operator: NAME, version: '1.0', ...fields, msg });
const numbers = (from: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => json(from + index, `line ${from + index}`));

describe('ap logs', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  /** What a pod prints at each start: JSON of its own times, and what is no JSON. */
  let output: (pod: string, restarts: number) => readonly string[];
  let crashes = false;

  before(async () => {
    cluster = await startCluster({
      crds: [],
      workloads: {
        startDelay: 1,
        stopDelay: 1,
        output: ({ pod, restartCount }) => output(pod.metadata.name, restartCount),
        fate: ({ restartCount }) => (crashes && restartCount === 0 ? 'crashes' : 'runs'),
      },
    });
    await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  });
  after(() => cluster.stop());
  beforeEach(() => {
    output = () => [];
    crashes = false;
  });
  afterEach(async () => {
    await cluster
      .delete({ apiVersion: 'apps/v1', kind: 'Deployment', name: NAME, namespace: NAMESPACE })
      .catch(() => undefined);
    await cluster.until(PODS, (pods) => pods.length === 0);
  });

  const deploy = async (replicas: number, image = 'operator:1'): Promise<readonly string[]> => {
    await cluster.apply({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: NAME, namespace: NAMESPACE, labels: LABELS },
      spec: {
        replicas,
        selector: { matchLabels: { app: NAME } },
        template: { metadata: { labels: LABELS }, spec: { containers: [{ name: 'operator', image }] } },
      },
    });
    return podsWhere(replicas);
  };
  const podsWhere = async (
    count: number,
    isReady: (restarts: number) => boolean = () => true,
  ): Promise<readonly string[]> => {
    const pods = await cluster.until(PODS, (all) => {
      const running = all.filter((pod) => {
        const status = listAt(pod, 'status', 'containerStatuses')[0];
        return isFields(at(status, 'state', 'running')) && isReady(numberAt(status, 'restartCount'));
      });
      return all.length === count && running.length === count;
    });
    return pods.map(({ metadata }) => metadata.name);
  };
  const print = (pod: string, ...lines: readonly string[]): void =>
    cluster.print({ name: pod, namespace: NAMESPACE }, lines.join('\n'));

  const environmentFor = async (options: RecordedOptions = {}): Promise<RecordedEnvironment> =>
    new RecordedEnvironment({
      cwd: EXAMPLE,
      kubeconfig: options.kubeconfig ?? (await cluster.writeKubeconfig()),
      clock: hurriedClock,
      env: { NO_COLOR: '1' },
      ...options,
    });
  const begin = (
    environment: RecordedEnvironment,
    options: Partial<LogsOptions & { readonly output: 'json' | 'text'; readonly namespace: string }> = {},
  ): Promise<number> => {
    const { output: format = 'json', namespace = NAMESPACE, ...others } = options;
    const all = { follow: false, previous: false, resources: [], phases: [], ...others };
    return clusterCommand('logs', { output: format, namespace }, environment, (context) => logs(context, all));
  };
  const run = async (options: Parameters<typeof begin>[1] = {}) => {
    const environment = await environmentFor();
    return { code: await begin(environment, options), environment };
  };
  const linesOf = ({ stdout }: RecordedEnvironment): readonly Fields[] =>
    stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Fields);
  const textsOf = (environment: RecordedEnvironment): readonly string[] =>
    linesOf(environment).map((line) => textAt(line, 'msg') || textAt(line, 'text'));

  it('is of all pods in the order of time, with what is no JSON in its place', async () => {
    const pods = await deploy(2);
    const [a = '', b = ''] = pods;
    print(a, json(100, 'a1'), json(300, 'a2'), 'Error: it broke', '    at main.ts:1', json(500, 'a3'));
    print(b, json(200, 'b1'), json(400, 'b2'));
    const { code, environment } = await run();
    assert.equal(code, 0);
    assert.deepEqual(textsOf(environment), ['a1', 'b1', 'a2', 'Error: it broke', '    at main.ts:1', 'b2', 'a3']);
    assert.deepEqual(
      linesOf(environment).map((line) => line['pod']),
      [a, b, a, a, a, b, a],
    );
    assert.equal(environment.stdout.split('\n')[0], `{"pod":"${a}",${json(100, 'a1').slice(1)}`, 'the line itself');
  });

  it('is chosen by resource, by name or key, by phase, and by age', async () => {
    const [pod = ''] = await deploy(1);
    print(
      pod,
      'no JSON',
      json(1, 'of the operator'),
      json(2, 'one', { resource: 'default/web', phase: 'Syncing' }),
      json(3, 'two', { resource: 'other/web', phase: 'Ready' }),
      json(4, 'three', { resource: 'default/cart', phase: 'Syncing' }),
    );
    const chosen = async (options: Parameters<typeof begin>[1]) => textsOf((await run(options)).environment).join(' ');
    assert.equal(await chosen({ resources: ['web'] }), 'one two');
    assert.equal(await chosen({ resources: ['default/web', 'cart'] }), 'one three');
    assert.equal(await chosen({ phases: ['Syncing'] }), 'one three');
    assert.equal(await chosen({ phases: ['Syncing', 'Ready'], resources: ['web'] }), 'one two');
    assert.equal(await chosen({ sinceSeconds: 3600, phases: ['Ready'] }), 'two');
    const asked = cluster.requests.filter(({ path }) => path.includes('/log'));
    assert.equal(asked.at(-1)?.query['sinceSeconds'], '3600');
    const { environment } = await run({ phases: ['Sincing'] });
    assert.match(environment.stderr, /has no phase Sincing, but Initializing, Syncing, Ready/);
  });

  it('is for people as the dev loop has it, with the pod and the day', async () => {
    const [pod = ''] = await deploy(1);
    const err = {
      type: 'TypeError',
      message: 'it broke',
      stack: 'TypeError: it broke\n    at sync (/app/src/a.ts:1:2)\n    at node:x:1:1',
    };
    print(
      pod,
      json(0, 'operator started: it watches'),
      json(1, 'Syncing → Ready', {
        resource: 'default/web',
        phase: 'Syncing',
        sync: 'x-1',
        from: 'Syncing',
        to: 'Ready',
      }),
      json(2, 'it broke', { resource: 'default/web', phase: 'Syncing', level: 50, reason: 'WorkerFailed', err }),
      '    plain',
    );
    const { environment } = await run({ output: 'text' });
    const time = new Date(START).toTimeString().slice(0, 8);
    const [day = '', month = '', year = ''] = [START].flatMap((at) => {
      const date = new Date(at);
      return [date.getDate(), date.getMonth() + 1, date.getFullYear()].map((part) => String(part).padStart(2, '0'));
    });
    const margin = `${time}  ${pod.slice(-5)}`;
    assert.deepEqual(environment.stdout.split('\n'), [
      `${margin}              ${year}-${month}-${day}`,
      `${margin}  operator    operator started: it watches`,
      `${margin}  default/web  Syncing       info     Syncing → Ready`,
      `${margin}  default/web  Syncing       failed   WorkerFailed: it broke`,
      `${' '.repeat(30)}at sync (src/a.ts:1:2)`,
      `${margin}                   plain`,
      '',
    ]);
  });

  it('goes on with pods that come, lets go those that end, and ends with Ctrl-C', async () => {
    const [first = ''] = await deploy(1);
    print(first, json(1, 'before'));
    const environment = await environmentFor();
    const ended = begin(environment, { follow: true });
    await environment.until(({ stderr }) => stderr.includes(`pod ${first}: followed`));
    print(first, json(2, 'while it is followed'));
    await environment.until(({ stdout }) => stdout.includes('while it is followed'));
    output = (pod) => [json(3, `hello of ${pod}`)];
    const both = await deploy(2);
    const second = both.find((pod) => pod !== first) ?? '';
    await environment.until(({ stdout }) => stdout.includes(`hello of ${second}`));
    await cluster.delete({ apiVersion: 'v1', kind: 'Pod', name: first, namespace: NAMESPACE });
    await environment.until(
      ({ stderr }) =>
        stderr.includes(`pod ${first}: gone`) || stderr.includes(`pod ${first}: container operator has ended`),
    );
    const third = (await podsWhere(2)).find((pod) => !both.includes(pod)) ?? '';
    await environment.until(({ stdout }) => stdout.includes(`hello of ${third}`));
    environment.interrupt();
    assert.equal(await ended, 130);
    assert.deepEqual(textsOf(environment), [
      'before',
      'while it is followed',
      `hello of ${second}`,
      `hello of ${third}`,
    ]);
    assert.doesNotMatch(environment.stderr, /ERR_AP/);
  });

  it('goes on after broken connections, wherever they break, without losing or doubling a line', async () => {
    const [pod = ''] = await deploy(1);
    await using proxy = await startProxy(cluster.kubeconfig);
    const environment = await environmentFor({
      kubeconfig: await cluster.writeKubeconfig(undefined, proxy.kubeconfig),
    });
    const isLog = ({ path }: { readonly path: string }): boolean => path.includes('/log?');
    print(pod, ...numbers(0, 20));
    // In the past that is read first, then in what is followed, within lines and between them.
    proxy.cut(700, { filter: isLog });
    const ended = begin(environment, { follow: true });
    await environment.until(({ stdout }) => stdout.includes('line 19'));
    for (let go = 1; go <= 5; go += 1) {
      await environment.until(({ stderr }) => stderr.split('followed').length > 1);
      const cut = proxy.cut(100 + go * 37, { filter: isLog, how: go % 2 === 0 ? 'reset' : 'end' });
      print(pod, ...numbers(go * 20, 20));
      await environment.until(({ stdout }) => stdout.includes(`line ${go * 20 + 19}`));
      assert.equal(cut.hits, 1);
    }
    environment.interrupt();
    assert.equal(await ended, 130);
    assert.deepEqual(
      textsOf(environment),
      numbers(0, 120).map((line) => textAt(JSON.parse(line), 'msg')),
    );
    assert.match(environment.stderr, /log interrupted, it goes on from there/);
  });

  it('has all runs of a container that is started again, and by --previous that before', async () => {
    output = (_, restarts) => [json(restarts, `run ${restarts}`)];
    crashes = true;
    const environment = await environmentFor();
    const deployed = deploy(1);
    await deployed.catch(() => undefined);
    const [pod = ''] = await podsWhere(1, (restarts) => restarts === 1);
    const ended = begin(environment, { follow: true });
    await environment.until(({ stdout }) => stdout.includes('run 1'));
    environment.interrupt();
    await ended;
    const before = await run({ previous: true });
    assert.deepEqual(textsOf(before.environment), ['run 0']);
    assert.equal(linesOf(before.environment)[0]?.['pod'], pod);
  });

  it('says what is missing, with the remedy', async () => {
    const gone = await run();
    assert.equal(gone.code, 1);
    assert.match(
      gone.environment.stderr,
      /no Deployment of autoroute-operator in namespace routing\. `ap deploy` brings it.*ERR_AP_NOT_DEPLOYED/,
    );
    assert.deepEqual(errorsOf(gone.environment), ['ERR_AP_NOT_DEPLOYED']);
    await deploy(1);
    const other = await run({ namespace: 'default' });
    assert.match(other.environment.stderr, /in namespace default, but in routing\. Name that one: -n routing\./);
    const previous = await run({ previous: true });
    assert.deepEqual(errorsOf(previous.environment), ['ERR_AP_NO_PREVIOUS']);
    await deploy(0);
    const none = await run();
    assert.match(none.environment.stderr, /has no pod whose container was started: it is scaled to 0/);
  });

  it('says who may not read logs', async () => {
    await deploy(1);
    const fault = cluster.faults.answer(403, ({ path }) => path.endsWith('/log'), { count: 9 });
    const { code, environment } = await run({ follow: true });
    fault.remove();
    assert.equal(code, 1);
    assert.deepEqual(errorsOf(environment), ['ERR_AP_FORBIDDEN']);
  });
});

const errorsOf = ({ stdout }: RecordedEnvironment): readonly string[] =>
  listAt(JSON.parse(stdout) as Answer, 'errors').map((error) => textAt(error, 'code'));
