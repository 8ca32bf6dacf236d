import { Option } from 'commander';
import type { Command } from 'commander';
import { ProjectError } from '../../project/errors.ts';
import { parseDuration } from '../../runtime/config/duration.ts';
import { processEnvironment, type CommandEnvironment } from '../cluster/command-environment.ts';
import { clusterCommand } from '../cluster/cluster-command.ts';
import { addClusterOptions, type ClusterOptions } from '../cluster/options.ts';
import { BUILDERS, type Builder } from '../image/builders.ts';
import { option } from './errors.ts';

/** Flags of `ap deploy`, some with the letter of the original. */
const FLAGS = {
  push: ['p', 'push the image first'],
  'delete-pods': ['d', 'delete the pods that are there, so that new ones start though nothing else changes'],
  'cluster-scoped': ['c', 'take deploy/overlays/cluster, with -c=false deploy/overlays/namespaced; default: deploy'],
  rollback: [undefined, 'restore what was there before, should the pods not come up'],
  'dry-run': [undefined, 'have the server try all of it, and write nothing'],
  diff: [undefined, 'show what would be changed, and write nothing'],
  adopt: [undefined, 'take over objects of the same name that `ap deploy` did not make'],
  'force-conflicts': [undefined, 'take over fields that somebody else has set'],
} as const;

const UNDEPLOY_FLAGS = {
  'with-resources': 'delete the resources of the operator’s kind first, while the operator can clean up after them',
  'force-finalizers':
    'take the operator’s finalizer off resources that would outlive it; what it would have cleaned up stays',
  'dry-run': 'name what would be deleted, and delete nothing',
} as const;

/** What may be given true or false. */
export const DEPLOY_FLAGS: readonly string[] = [...Object.keys(FLAGS), ...Object.keys(UNDEPLOY_FLAGS), 'prune'];

/** `-c=false` and `-c=true` of the original, as `--cluster-scoped=false`. */
export function longFlags(words: readonly string[]): readonly string[] {
  if (words[0] !== 'deploy') return words;
  return words.map((word) => {
    const [, letter, value] = /^-([a-z])=(.*)$/.exec(word) ?? [];
    const [name] = Object.entries(FLAGS).find(([, [of]]) => of === letter && letter !== undefined) ?? [];
    return name === undefined ? word : `--${name}=${value}`;
  });
}

const TIMEOUT = '5m';

interface DeployWords extends ClusterOptions {
  readonly push?: boolean;
  readonly builder?: Builder;
  readonly deletePods?: boolean;
  readonly clusterScoped?: boolean;
  readonly overlay?: string;
  readonly rollback?: boolean;
  readonly dryRun?: boolean;
  readonly diff?: boolean;
  readonly outputDir?: string;
  readonly adopt?: boolean;
  readonly forceConflicts?: boolean;
  readonly prune: boolean;
  readonly timeout: string;
}

interface UndeployWords extends ClusterOptions {
  readonly withResources?: boolean;
  readonly forceFinalizers?: boolean;
  readonly dryRun?: boolean;
  readonly timeout: string;
}

/** Adds `ap deploy` and `ap undeploy`. */
export function addDeployCommands(
  program: Command,
  finish: (code: number) => void,
  surroundings: () => CommandEnvironment = processEnvironment,
): void {
  const deployCommand = addClusterOptions(
    program
      .command('deploy')
      .argument('<image>', 'the operator’s image')
      .description('Brings the operator to a cluster, or a change of it, and waits until it runs.')
      .option('--overlay <name>', 'take this folder of deploy/overlays')
      .option(
        '--output-dir <folder>',
        'write the final manifests there instead, for GitOps; - writes to the standard output',
      )
      .addOption(
        new Option('--builder <name>', 'what pushes the image; default: the first that is there').choices(BUILDERS),
      )
      .option('--no-prune', 'keep what was deployed before and is in no manifest any more')
      .option('--timeout <duration>', 'how long each thing is waited for', TIMEOUT),
    [
      'ap deploy registry.example.com/autoroute:1.0.0',
      'ap deploy registry.example.com/autoroute:1.0.0 -p --rollback',
      'ap deploy registry.example.com/autoroute:1.0.0 -n routing -c=false',
      'ap deploy registry.example.com/autoroute:1.0.0 --overlay production --diff',
      'ap deploy registry.example.com/autoroute:1.0.0 --output-dir ../gitops/autoroute',
    ],
  );
  for (const [name, [letter, text]] of Object.entries(FLAGS)) addFlag(deployCommand, name, text, letter);
  deployCommand.action(async (image: string, words: DeployWords) => {
    const { deploy } = await import('./deploy.ts');
    const { push = false, deletePods = false, rollback = false, dryRun = false, diff = false } = words;
    const { adopt = false, forceConflicts = false, prune, builder, outputDir, timeout, ...cluster } = words;
    const overlay = overlayOf(words);
    finish(
      await clusterCommand('deploy', cluster, surroundings(), (context) =>
        deploy(context, {
          image,
          push,
          deletePods,
          rollback,
          dryRun,
          diff,
          adopt,
          forceConflicts,
          prune,
          overlay,
          timeout: durationOf(timeout),
          ...(builder !== undefined && { builder }),
          ...(outputDir !== undefined && { outputDir }),
        }),
      ),
    );
  });
  const undeployCommand = addClusterOptions(
    program
      .command('undeploy')
      .description('Deletes all and only what `ap deploy` made.')
      .option('--timeout <duration>', 'how long each thing is waited for', TIMEOUT),
    ['ap undeploy', 'ap undeploy -n routing --with-resources', 'ap undeploy --dry-run -o json'],
  );
  for (const [name, text] of Object.entries(UNDEPLOY_FLAGS)) addFlag(undeployCommand, name, text);
  undeployCommand.action(async (words: UndeployWords) => {
    const { undeploy } = await import('./undeploy.ts');
    const { withResources = false, forceFinalizers = false, dryRun = false, timeout, ...cluster } = words;
    finish(
      await clusterCommand('undeploy', cluster, surroundings(), (context) =>
        undeploy(context, { withResources, forceFinalizers, dryRun, timeout: durationOf(timeout) }),
      ),
    );
  });
}

function addFlag(command: Command, name: string, text: string, letter?: string): void {
  command.option(letter === undefined ? `--${name}` : `-${letter}, --${name}`, text);
  command.addOption(new Option(`--no-${name}`).hideHelp());
}

function overlayOf({ overlay, clusterScoped }: DeployWords): string {
  if (overlay !== undefined) return `deploy/overlays/${overlay}`;
  return clusterScoped === undefined ? 'deploy' : `deploy/overlays/${clusterScoped ? 'cluster' : 'namespaced'}`;
}

function durationOf(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined) return milliseconds;
  throw new ProjectError([
    option('--timeout', `\`${text}\` is not a duration.`, 'Write a number and a unit, such as `90s` or `5m`.'),
  ]);
}
