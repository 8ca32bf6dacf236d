import { Option } from 'commander';
import type { Command } from 'commander';
import { clusterCommand } from '../cluster/cluster-command.ts';
import { processEnvironment } from '../cluster/command-environment.ts';
import type { ClusterOptions } from '../cluster/options.ts';

const HELP = `
Plays the operator of this project, as its sources are now, over what the cluster has: reads are real, and whatever it would write is held back
and shown, by resource and phase. What it would create or change is checked by the server in a dry run (dryRun=All), so defaults and refusals
are the server's. Nothing is written: no object, no Event, no lease. Only your rights count, not those of the operator's account; where you may
only read, what would be written is shown unchecked.

Not shown: marks of the operator and managedFields; versions, uids and times that the server sets; values of Secrets. Not played: what controllers
of the cluster do once they see a change. What workers do elsewhere than in the cluster is done.

Examples:
  $ ap diff
  $ ap diff my-route -n routing
  $ ap diff --follow --context staging
  $ ap diff -o json | jq '.result.syncs[].changes[].diff'

Exit codes, as those of kubectl diff:
  0    nothing would be written
  1    something would
  2    the command line is wrong, or it cannot be told: the error's code says why
  3    the cluster cannot be reached, or does not know who asks
  130  interrupted

With -o json one object is written to the standard output at the end:
  { command, ok, exitCode, context, namespace, result: { follow, changes, syncs: [{ resource, from, to, outcome, changes: [{ action, kind, name, before, after, diff, … }], messages }] }, warnings, errors }
Progress goes to the standard error.`;

/** `ap diff`. */
export function addDiff(program: Command, finish: (code: number) => void): void {
  program
    .command('diff')
    .argument('[resource]', "only the resource of this name, of the operator's kind")
    .option('--context <name>', 'a context of your kubeconfig; default: its current one')
    .option('-n, --namespace <name>', 'only resources of this namespace; default: all that the operator works on')
    .option(
      '--follow',
      'play on in memory until all rests; default: one sync of each resource, as if there were no others',
    )
    .addOption(
      new Option('-o, --output <format>', 'how the result is written').choices(['text', 'json']).default('text'),
    )
    .description('Shows what the operator would write to a cluster now, and writes nothing.')
    .addHelpText('after', HELP)
    .action(async (name: string | undefined, { follow = false, ...options }: ClusterOptions & { follow?: boolean }) => {
      const { diff } = await import('./diff.ts');
      const asked = { follow, ...(name !== undefined && { name }) };
      finish(await clusterCommand('diff', options, processEnvironment(), (context) => diff(context, asked)));
    });
}
