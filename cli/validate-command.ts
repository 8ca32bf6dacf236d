import { Option, type Command } from 'commander';
import { clusterCommand } from './cluster/cluster-command.ts';
import { processEnvironment } from './cluster/command-environment.ts';
import type { ClusterOptions } from './cluster/options.ts';

const HELP = `
What a change of the schemas does to resources that are stored is told from the CustomResourceDefinition that \`ap generate\` would write now,
compared with the one of the last commit (without git: the one on the disk), of --against, or of the cluster of --context:
  error    values are lost, resources cannot be applied any more, or the server refuses the definition
  warning  some resources may be invalid from now on
  note     something goes differently, and nothing is refused

Examples:
  $ ap validate
  $ ap validate ../my-operator
  $ ap validate --against origin/main --strict
  $ ap validate --context staging
  $ ap validate -o json | jq '.result.changes'

Exit codes:
  0    the project is valid; with --strict: and no change of it is an error or a warning
  1    the project is not valid, or --strict found something
  2    the command line is wrong
  3    the cluster of --context cannot be reached
  130  interrupted`;

interface Options extends ClusterOptions {
  readonly against?: string;
  readonly strict?: boolean;
}

/** `ap validate`. */
export function addValidate(program: Command, finish: (code: number) => void): void {
  program
    .command('validate')
    .argument('[dir]', 'a folder of the project')
    .option('--against <revision>', 'compare the schemas with those of a revision of git; default: HEAD')
    .option(
      '--context <name>',
      'compare them with those in this cluster of your kubeconfig, and name the objects there that former versions left behind',
    )
    .option('--strict', 'fail where a change of the schemas is an error or a warning')
    .addOption(
      new Option('-o, --output <format>', 'how the result is written').choices(['text', 'json']).default('text'),
    )
    .description(
      'Checks autopilot.yaml, autopilot-operator.yaml and the schemas of the API; tells what a change of the schemas does to stored resources, and what former versions of the project left behind. Writes nothing.',
    )
    .addHelpText('after', HELP)
    .action(async (dir: string | undefined, { against, strict = false, ...options }: Options) => {
      const { validate } = await import('./validate.ts');
      const wanted = { dir: dir ?? '.', strict, ...(against !== undefined && { against }) };
      finish(await clusterCommand('validate', options, processEnvironment(), (context) => validate(context, wanted)));
    });
}
