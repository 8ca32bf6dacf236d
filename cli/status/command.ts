import type { Command } from 'commander';
import { clusterCommand } from '../cluster/cluster-command.ts';
import { processEnvironment, type CommandEnvironment } from '../cluster/command-environment.ts';
import { addClusterOptions, type ClusterOptions } from '../cluster/options.ts';

const HELP = `
Without a name: the operator (version, replicas, leader) and all resources of its kind, those with errors first. With one (\`name\` or
\`namespace/name\`): its conditions, transitions, outputs with their state, and events. Ages are as kubectl's; with > before it an age is
what is known at least, since the status keeps no transitions.

-w goes on with what changes: on a terminal as one picture, else a line for each change, with -o json an object a line.`;

const EXIT_CODES = `
Exit codes:
  0    told; the operator is deployed, all its replicas are ready, and one leads
  1    failed, or something may not be read: the error's code says what
  2    the command line is wrong
  3    the cluster cannot be reached, or does not know who asks
  5    told, but the operator is not deployed, not ready, or its kind is not served; resources with errors do not count
  130  Ctrl-C of -w

With -o json one object is written to the standard output, whatever the exit code:
  { command, ok, exitCode, context, namespace, result: { operator, resources: { kind, count, phases, failing, stalled, items } }, warnings, errors }
With a name the result is { resource, conditions, transitions, outputs, events }.`;

/** `ap status`. */
export function addStatus(
  program: Command,
  finish: (code: number) => void,
  surroundings: () => CommandEnvironment = processEnvironment,
): void {
  const command = program
    .command('status')
    .argument('[resource]', 'a resource of the kind: name, or namespace/name')
    .option('-w, --watch', 'go on with what changes')
    .description('Tells how the operator and its resources stand.')
    .addHelpText('after', HELP);
  addClusterOptions(
    command,
    [
      'ap status',
      'ap status default/web',
      'ap status -w --context staging',
      "ap status -o json | jq '.result.resources.items[] | select(.error)'",
    ],
    EXIT_CODES,
  ).action(async (name: string | undefined, words: ClusterOptions & { readonly watch?: boolean }) => {
    const { watch: isWatch = false, ...options } = words;
    finish(
      await clusterCommand('status', options, surroundings(), async (context) => {
        if (isWatch) {
          const { watchStatus } = await import('./watch-status.ts');
          return watchStatus(context, name);
        }
        if (name === undefined) {
          const { status } = await import('./status.ts');
          return status(context);
        }
        const { resourceStatus } = await import('./resource-status.ts');
        return resourceStatus(context, name);
      }),
    );
  });
}
