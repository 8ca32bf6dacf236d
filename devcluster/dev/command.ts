import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { toPort, usage } from '../usage.ts';
import { startDev } from './dev.ts';

export const DEV_USAGE = `Usage: autopilot-devcluster dev [options]    (npm run dev -- [options], ap dev [options])

Runs the operator of this folder's project on an embedded Kubernetes API server, and anew whenever a source is saved.
It prints what becomes of each resource, and what is wrong with the sources. It runs until q or Ctrl-C.

Options
  --keep              keep the embedded cluster's state in .autopilot/dev, and go on from it the next time
  --port <number>     TCP port of the embedded cluster; default: any that is free, with --keep the same as before
  --context <name>    run on the real cluster of this context of your kubeconfig instead
  --yes               with --context: do not ask before the first write
  --leader-elect      take part in leader election; default: no election
  --once-ready        end, with exit code 0, as soon as the operator watches its kind
  --help              this text

Keys, on a terminal: a applies the example, s shows the resources, r restarts the operator, h help, q quits.
`;

/** The command, as its help is asked for. */
const DEV = ' dev';

/** The command `dev`: what stands after that word. Resolves when it has ended. */
export async function devCommand(words: readonly string[], interrupted: Promise<void>): Promise<void> {
  const { values, positionals } = parse(words);
  if (values.help === true) {
    process.stdout.write(DEV_USAGE);
    return;
  }
  if (positionals.length > 0) throw usage(`dev takes no arguments, but there is ${positionals.join(' ')}.`, DEV);
  const { context, keep = false, yes = false } = values;
  if (context === '') throw usage('--context is empty; it has to name a context of your kubeconfig.', DEV);
  if (context !== undefined && (keep || values.port !== undefined))
    throw usage('--keep and --port are about an embedded cluster, and with --context there is none.', DEV);
  if (context === undefined && yes) throw usage('--yes is about --context: there is nothing to ask otherwise.', DEV);
  const { stdin, stdout } = process;
  const onTerminal = stdin.isTTY && stdout.isTTY;
  const session = await startDev({
    port: toPort(values.port ?? '0', DEV),
    keep,
    ...(values['leader-elect'] === true && { leaderElection: true }),
    ...(context !== undefined && { context, confirm: () => (yes ? Promise.resolve(true) : confirm(onTerminal)) }),
    ...(onTerminal && { keys: stdin }),
  });
  const onceReady = values['once-ready'] === true ? [session.ready] : [];
  await Promise.race([interrupted, session.quit, ...onceReady]);
  await session.stop();
}

function parse(words: readonly string[]): ReturnType<typeof parseOptions> {
  try {
    return parseOptions(words);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usage(why, DEV);
  }
}

function parseOptions(words: readonly string[]) {
  return parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      context: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
      keep: { type: 'boolean' },
      'leader-elect': { type: 'boolean' },
      'once-ready': { type: 'boolean' },
      port: { type: 'string' },
      yes: { type: 'boolean', short: 'y' },
    },
  });
}

/** Asks on a terminal; elsewhere nobody can agree. */
async function confirm(onTerminal: boolean): Promise<boolean> {
  if (!onTerminal) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const cancelled = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([terminal.question('Go on? (y/N) ').catch(() => ''), cancelled]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
