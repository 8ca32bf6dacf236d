import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { RealCluster } from '../test/real/kubernetes/real-cluster.ts';
import { CRD, DRIVER, OPERATORS, type OperatorName } from './programs.ts';

/** What the driver prints; see `driver/measure.go`. */
export interface FlowsResult {
  readonly n: number;
  readonly firstWrite: number;
  readonly wall: number;
  readonly cpu: number;
  readonly serverCpu: number;
  readonly memory: number;
  readonly peakMemory: number;
  readonly idleCpu: number;
  readonly requests?: Readonly<Record<string, number>>;
  readonly writesEach: number;
  readonly gets: number;
  readonly conflicts: number;
  readonly failures: number;
  readonly outputs: number;
  readonly latencyMedian: number;
  readonly latencyWorst: number;
  readonly stop: number;
  readonly restarted: {
    readonly cpu: number;
    readonly memory: number;
    readonly writes: number;
    readonly gets: number;
  };
}

/** One operator's run over `n` Flows, in a real Kubernetes that was started for it. */
export async function measureFlows(operator: OperatorName, n: number): Promise<FlowsResult> {
  const cluster = await RealCluster.start({ controllerManager: false });
  try {
    return await drive(operator, n, cluster.kubeconfig);
  } finally {
    await cluster.stop();
  }
}

/** The same in a cluster that is there, which must be empty. */
export async function drive(operator: OperatorName, n: number, kubeconfig: string): Promise<FlowsResult> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const log = join(folder, 'operator.log');
  try {
    const args = ['-crd', CRD, '-n', String(n), '-command', OPERATORS[operator], '-log', log];
    const driver = spawn(DRIVER, args, {
      env: { ...process.env, KUBECONFIG: kubeconfig },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(driver, 'exit');
    const output = await text(driver.stdout);
    await exited;
    if (driver.exitCode !== 0) throw new Error(`${operator}, ${n}: failed. The end of its log:\n${await tail(log)}`);
    return JSON.parse(output) as FlowsResult;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function tail(file: string): Promise<string> {
  const lines = await readFile(file, 'utf8').catch(() => '');
  return lines.split('\n').slice(-10).join('\n');
}
