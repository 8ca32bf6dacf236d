import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startCluster } from 'autopilot-devcluster';
import type { Cluster } from 'autopilot-devcluster';
import { AUTOROUTE } from './projects-of-2019.ts';
import { generate, openFolder, removeFolder } from './workbench.ts';

/** Settings that differ from every default of 2019, but for those that come to life in A2. */
function settingsWith(metricsPort: number): string {
  return `version: 1.2.3
meshProvider: Custom
controlPlaneNs: mesh
workInterval: 0m0.1s
metricsAddr: 127.0.0.1:${metricsPort}
enableLeaderElection: false
watchNamespace: mine
leaderElectionNamespace: mine
logLevel: 0
`;
}

describe('The settings of 2019', function () {
  this.timeout(60_000);

  let folder: string;
  let cluster: Cluster;
  let operator: ChildProcess;
  const lines: Record<string, unknown>[] = [];

  before(async () => {
    folder = await openFolder();
    cluster = await startCluster();
  });
  after(async () => {
    operator.kill('SIGKILL');
    await cluster.stop();
    await removeFolder(folder);
  });

  const route = (namespace: string) => ({ apiVersion: 'examples.io/v1', kind: 'AutoRoute', name: 'a', namespace });

  /** Starts the project as `npm start` does, and resolves with the line that `wanted` fits. */
  function start(env: NodeJS.ProcessEnv): (wanted: (line: Record<string, unknown>) => boolean) => Promise<void> {
    operator = spawn(process.execPath, ['src/main.ts'], {
      cwd: folder,
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    assert.ok(operator.stdout);
    const output = createInterface(operator.stdout);
    output.on('line', (line) => line.startsWith('{') && lines.push(JSON.parse(line) as Record<string, unknown>));
    return (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => lines.some(wanted) && resolve();
        output.on('line', look);
        operator.once('exit', (code) => reject(new Error(`the operator ended with ${code}`)));
        look();
      });
  }

  it('take effect in the operator', async () => {
    const port = await freePort();
    await writeFile(join(folder, 'autopilot.yaml'), AUTOROUTE);
    await writeFile(join(folder, 'autopilot-operator.yaml'), settingsWith(port));
    await generate(folder, 'app');
    const worker = join(folder, 'src/workers/ready/worker.ts');
    await writeFile(worker, (await readFile(worker, 'utf8')).replace('logger.info(', 'logger.debug('));

    const logged = start({
      KUBECONFIG: await cluster.writeKubeconfig(join(folder, 'kubeconfig')),
      AUTOPILOT_DEV: '1',
      AUTOPILOT_HEALTH_ADDR: '127.0.0.1:0',
    });
    await logged(({ msg }) => String(msg).includes('started'));
    for (const namespace of ['mine', 'other']) {
      await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
      await cluster.create({
        apiVersion: 'examples.io/v1',
        kind: 'AutoRoute',
        metadata: { name: 'a', namespace },
        spec: {},
      });
    }
    // logLevel and workInterval: what Ready logs for debugging comes again and again, and nothing has changed.
    const looks = () => lines.filter(({ level, msg }) => level === 20 && msg === 'Ready');
    await logged(() => looks().length >= 3);

    // watchNamespace.
    assert.match(JSON.stringify(await cluster.get(route('mine'))), /"phase":"Ready"/);
    assert.doesNotMatch(JSON.stringify(await cluster.get(route('other'))), /"phase"/);
    // version: in the log, and for the API server.
    assert.equal(lines[0]?.['version'], '1.2.3');
    assert.ok(cluster.requests.all.some(({ userAgent }) => userAgent.startsWith('autoroute-operator/1.2.3 ')));
    // metricsAddr.
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    assert.match(metrics, /^autopilot_operator_info\{operator="autoroute-operator",version="1\.2\.3"\} 1$/m);
    assert.match(metrics, /^autopilot_transitions_total\{from="Syncing",to="Ready"\} 1$/m);
    // enableFinalizer.
    assert.deepEqual((await cluster.get(route('mine'))).metadata.finalizers, ['examples.io/autoroute-operator']);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}
