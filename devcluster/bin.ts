#!/usr/bin/env node
import './check-node.ts';
import { enableCompileCache } from 'node:module';
import { parseArgs } from 'node:util';
import { DevclusterError } from './errors.ts';
import { toPort, usage } from './usage.ts';

// The second start is the one that somebody waits for.
enableCompileCache();

const USAGE = `Usage: autopilot-devcluster [options]        start an embedded Kubernetes API server
       autopilot-devcluster dev [options]    develop the operator of this folder on one (dev --help)

It keeps all in memory, listens on loopback only, and is for development and tests. It runs until Ctrl-C.

Options
  --port <number>        TCP port; default: any that is free
  --kubeconfig <file>    where the kubeconfig is written; default: a temporary file
  --folder <folder>      keep all in a folder instead, and go on from it the next time
  --workloads            give Deployments pods, and pods a node on which they seem to run
  --help                 this text
`;

async function main(words: readonly string[]): Promise<void> {
  if (words[0] === 'dev') {
    const { devCommand } = await import('./dev/command.ts');
    return devCommand(words.slice(1), interrupted());
  }
  const { values, positionals } = parse(words);
  if (values.help === true) {
    process.stdout.write(USAGE);
    return;
  }
  const [command] = positionals;
  if (command === 'dev') throw usage('dev stands before its options.');
  if (command !== undefined) throw usage(`There is no command ${command}.`);
  await serve(toPort(values.port ?? '0'), values.kubeconfig, values.folder, values.workloads === true);
}

function parse(words: readonly string[]): ReturnType<typeof parseOptions> {
  try {
    return parseOptions(words);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usage(why);
  }
}

function parseOptions(words: readonly string[]) {
  return parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      folder: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
      kubeconfig: { type: 'string' },
      port: { type: 'string' },
      workloads: { type: 'boolean' },
    },
  });
}

async function serve(
  port: number,
  file: string | undefined,
  folder: string | undefined,
  workloads: boolean,
): Promise<void> {
  const { startCluster } = await import('./devcluster.ts');
  await using cluster = await startCluster({ port, workloads, ...(folder !== undefined && { folder }) });
  console.log(await cluster.writeKubeconfig(file));
  await interrupted();
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
    if (process.env['npm_lifecycle_event'] === undefined) return;
    // The shell in which npm runs a script dies of SIGTERM without passing it on: losing it means the same.
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && resolve(), 200).unref();
  });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof DevclusterError ? `${error.message} (${error.code})` : error);
  process.exitCode = 1;
}
