import type { Command } from 'commander';
import { clusterCommand } from '../cluster/cluster-command.ts';
import { processEnvironment } from '../cluster/command-environment.ts';
import { addClusterOptions, type ClusterOptions } from '../cluster/options.ts';

const HELP = `
Checks Node, the project and its generated files, kubectl, the manifests as they are on the disk, the cluster, your rights for \`ap deploy\`, those of the operator's account, the
CustomResourceDefinition, and the kinds that phases need. Each finding is ok, warn, fail or skip, with what to do about it. Nothing is written, on
the cluster neither.

The exit code is 1 where something has to be mended, 0 otherwise: a cluster that cannot be reached is a finding, and no 3.`;

/** `ap doctor`. */
export function addDoctor(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('doctor')
    .description('Finds what stands in the way of the operator, in the project and on a cluster, and says what to do.')
    .addHelpText('after', HELP);
  addClusterOptions(command, [
    'ap doctor',
    'ap doctor --context staging -n routing',
    'ap doctor -o json | jq \'.result.findings[] | select(.status == "fail")\'',
  ]).action(async (options: ClusterOptions) => {
    const { doctor } = await import('./doctor.ts');
    finish(await clusterCommand('doctor', options, processEnvironment(), (context) => doctor(context)));
  });
}
