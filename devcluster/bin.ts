#!/usr/bin/env node
import './check-node.ts';
import { parseArgs } from 'node:util';
import { DevclusterError } from './errors.ts';

const USAGE = `Usage: autopilot-devcluster [options]        start an embedded Kubernetes API server
       autopilot-devcluster dev [options]    develop the operator of this folder on one

It keeps all in memory, listens on loopback only, and is for development and tests. It runs until Ctrl-C.

Options
  --port <number>        TCP port; default: any that is free
  --kubeconfig <file>    where the kubeconfig is written; default: a temporary file (not with dev, which writes
                         .work/kubeconfig in the project)
  --once-ready           with dev: end, with exit code 0, as soon as the operator watches its kind
  --help                 this text
`;

async function main(): Promise<void> {
  const { values, positionals } = parse();
  if (values.help === true) {
    process.stdout.write(USAGE);
    return;
  }
  const port = toPort(values.port ?? '0');
  const [command, ...more] = positionals;
  if (command !== undefined && command !== 'dev') throw usage(`There is no command ${command}.`);
  if (more.length > 0) throw usage(`dev takes no arguments, but there is ${more.join(' ')}.`);
  if (command === 'dev' && values.kubeconfig !== undefined) throw usage('--kubeconfig is not an option of dev.');
  if (command !== 'dev' && values['once-ready'] === true) throw usage('--once-ready is an option of dev only.');
  if (command === 'dev') await dev(port, values['once-ready'] === true);
  else await serve(port, values.kubeconfig);
}

function parse(): ReturnType<typeof parseOptions> {
  try {
    return parseOptions();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usage(why.endsWith('.') ? why : `${why}.`);
  }
}

function toPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port < 65_536) return port;
  throw usage(`--port is ${JSON.stringify(text)}; it has to be a number from 0 to 65535.`);
}

function parseOptions() {
  return parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      kubeconfig: { type: 'string' },
      'once-ready': { type: 'boolean' },
      port: { type: 'string' },
    },
  });
}

function usage(why: string): DevclusterError {
  return new DevclusterError('ERR_AP_USAGE', `${why} See: autopilot-devcluster --help.`);
}

async function serve(port: number, file: string | undefined): Promise<void> {
  const { startCluster } = await import('./devcluster.ts');
  await using cluster = await startCluster({ port });
  console.log(await cluster.writeKubeconfig(file));
  await interrupted();
}

async function dev(port: number, onceReady: boolean): Promise<void> {
  const { startDev } = await import('./dev/dev.ts');
  const session = await startDev({ port });
  await Promise.race([interrupted(), ...(onceReady ? [session.ready] : [])]);
  await session.stop();
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
  await main();
} catch (error) {
  console.error(error instanceof DevclusterError ? `${error.message} (${error.code})` : error);
  process.exitCode = 1;
}
