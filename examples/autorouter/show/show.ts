// `npm start`: makes the AutoRoute operator with the generators, runs it on an embedded cluster, and shows what it does.
// `npm start -- --once` ends after the show: 0, or 1 where anything differed from what was announced.
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startCluster, type Cluster } from 'autopilot-devcluster';
import { OperatorProcess } from './operator-process.ts';
import { scaffold } from './scaffold.ts';
import { Difference, play } from './story.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const options = readOptions();
const FOLDER = resolve(options.into);

const say = (line: string): void => console.log(line);
const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

async function show(): Promise<void> {
  const begun = performance.now();
  say(`\n1. The operator is made in ${FOLDER}:`);
  await scaffold(FOLDER, resolve(options.example), say);
  const scaffolded = performance.now();
  say(`   made in ${seconds(scaffolded - begun)}`);

  say('\n2. An embedded cluster and the operator start:');
  // The Gateway API's kinds have no part in this.
  const cluster = await startCluster({ crds: ['istio'] });
  await mkdir(join(FOLDER, '.work'), { recursive: true });
  const kubeconfig = await cluster.writeKubeconfig(join(FOLDER, '.work', 'kubeconfig'));
  const operator = new OperatorProcess({ folder: FOLDER, kubeconfig });
  const end = signalled();
  try {
    operator.start();
    say(`   the cluster answers at ${cluster.url}; the operator's log is ${operator.log}`);
    say('\n3. What it does:');
    const story = await Promise.race([
      play({ kubeconfig, namespace: 'default', say: (line) => say(`   ${line}`) }),
      end,
    ]);
    if (story === 'signalled') throw new Difference('it was ended before it was over');
    const ended = performance.now();
    say('\n4. Summary');
    say(
      `   ${seconds(ended - begun)} in all; from the first file of the operator to the first Ready: ${seconds(story.ready - begun)}`,
    );
    summarise(cluster, kubeconfig);
    if (options.once) return;
    say('\nThe cluster and the operator stay up until Ctrl-C.');
    await Promise.race([end, endOf(operator)]);
  } finally {
    await operator.stop();
    await cluster.stop();
  }
}

function summarise(cluster: Cluster, kubeconfig: string): void {
  const verbs = Object.entries(cluster.requests.byVerb({ userAgent: 'autoroute-operator' })).map(
    ([verb, count]) => `${count} ${verb}`,
  );
  say(`   the operator's requests: ${verbs.join(', ')}`);
  say(`   kubeconfig: ${kubeconfig}`);
  say(`   to try, in another terminal${options.once ? ', while it is up (without --once)' : ''}:`);
  for (const command of [
    'api-resources',
    'apply -f ' + join(FOLDER, 'deploy', 'autoroute_example.yaml'),
    'get autoroutes --watch',
    'get deployments,services,virtualservices,gateways',
  ]) {
    say(`     kubectl --kubeconfig ${kubeconfig} ${command}`);
  }
}

/** Rejects when the operator ends by itself, which is a failure. */
async function endOf(operator: OperatorProcess): Promise<never> {
  const code = await operator.ended;
  throw new Difference(
    `the operator ended by itself, with exit code ${code}; its log is ${operator.log}`,
  );
}

/** Resolves at a signal to end. */
function signalled(): Promise<'signalled'> {
  return new Promise((end) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => end('signalled'));
    }
  });
}

const HELP = `npm start                     makes the AutoRoute operator, runs it, shows what it does, and stays up until Ctrl-C
npm start -- --once           the same, and ends after the show: 0, or 1 where anything differed from what it announces
  --into <folder>             make the operator there; it has to be within this repository (default: .work/autorouter)
  --example <folder>          take the files that are yours from there (default: examples/autorouter)`;

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        once: { type: 'boolean', default: false },
        into: { type: 'string', default: join(ROOT, '.work', 'autorouter') },
        example: { type: 'string', default: join(import.meta.dirname, '..') },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    console.error(
      `${error instanceof Error ? error.message : String(error)}. See: npm start -- --help`,
    );
    return process.exit(1);
  }
}

if (options.help) {
  say(HELP);
} else {
  try {
    await show();
  } catch (error) {
    const why =
      error instanceof Difference
        ? error.message
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error);
    console.error(`\nThe show did not go as announced: ${why}`);
    // The story may still be waiting for something.
    process.exit(1);
  }
}
