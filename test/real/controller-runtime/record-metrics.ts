/**
 * Records what metrics an operator on controller-runtime serves, on a real Kubernetes: `node --conditions=autopilot-source
 * test/real/controller-runtime/record-metrics.ts`. Needs Go, and the network the first time. What tells of Go itself (`go_…`) is left out.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { kubectlFor } from '../kubectl.ts';
import { RealCluster } from '../kubernetes/real-cluster.ts';

const ADDRESS = '127.0.0.1:18790';
const RECORDED = join(import.meta.dirname, 'recorded-metrics.txt');
/** When each result of a reconciliation and each state of the lease has been counted. */
const COMPLETE = [
  /^leader_election_master_status\{.*\} 1$/m,
  /^controller_runtime_reconcile_total\{.*result="error"\} [1-9]/m,
  /^controller_runtime_reconcile_total\{.*result="requeue_after"\} [1-9]/m,
];

const folder = await mkdtemp(join(tmpdir(), 'controller-runtime-'));
const cluster = await RealCluster.start({ controllerManager: false });
try {
  const program = join(folder, 'operator');
  await run('go', ['build', '-mod=readonly', '-o', program, '.']);
  const operator = spawn(program, [ADDRESS], {
    env: { ...process.env, KUBECONFIG: cluster.kubeconfig },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    const kubectl = kubectlFor(cluster.kubeconfig);
    for (const name of ['fails', 'later', 'done']) kubectl(['create', 'configmap', name]);
    let metrics = '';
    while (!COMPLETE.every((wanted) => wanted.test(metrics))) {
      await pause(200);
      metrics = await fetch(`http://${ADDRESS}/metrics`).then(
        (answer) => answer.text(),
        () => '',
      );
    }
    const kept = metrics.split('\n').filter((line) => !/^(?:# (?:HELP|TYPE) )?go_/.test(line));
    await writeFile(RECORDED, kept.join('\n'));
  } finally {
    operator.kill('SIGTERM');
    await once(operator, 'exit');
  }
} finally {
  await cluster.stop();
  await rm(folder, { recursive: true });
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { cwd: import.meta.dirname, stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
}
