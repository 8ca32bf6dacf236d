import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { redacted, secretsIn } from './redacted.ts';
import type { Builder } from './builders.ts';

export interface BuilderRun {
  readonly cwd?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Told each line that the program writes, with secrets blotted out. */
  readonly say: (line: string) => void;
}

/**
 * Runs one of the programs to its end; resolves to why it failed, undefined where it did not. When the signal is aborted the program is asked to
 * end (SIGINT, upon which it takes away what is half done), and the promise rejects with the signal's reason, but not before it has ended and
 * whatever it had started has.
 */
export async function runBuilder(
  builder: Builder,
  args: readonly string[],
  { cwd, env, signal, say }: BuilderRun,
): Promise<string | undefined> {
  signal.throwIfAborted();
  // A process group of its own: a terminal's Ctrl-C would reach it too, and it would be told twice.
  const child = spawn(builder, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const secrets = secretsIn(args, env);
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on('line', (line) => say(redacted(line, secrets)));
  const interrupt = (): void => signalGroup(child.pid, 'SIGINT');
  signal.addEventListener('abort', interrupt);
  const reason = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    // All output has come by then. What is orphaned may hold it open.
    child.once('close', (code, killer) =>
      resolve(code === 0 ? undefined : code === null ? `ended by ${killer}` : `exit code ${code}`),
    );
    child.once('exit', () => {
      if (signal.aborted) signalGroup(child.pid, 'SIGKILL');
    });
  });
  signal.removeEventListener('abort', interrupt);
  signal.throwIfAborted();
  return reason;
}

function signalGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (leader !== undefined) process.kill(-leader, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
