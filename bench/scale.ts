import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drive, type FlowsResult } from './flows.ts';
import { table } from './report.ts';

/** Our operator over so many Flows, in an embedded cluster in a process of its own. Requests are not counted there. */
export async function measureScale(n: number): Promise<FlowsResult> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-scale-'));
  const server = fork(join(import.meta.dirname, 'embedded.ts'), {
    execArgv: ['--max-old-space-size=16000', '--disable-warning=ExperimentalWarning'],
  });
  try {
    const [text] = (await once(server, 'message')) as [string];
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, text);
    return await drive('autopilot', n, kubeconfig);
  } finally {
    server.disconnect();
    await once(server, 'exit');
    await rm(folder, { recursive: true });
  }
}

/** What one resource costs at each size: the same everywhere, or less, is linear. */
export function scaleTable(results: readonly FlowsResult[]): string {
  const each = (value: number, n: number, unit: number): string => ((value / n) * unit).toFixed(2);
  const smallest = Math.min(...results.map(({ memory }) => memory));
  return table([
    ['', ...results.map(({ n }) => `${n.toLocaleString('en')} resources`)],
    ['CPU a resource, ms', ...results.map(({ n, cpu }) => each(cpu, n, 1000))],
    ['memory, MiB', ...results.map(({ memory }) => memory.toFixed(0))],
    [
      'memory a resource beyond the smallest run, KiB',
      ...results.map(({ n, memory }) => each(memory - smallest, n, 1024)),
    ],
    ['one more resource final, ms', ...results.map(({ latencyMedian }) => latencyMedian.toFixed(1))],
    ['CPU restarted, a resource, ms', ...results.map(({ n, restarted }) => each(restarted.cpu, n, 1000))],
    ['memory restarted, MiB', ...results.map(({ restarted }) => restarted.memory.toFixed(0))],
    ['outputs', ...results.map(({ outputs }) => String(outputs))],
  ]);
}
