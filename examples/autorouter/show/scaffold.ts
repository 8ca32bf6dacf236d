import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runGenerator, type GeneratorName } from '../../../cli/run-generator.ts';

/** How an example is made. */
export interface Recipe {
  /** What a user writes by hand: the API, the workers and their tests. */
  readonly yours: readonly string[];
  /** The generators' runs, as on the command line: those before the user's own files are there. */
  readonly runs: readonly GeneratorRun[];
  /** The options of the last run, of the generator `app`. */
  readonly last: Readonly<Record<string, unknown>>;
}

interface GeneratorRun {
  readonly name: GeneratorName;
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

const YOURS = [
  'src/api/autoroutes/v1/spec.ts',
  'src/workers/initializing/worker.ts',
  'src/workers/syncing/worker.ts',
  'src/workers/syncing/routes.ts',
  'src/workers/ready/worker.ts',
  'test/deployments.ts',
  'test/example.ts',
  'test/initializing.test.ts',
  'test/faults.test.ts',
  'test/syncing.test.ts',
  'test/ready.test.ts',
];

const RUNS: readonly GeneratorRun[] = [
  {
    name: 'app',
    args: ['.'],
    options: {
      kind: 'AutoRoute',
      group: 'examples.io',
      version: 'v1',
      operatorName: 'autoroute-operator',
      mesh: 'istio',
      phases: 'none',
      runtime: '*',
      devcluster: '*',
    },
  },
  {
    name: 'phase',
    args: ['Initializing'],
    options: { initial: true, description: 'Begins with an empty record of what has a route.' },
  },
  {
    name: 'phase',
    args: ['Syncing'],
    options: {
      description:
        'Makes a Gateway, and a Service and a VirtualService for each selected Deployment.',
      inputs: 'deployments',
      outputs: 'services,virtualservices,gateways',
      from: 'Initializing',
    },
  },
  {
    name: 'phase',
    args: ['Ready'],
    options: {
      description: 'Watches over the selection.',
      inputs: 'deployments',
      from: 'Syncing',
      next: 'Syncing',
    },
  },
];

export const AUTOROUTE: Recipe = { yours: YOURS, runs: RUNS, last: { onOutputDrift: 'Syncing' } };

/**
 * Makes an operator (the AutoRoute one, unless there is another recipe) from nothing, as a user would: the generators with their answers given as options, then the user's own
 * files, which are taken from `example`, then the generator once more for what follows from them. `folder` is emptied first. Its packages
 * are those of this repository.
 */
export async function scaffold(
  folder: string,
  example: string,
  say: (line: string) => void,
  { yours, runs, last }: Recipe = AUTOROUTE,
): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const { name, args, options } of runs) {
    say(
      `  yo autopilot${name === 'app' ? '' : `:${name}`} ${[...args, ...flags(options)].join(' ')}`,
    );
    await generate(name, args, options, folder);
  }
  say(`  … and the files that are yours: ${yours.join(', ')}`);
  for (const file of yours) await cp(join(example, file), join(folder, file));
  say(`  ${['yo autopilot', ...flags(last)].join(' ')}`);
  await generate('app', [], last, folder);
}

function generate(
  name: GeneratorName,
  args: readonly string[],
  options: Readonly<Record<string, unknown>>,
  folder: string,
): Promise<void> {
  return runGenerator(name, args, { ...options, yes: true, skipInstall: true }, folder);
}

function flags(options: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(options).map(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === true
      ? flag
      : `${flag} ${/\W/.test(String(value)) ? `'${String(value)}'` : String(value)}`;
  });
}
