import { Option } from 'commander';
import type { Command } from 'commander';
import { EXIT_CODES_HELP } from './exit-codes.ts';

/** What every command on a cluster takes. */
export interface ClusterOptions {
  /** Of the kubeconfig; absent: its current one. */
  readonly context?: string;
  /** Absent: the namespace that the project's manifests name. */
  readonly namespace?: string;
  readonly output: 'text' | 'json';
}

/**
 * Gives a command those options, and says how it ends. `examples`: command lines without `$`; `endings`: what its exit codes mean, where that
 * is something else than usually.
 */
export function addClusterOptions(
  command: Command,
  examples: readonly string[],
  endings: string = EXIT_CODES_HELP,
): Command {
  return command
    .option('--context <name>', 'a context of your kubeconfig; default: its current one')
    .option('-n, --namespace <name>', 'the namespace of the operator; default: the one that the manifests name')
    .addOption(
      new Option('-o, --output <format>', 'how the result is written').choices(['text', 'json']).default('text'),
    )
    .addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ ${line}`).join('\n')}\n${endings}`);
}
