import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster, type Cluster } from 'autopilot-devcluster';
import { dump, load } from 'js-yaml';
import { scrape, tokenOf } from './scrape.ts';

const PROGRAM = join(import.meta.dirname, 'fixtures', 'operator-process.ts');

const LEASE = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: 'process-operator' };

/** A kubeconfig whose contexts name this namespace. */
function withNamespace(kubeconfig: unknown, namespace: string): object {
  const { contexts, ...rest } = kubeconfig as { readonly contexts: readonly { readonly context: object }[] };
  const named = contexts.map((each) =>
    Object.assign({}, each, { context: Object.assign({}, each.context, { namespace }) }),
  );
  return { ...rest, contexts: named };
}

describe('an operator as a process', () => {
  let cluster: Cluster;
  let folder: string;
  let child: ChildProcess;
  let output: string;
  const lines: ((line: Record<string, unknown>) => void)[] = [];

  before(async () => void (cluster = await startCluster()));
  after(() => cluster.stop());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'operator-process-'));
    output = '';
    lines.length = 0;
  });
  afterEach(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true });
  });

  const begin = async (env: Record<string, string> = {}, config?: string): Promise<void> => {
    if (config !== undefined) await writeFile(join(folder, 'autopilot-operator.yaml'), config);
    const kubeconfig = join(folder, 'kubeconfig');
    await cluster.writeKubeconfig(kubeconfig);
    child = spawn(process.execPath, [...process.execArgv, '--conditions=autopilot-source', PROGRAM], {
      cwd: folder,
      env: {
        ...process.env,
        KUBECONFIG: kubeconfig,
        AUTOPILOT_DEV: '1',
        AUTOPILOT_HEALTH_ADDR: '127.0.0.1:0',
        AUTOPILOT_METRICS_ADDR: '127.0.0.1:0',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let rest = '';
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
      const all = (rest + chunk.toString()).split('\n');
      rest = all.pop() ?? '';
      for (const line of all)
        if (line.startsWith('{')) for (const listener of lines) listener(JSON.parse(line) as Record<string, unknown>);
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
  };
  const logged = (wanted: RegExp): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      lines.push((line) => wanted.test(String(line['msg'])) && resolve(line));
      child.once('exit', (code) => reject(new Error(`it ended with ${code}:\n${output}`)));
    });
  const work = (name: string, does?: string, namespace = 'default') =>
    cluster.create({
      apiVersion: 'process.example.io/v1',
      kind: 'Job',
      metadata: { name, namespace },
      spec: { does },
    });
  const statusOf = async (name: string, namespace = 'default'): Promise<string> =>
    JSON.stringify(
      (await cluster.find({ apiVersion: 'process.example.io/v1', kind: 'Job', name, namespace }))?.['status'] ?? null,
    );
  const untilDone = (name: string, namespace = 'default') =>
    cluster.until({ apiVersion: 'process.example.io/v1', kind: 'Job', name, namespace }, (job) =>
      JSON.stringify(job?.['status'] ?? null).includes('"phase":"Done"'),
    );
  const ended = async (): Promise<number | null> =>
    child.exitCode ?? ((await once(child, 'exit')) as [number | null])[0];

  it('installs its CRD in development, works, serves probes and metrics, and stops cleanly when asked', async () => {
    await begin({}, 'version: 1.2.3\nlogLevel: Debug\n');
    const started = await logged(/process-operator started/);
    assert.equal(started['version'], '1.2.3');
    const detail = logged(/^a detail$/);
    await work('a');
    await untilDone('a');
    await detail;
    assert.ok(cluster.requests.count({ userAgent: 'process-operator/1.2.3 autopilot-runtime' }) > 0);
    const [health = '', metrics = ''] = String(started['serving']).split(', ');
    assert.equal(await (await fetch(`http://${health}/healthz`)).text(), 'ok');
    assert.equal((await fetch(`http://${health}/readyz`)).status, 200);
    const text = await (await fetch(`http://${metrics}/metrics`)).text();
    for (const line of [
      /^controller_runtime_reconcile_total\{controller="job",result="success"\} \d+$/m,
      /^controller_runtime_max_concurrent_reconciles\{controller="job"\} 20$/m,
      /^workqueue_adds_total\{name="job",controller="job"\} \d+$/m,
      /^rest_client_requests_total\{code="200",host="127\.0\.0\.1:\d+",method="PATCH"\} \d+$/m,
      /^autopilot_transitions_total\{from="Working",to="Done"\} 1$/m,
      /^autopilot_operator_info\{operator="process-operator",version="1\.2\.3"\} 1$/m,
      /^process_resident_memory_bytes \d+$/m,
    ]) {
      assert.match(text, line);
    }
    child.kill('SIGTERM');
    assert.equal(await ended(), 0);
    assert.match(output, /SIGTERM: stopping/);
    assert.match(output, /process-operator stopped/);
  });

  it('serves metrics over TLS where it is told to, but plain in development, whose file is the cluster’s', async () => {
    const secure = 'metricsSecure: true\n';
    const serving = async (env: Record<string, string>): Promise<string> => {
      await begin({ AUTOPILOT_HEALTH_ADDR: '', AUTOPILOT_ENABLE_LEADER_ELECTION: 'false', ...env }, secure);
      const { serving: address } = await logged(/process-operator started/);
      return String(address);
    };
    assert.equal((await fetch(`http://${await serving({})}/metrics`)).status, 200);
    for (const env of [{ AUTOPILOT_DEV: '' }, { AUTOPILOT_METRICS_SECURE: 'true' }]) {
      child.kill('SIGKILL');
      await ended();
      const address = await serving(env);
      assert.equal((await scrape(address)).status, 401);
      assert.equal((await scrape(address, tokenOf(cluster.kubeconfig))).status, 200);
    }
  });

  it('reads the file that it is told to, and the environment over it', async () => {
    await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'mine' } });
    await writeFile(join(folder, 'other.yaml'), 'watchNamespace: elsewhere\nversion: 3.2.1\n');
    await begin({
      AUTOPILOT_CONFIG: 'other.yaml',
      WATCH_NAMESPACE: 'mine',
      AUTOPILOT_HEALTH_ADDR: '',
      AUTOPILOT_METRICS_ADDR: '',
    });
    const started = await logged(/process-operator started/);
    assert.deepEqual([started['version'], started['namespace'], started['serving']], ['3.2.1', 'mine', undefined]);
    await work('outside');
    await work('inside', undefined, 'mine');
    await untilDone('inside', 'mine');
    // What its CRD makes every new resource begin with.
    assert.equal(await statusOf('outside'), '{"observedGeneration":-1}');
  });

  it('works in development without a lease, whatever its file says', async () => {
    await begin({}, 'enableLeaderElection: true\n');
    await logged(/process-operator started/);
    await work('alone');
    await untilDone('alone');
    child.kill('SIGTERM');
    assert.equal(await ended(), 0);
    assert.equal(cluster.requests.count({ resource: 'leases' }), 0);
    assert.doesNotMatch(output, /leading|standing by/);
  });

  it('takes part in an election in development where the environment says so, in the namespace of its kubeconfig', async () => {
    await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'elected' } });
    const elsewhere = join(folder, 'elsewhere');
    await cluster.writeKubeconfig(elsewhere);
    const text = await readFile(elsewhere, 'utf8');
    await writeFile(elsewhere, dump(withNamespace(load(text), 'elected')));
    await begin({ AUTOPILOT_ENABLE_LEADER_ELECTION: 'true', KUBECONFIG: elsewhere, POD_NAMESPACE: '' });
    await logged(/leading: acquired lease process-operator/);
    await work('elected', undefined, 'elected');
    await untilDone('elected', 'elected');
    assert.ok(await cluster.find({ ...LEASE, namespace: 'elected' }));
    assert.equal(await cluster.find({ ...LEASE, namespace: 'default' }), undefined);
  });

  it('logs what its level lets through', async () => {
    await begin({ AUTOPILOT_LOG_LEVEL: 'warn' });
    await work('quiet');
    await untilDone('quiet');
    child.kill('SIGTERM');
    await once(child, 'close');
    assert.equal(output, '');
  });

  it('logs for people where it is told so', async () => {
    await begin({ AUTOPILOT_LOG_FORMAT: 'pretty' });
    await work('pretty');
    await untilDone('pretty');
    child.kill('SIGTERM');
    await once(child, 'close');
    assert.match(output, /INFO.*: process-operator started/);
    assert.doesNotMatch(output, /^\{/m);
  });

  it('is ready once it has listed its resources', async () => {
    const held = cluster.faults.holdEvents({ userAgent: 'process-operator', resource: 'jobs' });
    await begin();
    const [health = ''] = String((await logged(/process-operator started/))['serving']).split(', ');
    const probe = async (path: string): Promise<string> => {
      const response = await fetch(`http://${health}${path}`);
      return `${response.status} ${await response.text()}`;
    };
    assert.equal(await probe('/readyz'), '503 jobs.process.example.io has not been listed yet');
    assert.equal(await probe('/healthz'), '200 ok');
    held.release();
    while ((await probe('/readyz')) !== '200 ok') assert.equal(child.exitCode, null);
  });

  it('survives a promise that a worker forgot', async () => {
    await begin();
    const told = logged(/a promise that nobody awaits was rejected, probably a worker's: nobody hears this/);
    await work('forgetful', 'forgets a promise');
    await told;
    await work('next');
    await untilDone('next');
  });

  it('survives listeners of a worker’s signal that throw', async () => {
    await begin();
    const told = ['of a listener', 'of a promise'].map((text) =>
      logged(new RegExp(`a promise that nobody awaits was rejected, probably a worker's: ${text}`)),
    );
    await work('listener', 'listens badly');
    await Promise.all(told);
    await untilDone('listener');
    await work('after');
    await untilDone('after');
  });

  it('stops though a worker does not heed its signal and keeps timers', async () => {
    await begin({ AUTOPILOT_LOG_LEVEL: 'debug' });
    await Promise.all([logged(/a detail/), work('endless', 'never ends')]);
    const asked = performance.now();
    child.kill('SIGTERM');
    assert.equal(await ended(), 0);
    assert.ok(performance.now() - asked < 10_000);
    await cluster.delete({ apiVersion: 'process.example.io/v1', kind: 'Job', name: 'endless' });
  });

  it('stops cleanly though it is asked to before it has begun anything', async () => {
    const crds = { resource: 'customresourcedefinitions', userAgent: 'process-operator' };
    const slow = cluster.faults.delay(60_000, crds);
    const installing = new Promise<void>((resolve) => {
      const stop = cluster.requests.subscribe(({ userAgent, resource }) => {
        if (!userAgent?.startsWith('process-operator') || resource !== 'customresourcedefinitions') return;
        stop();
        resolve();
      });
    });
    await begin();
    await installing;
    child.kill('SIGTERM');
    await once(child, 'close');
    slow.remove();
    assert.deepEqual([child.exitCode, child.signalCode, output], [0, null, '']);
  });

  it('stops cleanly though it is asked to while it starts', async () => {
    await begin({ AUTOPILOT_LOG_LEVEL: 'debug' });
    await logged(/process-operator started/);
    child.kill('SIGTERM');
    await once(child, 'close');
    assert.deepEqual([child.exitCode, child.signalCode], [0, null], output);
    assert.match(output, /process-operator stopped/);
  });

  it('ends with a message where its configuration is wrong', async () => {
    await begin({}, 'concurrency: none\nworkIntervall: 5s\n');
    assert.equal(await ended(), 1);
    assert.match(
      output,
      /ERR_AP_CONFIG: autopilot-operator\.yaml is wrong:\n- workIntervall: there is no such key\..*\n- concurrency: "none" is no whole number/,
    );
  });

  it('ends with a message where the file that it is told to read is missing', async () => {
    await begin({ AUTOPILOT_CONFIG: 'missing.yaml' });
    assert.equal(await ended(), 1);
    assert.match(output, /ERR_AP_CONFIG: missing\.yaml is wrong:\n- there is no such file, and \$AUTOPILOT_CONFIG/);
  });

  it('says which variables of the environment it ignores', async () => {
    await begin({ AUTOPILOT_LOG_LEVL: 'debug' });
    await logged(/\$AUTOPILOT_LOG_LEVL is ignored: there is no such variable/);
  });

  it('ends with a message where there is no cluster to be found', async () => {
    await begin({ KUBECONFIG: join(folder, 'missing') });
    assert.equal(await ended(), 1);
    assert.match(output, /ERR_AP_KUBECONFIG: No access to a cluster: .*missing: no such file/);
  });

  it('ends with a message where its port is taken, in production', async () => {
    const { port } = new URL(cluster.url);
    await begin({ AUTOPILOT_DEV: '', AUTOPILOT_METRICS_ADDR: `127.0.0.1:${port}` });
    assert.equal(await ended(), 1);
    assert.match(output, /ERR_AP_ADDRESS: metricsAddr .* cannot be listened on: .*EADDRINUSE/);
  });

  it('takes another port where its own is taken, in development', async () => {
    const { port } = new URL(cluster.url);
    await begin({ AUTOPILOT_METRICS_ADDR: `127.0.0.1:${port}` });
    const started = await logged(/process-operator started/);
    assert.ok(!String(started['serving']).includes(`:${port}`));
  });
});
