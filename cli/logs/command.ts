import { Option, type Command } from 'commander';
import { parseDuration } from '../../runtime/config/duration.ts';
import { clusterCommand } from '../cluster/cluster-command.ts';
import { processEnvironment, type CommandEnvironment } from '../cluster/command-environment.ts';
import { EXIT } from '../cluster/exit-codes.ts';
import { CommandError } from '../cluster/problems.ts';
import { optionValue } from '../operator/errors.ts';

const HELP = `
All of its pods' lines in the order of time: by the time that each line names, else by that of the line before it in the same pod. With -f pods
that come are taken up, those that end are let go, and after a broken connection it goes on without a line lost or doubled.

-o json writes one object a line: what the operator logged, with \`pod\`; of what is no JSON { pod, time, text }. --resource and --phase
choose lines that name these, and so none that are no JSON. What happens to pods and connections is told on the standard error.

Examples:
  $ ap logs
  $ ap logs -f --since 10m
  $ ap logs --resource default/web --phase Syncing
  $ ap logs --previous
  $ ap logs -o json | jq 'select(.level >= 50)'

Exit codes:
  0    done
  1    failed: the error's code says why, ERR_AP_NOT_DEPLOYED for one
  2    the command line is wrong
  3    the cluster cannot be reached, or does not know who asks
  130  Ctrl-C, or nobody reads the output any more`;

interface LogsWords {
  readonly context?: string;
  readonly namespace?: string;
  readonly output: 'pretty' | 'json';
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly since?: string;
  readonly resource: readonly string[];
  readonly phase: readonly string[];
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** `ap logs`. */
export function addLogs(
  program: Command,
  finish: (code: number) => void,
  surroundings: () => CommandEnvironment = processEnvironment,
): void {
  program
    .command('logs')
    .description("Shows the operator's logs, of all its replicas in one.")
    .option('-f, --follow', 'go on with what is logged from now on')
    .option('--since <duration>', 'only lines that are at most so old, such as 90s, 10m or 2h')
    .option(
      '--resource <name>',
      'only of this resource: namespace/name, or a name; may be given several times',
      collect,
      [],
    )
    .option('--phase <name>', 'only of this phase; may be given several times', collect, [])
    .addOption(
      new Option('-p, --previous', 'of the run before the last restart, of containers that were restarted').conflicts(
        'follow',
      ),
    )
    .option('--context <name>', 'a context of your kubeconfig; default: its current one')
    .option('-n, --namespace <name>', 'the namespace of the operator; default: the one that the manifests name')
    .addOption(
      new Option('-o, --output <format>', 'how lines are written').choices(['pretty', 'json']).default('pretty'),
    )
    .addHelpText('after', HELP)
    .action(async ({ follow = false, previous = false, since, resource, phase, output, ...cluster }: LogsWords) => {
      const { logs } = await import('./logs.ts');
      const options = { ...cluster, output: output === 'json' ? output : ('text' as const) };
      finish(
        await clusterCommand('logs', options, surroundings(), (context) =>
          logs(context, {
            follow,
            previous,
            resources: resource,
            phases: phase,
            ...(since !== undefined && { sinceSeconds: secondsOf(since) }),
          }),
        ),
      );
    });
}

/** Whole seconds, at least one: what the API takes. */
function secondsOf(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined && milliseconds > 0) return Math.ceil(milliseconds / 1000);
  throw new CommandError(EXIT.usage, [
    optionValue(
      '--since',
      `\`${text}\` is no time that has passed.`,
      'Write a number and a unit, such as `90s` or `10m`.',
    ),
  ]);
}
