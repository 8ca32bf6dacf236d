import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { COMMON_FLAGS } from '../generators/command-line.ts';
import { APP_OPTIONS, APP_QUESTIONS } from '../generators/app/questions.ts';
import { DEPLOY_OPTIONS, DEPLOY_QUESTIONS } from '../generators/deploy-manifests/questions.ts';
import { PHASE_QUESTIONS } from '../generators/phase/questions.ts';
import { finishInterruptedWrite } from '../generators/unfinished-write.ts';
import { describeOption, optionName } from '../generators/questions/question.ts';
import type { Questions } from '../generators/questions/question.ts';
import { FAULTS, ProjectError } from '../project/errors.ts';
import { findProject } from '../project/config/files.ts';
import { EXIT } from './cluster/exit-codes.ts';
import { addBuild, BUILD_FLAGS } from './build/command.ts';
import { addCompletion } from './completion/command.ts';
import { addDiff } from './diff/command.ts';
import { addDoctor } from './doctor/command.ts';
import { addDeployCommands, DEPLOY_FLAGS, longFlags } from './deploy/commands.ts';
import { addLogs } from './logs/command.ts';
import { addStatus } from './status/command.ts';
import { addQuestions, flagNames, normalizeFlags } from './flags.ts';
import { runGenerator } from './run-generator.ts';
import { addValidate } from './validate-command.ts';
import type { GeneratorName } from './run-generator.ts';

/** The dev loop is the project's own, so these are its options: `autopilot-devcluster dev --help` tells the same. */
const DEV_OPTIONS: readonly Option[] = [
  new Option('--keep', "keep the embedded cluster's state in .autopilot/dev, and go on from it the next time"),
  new Option(
    '--port <number>',
    'TCP port of the embedded cluster; default: any that is free, with --keep the same as before',
  ),
  new Option('--context <name>', 'run on the real cluster of this context of your kubeconfig instead'),
  new Option('--yes', 'with --context: do not ask before the first write'),
  new Option('--leader-elect', 'take part in leader election; default: no election'),
  new Option('--once-ready', 'end, with exit code 0, as soon as the operator watches its kind'),
];
const DEV_HELP = `Options of the dev loop:
${DEV_OPTIONS.map(({ flags, description }) => `  ${flags.padEnd(16)}  ${description}`).join('\n')}

Keys, on a terminal: a applies the example, s shows the resources, r restarts the operator, h help, q quits.
`;
const DEV_EXAMPLES = `Examples:
  $ ap dev
  $ ap dev --keep
  $ ap dev --context staging`;

const FAILED = 1;
const INTERRUPTED = 130;

/**
 * The `ap` command. Returns the exit code: 0; 1 where something failed; 2 where the command line is wrong; 130 after Ctrl-C. Commander ends nothing by itself, so
 * that output is never cut off.
 */
