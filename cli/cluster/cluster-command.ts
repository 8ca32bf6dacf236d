import { describeProblem } from '../../project/errors.ts';
import { Cluster } from './cluster.ts';
import type { CommandEnvironment } from './command-environment.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { openProject, type OpenProject } from './open-project.ts';
import type { ClusterOptions } from './options.ts';
import { CommandError, explain, interrupted } from './problems.ts';

/** What a command works with. */
export interface CommandContext {
  readonly environment: CommandEnvironment;
  readonly options: ClusterOptions;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** The project that the working directory is in. */
  project(): Promise<OpenProject>;
  /** The cluster of the options' context. The connection is made at the first request, and ended with the command. */
  cluster(): Cluster;
  /** Where the operator is, for the answer: what the options name, else what the command finds. */
  setNamespace(namespace: string): void;
  /** What is being done: a line, on the standard error. For all that may take over a second. */
  readonly progress: (line: string) => void;
  /** Something that the user should know, though it is no failure. */
  readonly warn: (line: string) => void;
  /** Writes a line of the result at once, for output that does not end; with `-o json` it has to be JSON. */
  readonly print: (line: string) => void;
}

/** What a command ended with. */
export interface Outcome {
  /** Default: done. */
  readonly exitCode?: ExitCode;
  /** What `-o json` gives as `result`. Absent: the command has printed all itself. */
  readonly result?: object;
  /** Lines for a person. */
  readonly text: readonly string[];
}

/** What `-o json` writes. */
export interface Answer {
  readonly command: string;
  readonly ok: boolean;
  readonly exitCode: ExitCode;
  /** The kubeconfig's context; null where no cluster was needed. */
  readonly context: string | null;
  readonly namespace: string | null;
  readonly result: object | null;
  readonly warnings: readonly string[];
  readonly errors: readonly object[];
}

/**
 * Runs a command on a cluster: gives it what it works with, says in its output format what came of it, and returns the exit code. Whatever
 * is thrown becomes an error with a code and a remedy. Ctrl-C aborts the signal; the command ends when it heeds it.
 */
export async function clusterCommand(
  name: string,
  options: ClusterOptions,
  environment: CommandEnvironment,
  action: (context: CommandContext) => Promise<Outcome>,
): Promise<ExitCode> {
  const abort = new AbortController();
  // The clock's timers keep no process alive, and some commands only wait.
  const alive = setInterval(() => undefined, 2 ** 30);
  const stopListening = environment.onInterrupt(() => abort.abort(new Error('interrupted')));
  const warnings: string[] = [];
  let namespace = options.namespace;
  let cluster: Cluster | undefined;
  const context: CommandContext = {
    environment,
    options,
    signal: abort.signal,
    project: () => openProject(environment.cwd, (line) => environment.err(`${line}\n`)),
    cluster: () =>
      (cluster ??= Cluster.connect(environment, options, {
        signal: abort.signal,
        onWarning: (text) => context.warn(text),
      })),
    setNamespace: (found) => void (namespace = found),
    progress: (line) => environment.err(`${line}\n`),
    warn: (line) => {
      if (warnings.includes(line)) return;
      warnings.push(line);
      environment.err(`Warning: ${line}\n`);
    },
    print: (line) => environment.out(`${line}\n`),
  };
  let outcome: Outcome | CommandError;
  try {
    outcome = await action(context);
  } catch (error) {
    outcome = abort.signal.aborted
      ? new CommandError(EXIT.interrupted, [interrupted()])
      : explain(error, cluster?.server ?? 'the cluster');
  } finally {
    stopListening();
    clearInterval(alive);
    await cluster?.close();
  }
  const exitCode = outcome.exitCode ?? EXIT.done;
  const problems = outcome instanceof CommandError ? outcome.problems : [];
  if (options.output === 'json' && (problems.length > 0 || outcome.result !== undefined)) {
    const answer: Answer = {
      command: name,
      ok: exitCode === EXIT.done,
      exitCode,
      context: cluster?.context ?? options.context ?? null,
      namespace: namespace ?? null,
      result: outcome.result ?? null,
      warnings,
      errors: problems,
    };
    environment.out(`${JSON.stringify(answer, null, 2)}\n`);
  }
  for (const problem of problems) environment.err(`${describeProblem(problem)}\n`);
  if (options.output === 'text' && !(outcome instanceof CommandError))
    for (const line of outcome.text) environment.out(`${line}\n`);
  return exitCode;
}
