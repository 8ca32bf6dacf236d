import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster, type Cluster } from 'autopilot-devcluster';
import { GADGETS } from './gadgets.fixture.ts';
import { kubectlFor } from './kubectl.ts';
import { hasGo } from './kubernetes/programs.ts';
import { RealCluster } from './kubernetes/real-cluster.ts';

const PROGRAM = join(import.meta.dirname, '..', 'clients', 'go');

/** No controllers of workloads, which the embedded cluster has none of. */
const CONTROLLERS = ['namespace-controller', 'garbage-collector-controller', 'serviceaccount-controller'].join(',');

describe('An unmodified client-go', function () {
  this.timeout(120_000);
  let real: RealCluster;
  let embedded: Cluster;
  let folder: string;

  before(async function () {
    // Compiling client-go takes minutes the first time, and seconds after.
    this.timeout(900_000);
    if (!hasGo()) {
      assert.ok(!process.env['CI'], 'Go is not there');
      console.log('      Go is not there: client-go is not tried');
      this.skip();
    }
    folder = await mkdtemp(join(tmpdir(), 'client-go-'));
    await run('go', ['build', '-mod=readonly', '-o', join(folder, 'clientgo'), '.'], PROGRAM);
    real = await RealCluster.start({ controllerManager: false });
    embedded = await startCluster({ crds: [] });
    const kubectl = kubectlFor(real.kubeconfig);
    kubectl(['create', '-f', '-'], JSON.stringify(GADGETS));
    kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    while (!kubectl(['get', '--raw', '/openapi/v3']).includes('apis/dev.example.com/v1"'));
    await embedded.apply(GADGETS);
    await real.startControllerManager({ controllers: CONTROLLERS });
  });
  after(async () => {
    await embedded?.stop();
    await real?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  it('sees of the embedded cluster what it sees of a real one, in JSON and asking for protobuf', async () => {
    const program = join(folder, 'clientgo');
    const theirs = await run(program, [real.kubeconfig], folder);
    assert.equal(theirs.match(/^namespace gone$/gm)?.length, 2, theirs);
    assert.equal(await run(program, [await embedded.writeKubeconfig()], folder), theirs);
  });
});

/** Runs a program and gives its output; throws with what it said where it fails. */
async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  const child = spawn(program, args, { cwd, env: { ...process.env, CGO_ENABLED: '0' } });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  await once(child, 'close');
  assert.equal(child.exitCode, 0, `${program}: ${out}${err}`);
  return out;
}
