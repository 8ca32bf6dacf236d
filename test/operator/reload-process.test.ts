import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster, type Cluster } from 'autopilot-devcluster';
import { sum, type Event } from './testbed.ts';

const PROGRAM = join(import.meta.dirname, 'fixtures', 'settings-process.ts');
const GREETER = { apiVersion: 'settings.example.io/v1', kind: 'Greeter' };

type Line = Readonly<Record<string, unknown>>;

/** As a Deployment runs it: in production, its configuration in a mounted ConfigMap. */
describe('an operator as a process whose ConfigMap changes', () => {
  let cluster: Cluster;
  let folder: string;
  let child: ChildProcess;
  let lines: Line[];
  let wake: () => void = () => undefined;
  let version = 0;

  before(async () => {
    cluster = await startCluster();
    await cluster.installCrd(CRD);
  });
  after(() => cluster.stop());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reload-process-'));
    lines = [];
  });
  afterEach(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true });
  });

  /** As kubelet does. */
  const configure = async (text: string): Promise<void> => {
    version += 1;
    const data = `..2026_${version}`;
    await mkdir(join(folder, data));
    await writeFile(join(folder, data, 'autopilot-operator.yaml'), text);
    await symlink(data, join(folder, '..data_tmp'));
    await rename(join(folder, '..data_tmp'), join(folder, '..data'));
  };
  const begin = async (config: string, env: Readonly<Record<string, string>> = {}): Promise<void> => {
    await configure(config);
    const file = join(folder, 'autopilot-operator.yaml');
    await symlink(join('..data', 'autopilot-operator.yaml'), file);
    const kubeconfig = join(folder, 'kubeconfig');
    await cluster.writeKubeconfig(kubeconfig);
    child = spawn(process.execPath, [...process.execArgv, '--conditions=autopilot-source', PROGRAM], {
      env: { ...process.env, KUBECONFIG: kubeconfig, AUTOPILOT_CONFIG: file, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let rest = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      const all = (rest + chunk.toString()).split('\n');
      rest = all.pop() ?? '';
      lines.push(...all.map((line) => (line.startsWith('{') ? (JSON.parse(line) as Line) : { msg: line })));
      wake();
    });
    child.once('exit', () => wake());
  };
  /** The next line with this text, which is taken with all before it. */
  const logged = async (wanted: RegExp): Promise<Line> => {
    for (;;) {
      const at = lines.findIndex(({ msg }) => wanted.test(String(msg)));
      if (at >= 0) return lines.splice(0, at + 1).at(-1) ?? assert.fail();
      assert.equal(child.exitCode, null, `it ended, and did not say ${wanted}: ${JSON.stringify(lines)}`);
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  const greeter = (name: string, namespace = 'default') =>
    cluster.create({ ...GREETER, metadata: { name, namespace }, spec: {} });
  const untilGreeted = (name: string, greeting: string, namespace = 'default') =>
    cluster.until({ ...GREETER, name, namespace }, (object) =>
      JSON.stringify(object?.['status'] ?? null).includes(`"greeting":"${greeting}"`),
    );
  const served = async (path: string, line: Line): Promise<string> => {
    const addresses = String(line['serving']).split(', ');
    return (await fetch(`http://${addresses[path === '/metrics' ? 1 : 0]}${path}`)).text();
  };
  const BASE = 'metricsAddr: 127.0.0.1:0\nhealthAddr: 127.0.0.1:0\nenableLeaderElection: false\n';
  const config = (greeting: string, more = ''): string => `${BASE}config: { greeting: ${greeting} }\n${more}`;

  it('goes over to it, and says what has changed; the environment beats it still', async () => {
    await begin(config('hello', 'logLevel: Info\nwatchNamespace: nowhere\n'), { WATCH_NAMESPACE: 'default' });
    await logged(/settings-operator started/);
    await greeter('a');
    await untilGreeted('a', 'hello');
    await configure(config('hi', 'logLevel: Debug\nwatchNamespace: elsewhere\n'));
    const line = await logged(/^configuration reloaded: logLevel, config$/);
    assert.deepEqual(line['changed'], ['logLevel', 'config']);
    await untilGreeted('a', 'hi');
    await greeter('c');
    await logged(/^a detail$/);
    await configure(config('hi', 'logLevel: Debug\n# A remark.\n'));
    await logged(/^configuration reloaded: nothing that counts has changed$/);
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });

  it('puts a version, a level and a format of the log in place: the next line is so, and nothing begins anew', async () => {
    const log = (level: string, format: string, version: string): string =>
      config('hello', `logLevel: ${level}\nlogFormat: ${format}\nversion: ${version}\n`);
    await begin(log('Info', 'json', '1.0.0'));
    const started = await logged(/settings-operator started/);
    assert.deepEqual([started['version'], started['level']], ['1.0.0', 30]);
    await greeter('logged');
    await untilGreeted('logged', 'hello');
    const watches = { userAgent: 'settings-operator', verb: 'watch', resource: 'greeters' } as const;
    const watched = cluster.requests.count(watches);

    await configure(log('Info', 'json', '1.1.0'));
    assert.equal((await logged(/^configuration reloaded: version$/))['version'], '1.1.0');
    assert.match(await served('/metrics', started), /^autopilot_operator_info\{.*version="1\.1\.0"\} 1$/m);
    assert.doesNotMatch(await served('/metrics', started), /version="1\.0\.0"/);

    await configure(log('Info', 'pretty', '1.1.0'));
    const pretty = await logged(/configuration reloaded: logFormat$/);
    assert.match(String(pretty['msg']), /^\[.*\] .*INFO.*: configuration reloaded: logFormat$/);

    await configure(log('Debug', 'json', '1.1.0'));
    assert.equal((await logged(/^configuration reloaded: logLevel, logFormat$/))['version'], '1.1.0');
    assert.equal(cluster.requests.count(watches), watched);
    await greeter('detailed');
    assert.equal((await logged(/^a detail$/))['level'], 20);
  });

  it('refuses a bad one, whatever is bad about it, says so in log, metric and event, and goes on as before', async () => {
    await begin(config('hello'), { POD_NAME: 'operator-1', POD_NAMESPACE: 'default' });
    const started = await logged(/settings-operator started/);
    const successful = async (): Promise<number> =>
      sum(await served('/metrics', started), 'autopilot_config_last_reload_successful');
    assert.equal(await successful(), 1);
    const bad: readonly [string, RegExp][] = [
      ['{ no yaml', /ERR_AP_CONFIG: .*autopilot-operator\.yaml is wrong:\n- it is no YAML/],
      [config('hello', 'concurency: 5\n'), /concurency: there is no such key/],
      [`${BASE}config: { greeting: 1, more: true }\n`, /config\.greeting: .*expected string[^]*config: .*"more"/],
      ['', /it is empty\. Write \{\} where the defaults are meant/],
      [config('hello', 'metricsAddr: nonsense\n').replace('metricsAddr: 127.0.0.1:0\n', ''), /ERR_AP_ADDRESS/],
    ];
    let refusals = 0;
    for (const [text, why] of bad) {
      await configure(text);
      const line = await logged(/^configuration refused, the former one stays: /);
      assert.match(String(line['msg']), why);
      assert.equal(line['level'], 50);
      refusals += 1;
      assert.equal(await successful(), 0);
      const metrics = await served('/metrics', started);
      assert.equal(sum(metrics, 'autopilot_config_reloads_total', 'refused'), refusals);
      const events = await cluster.until<Event>({ apiVersion: 'events.k8s.io/v1', kind: 'Event' }, (all) =>
        all.some(
          ({ reason, note = '' }) => reason === 'ConfigRefused' && why.test(`ERR_AP_CONFIG: ERR_AP_ADDRESS ${note}`),
        ),
      );
      assert.ok(events.length > 0);
    }
    await rm(join(folder, '..data'));
    await logged(/there is no such file any more/);
    await greeter('b');
    await untilGreeted('b', 'hello');
    assert.equal(await served('/healthz', started), 'ok');
    await configure(config('good'));
    await logged(/^configuration reloaded: config$/);
    await untilGreeted('b', 'good');
    assert.equal(await successful(), 1);
  });
}).timeout(60_000);

const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'greeters.settings.example.io' },
  spec: {
    group: 'settings.example.io',
    scope: 'Namespaced',
    names: { kind: 'Greeter', listKind: 'GreeterList', plural: 'greeters', singular: 'greeter' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: open, status: open } } },
      },
    ],
  },
};