export async function main(words: readonly string[]): Promise<number> {
  let code = 0;
  const program = createProgram((result) => {
    code = result;
  });
  const flags = new Set([
    ...flagNames(APP_QUESTIONS, PHASE_QUESTIONS, DEPLOY_QUESTIONS, DEPLOY_OPTIONS),
    ...Object.keys(COMMON_FLAGS).map(optionName),
    'skip-install',
    ...BUILD_FLAGS,
    ...DEPLOY_FLAGS,
  ]);
  try {
    await program.parseAsync(normalizeFlags(longFlags(words), flags), { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
    return report(error);
  }
}

function report(thrown: unknown): number {
  if (thrown instanceof Error && thrown.name === 'ExitPromptError') return INTERRUPTED;
  console.error(thrown instanceof Error ? thrown.message : String(thrown));
  return FAILED;
}

/** The program with all its commands. `finish` is told the exit codes of those that have several. */
export function createProgram(finish: (code: number) => void): Command {
  const program = new Command('ap')
    .description('Writes Kubernetes operators in TypeScript: one small function per phase.')
    .version(version())
    // `ap init --version v1` is the version of the API.
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError('(ap --help shows what there is)');

  generator(program, 'init', 'app', { ...APP_QUESTIONS, ...APP_OPTIONS })
    .description('Starts an operator project.')
    .addHelpText(
      'after',
      `
Examples:
  $ ap init my-operator
  $ ap init autoroute --kind AutoRoute --group examples.io --version v1 --mesh istio --yes
  $ ap init empty --kind Widget --phases none --yes --skip-install`,
    );
  generator(program, 'phase', 'phase', PHASE_QUESTIONS)
    .description('Adds a phase to the project.')
    .addHelpText(
      'after',
      `
Examples:
  $ ap phase Syncing
  $ ap phase Syncing --description "Makes the services" --inputs deployments --outputs services,configmaps \\
      --from Initializing --next Ready --yes
  $ ap phase Labelling --description "Labels the deployments" --inputs deployments --patches deployments --yes`,
    );
  generate(program);
  generator(program, 'deploy-manifests', 'deploy-manifests', { ...DEPLOY_QUESTIONS, ...DEPLOY_OPTIONS })
    .option('--namespace <name>', 'The same as --target-namespace')
    .description('Sets what the manifests in deploy/ say, and writes them.')
    .addHelpText(
      'after',
      `
Examples:
  $ ap deploy-manifests
  $ ap deploy-manifests --image registry.example.com/autoroute:1.0.0 --namespace routing --yes`,
    );
  addValidate(program, finish);
  addBuild(program, finish);
  addDeployCommands(program, finish);
  addLogs(program, finish);
  addStatus(program, finish);
  program
    .command('dev')
    .allowUnknownOption()
    .argument('[options...]', "options of the project's own dev loop, see below")
    .description('Runs the operator on an embedded cluster, and anew whenever a file is saved.')
    .addHelpText('after', `\n${DEV_HELP}\n${DEV_EXAMPLES}`)
    .action(async (options: readonly string[]) => {
      const { dev } = await import('./dev.ts');
      finish(await dev(process.cwd(), options));
    });
  addDiff(program, finish);
  addDoctor(program, finish);
  addCompletion(program, { dev: DEV_OPTIONS });
  return program;
}

/** A command that one of the generators does. */
function generator(program: Command, name: string, generatorName: GeneratorName, questions: Questions): Command {
  const [positional, question] = Object.entries(questions).find(([, { positional: is }]) => is) ?? [];
  const rest = Object.fromEntries(Object.entries(questions).filter(([key]) => key !== positional));
  const command = addQuestions(program.command(name), rest);
  if (positional && question) command.argument(`[${question.placeholder ?? positional}]`, describeOption(question));
  return common(command).action(async (...given: unknown[]) => {
    const [word] = given;
    const { namespace, ...options } = command.opts<Record<string, unknown>>();
    // Yeoman has a use of its own for `namespace`.
    const renamed = namespace === undefined ? options : { ...options, targetNamespace: namespace };
    await runGenerator(generatorName, positional && typeof word === 'string' ? [word] : [], renamed);
  });
}

/** `ap generate`: the `app` generator, on a project that is there. */
function generate(program: Command): void {
  const command = common(program.command('generate'))
    .description('Brings the generated files up to date after a change of autopilot.yaml or of the API.')
    .addHelpText(
      'after',
      '\nExamples:\n  $ ap generate\n  $ ap generate --dry-run | less\n  $ ap generate --check\n  $ ap generate --force',
    );
  command.action(async () => {
    const cwd = process.cwd();
    // The interrupted command may have been the one that makes the project.
    await finishInterruptedWrite(cwd, console.error);
    if ((await findProject(cwd)) === undefined) {
      throw new ProjectError([{ ...FAULTS.projectMissing({ from: cwd }) }]);
    }
    await runGenerator('app', [], command.opts());
  });
}

function common(command: Command): Command {
  return command
    .option('-y, --yes', COMMON_FLAGS.yes)
    .option('--force', COMMON_FLAGS.force)
    .option('--dry-run', COMMON_FLAGS.dryRun)
    .addOption(new Option('--check', COMMON_FLAGS.check).hideHelp(command.name() === 'phase'))
    .option('--show-yours', COMMON_FLAGS.showYours)
    .option('--skip-install', 'Do not install the packages');
}

function version(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
      if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version);
    } catch {
      // The compiled file is one folder further down.
    }
  }
  return 'unknown';
}
