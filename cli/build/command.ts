import { Option } from 'commander';
import type { Command } from 'commander';
import { clusterCommand } from '../cluster/cluster-command.ts';
import { processEnvironment, type CommandEnvironment } from '../cluster/command-environment.ts';
import type { ClusterOptions } from '../cluster/options.ts';
import { BUILDERS, type Builder } from '../image/builders.ts';

const HELP = `
Builds the image from the project's Dockerfile, by docker, podman, buildah or nerdctl: the first that is on the PATH. The project is checked
first, as \`ap validate\` and its own TypeScript do; one that does not check is not built, and nothing is written. No cluster is needed.

Labels (org.opencontainers.image.…): version is that of autopilot-operator.yaml; revision, created and source are what git tells of the project's
commit. Build arguments stay in the image: give secrets with --image-build-args "--secret …", as your builder has it.

Examples:
  $ ap build registry.example.com/autoroute:1.0.0
  $ ap build registry.example.com/autoroute:1.0.0 --push
  $ ap build registry.example.com/autoroute:1.0.0 --builder podman
  $ ap build registry.example.com/autoroute:1.0.0 --image-build-args "--platform linux/arm64 --build-arg RUNTIME_IMAGE=…@sha256:…"

Exit codes:
  0    done
  1    failed: the error's code says why
  2    the command line is wrong
  130  interrupted

With -o json one object is written to the standard output at the end:
  { command, ok, exitCode, context, namespace, result: { image, id, builder, labels, pushed }, warnings, errors: [{ code, message, remedy, … }] }
Progress, and what the builder says, goes to the standard error.`;

interface BuildWords extends Pick<ClusterOptions, 'output'> {
  readonly builder?: Builder;
  readonly imageBuildArgs: string;
  readonly push?: boolean;
}

/** What may be given true or false. */
export const BUILD_FLAGS: readonly string[] = ['push'];

/** `ap build`. */
export function addBuild(
  program: Command,
  finish: (code: number) => void,
  surroundings: () => CommandEnvironment = processEnvironment,
): void {
  program
    .command('build')
    .argument('<image>', 'the name that the image gets')
    .description('Builds the operator’s container image.')
    .addOption(
      new Option('--builder <name>', 'what builds the image; default: the first that is there').choices(BUILDERS),
    )
    .option('--image-build-args <words>', 'further arguments for the builder, as for a shell', '')
    .option('-p, --push', 'push the image once it is built')
    .addOption(new Option('--no-push').hideHelp())
    .addOption(
      new Option('-o, --output <format>', 'how the result is written').choices(['text', 'json']).default('text'),
    )
    .addHelpText('after', HELP)
    .action(async (image: string, { output, push = false, imageBuildArgs, builder }: BuildWords) => {
      const { build } = await import('./build.ts');
      const options = { image, push, imageBuildArgs, ...(builder !== undefined && { builder }) };
      finish(await clusterCommand('build', { output }, surroundings(), (context) => build(context, options)));
    });
}
