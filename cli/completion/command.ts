import { Argument, type Command } from 'commander';
import { processEnvironment, type CommandEnvironment } from '../cluster/command-environment.ts';
import type { FurtherOptions } from './candidates.ts';
import { SCRIPTS, SHELLS, type Shell } from './scripts.ts';

const HELP = `
Completes commands, options, and their values: contexts of your kubeconfig, namespaces and resources of the cluster, phases of the project.
What a cluster does not tell within 3 seconds is not completed; AP_COMPLETION_TIMEOUT=10s gives it longer.

Examples:
  $ source <(ap completion bash)                                       # in ~/.bashrc
  $ source <(ap completion zsh)                                        # in ~/.zshrc, after compinit
  $ ap completion fish > ~/.config/fish/completions/ap.fish`;

/**
 * `ap completion`, and what its scripts ask. Own code: libraries of this kind complete words that they are told of, and here all is read off
 * commander's program, with values that have to be waited for.
 */
export function addCompletion(
  program: Command,
  further: FurtherOptions = {},
  surroundings: () => CommandEnvironment = processEnvironment,
): void {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .description('Writes the script by which a shell completes the words of ap.')
    .addHelpText('after', HELP)
    .action((shell: Shell) => surroundings().out(SCRIPTS[shell]));
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .helpOption(false)
    .action(async (words: readonly string[]) => {
      const [{ completions }, { valuesFrom }] = await Promise.all([import('./candidates.ts'), import('./values.ts')]);
      const environment = surroundings();
      const found = await completions(program, words, valuesFrom(environment), further);
      const lines =
        typeof found === 'string'
          ? [`:${found}`]
          : found.map(({ value, description }) => (description === '' ? value : `${value}\t${description}`));
      environment.out(lines.map((line) => `${line}\n`).join(''));
    });
}
