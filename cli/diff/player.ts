import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ProjectError } from '../../project/errors.ts';
import { CommandError } from '../cluster/problems.ts';
import { EXIT } from '../cluster/exit-codes.ts';
import { diffTooOld, noRuntime, playerEnded } from './errors.ts';
import { readMessage, type PlayedStep } from './messages.ts';

export interface PlayRequest {
  /** Of the kubeconfig; absent: its current one. */
  readonly context?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly follow: boolean;
}

export interface PlayHooks {
  /** The variables of the process. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Told of each sync as it ends. */
  readonly onStep: (step: PlayedStep) => void;
  /** Told once, with the cluster's address. */
  readonly onBegin: (server: string) => void;
  /** What the project's own code prints. */
  readonly onOutput: (text: string) => void;
}

/** What the project's runtime has for this; one that lacks it cannot hold back its writes, and is never started. */
const ENTRY = 'autopilot-runtime/diff';

/**
 * Plays the project's operator in a process of its own, by the runtime that is installed in the project.
 *
 * @throws ProjectError ERR_AP_NOT_INSTALLED, ERR_AP_RUNTIME_TOO_OLD, ERR_AP_DIFF_ENDED, and what the process says.
 */
export async function playOperator(folder: string, request: PlayRequest, hooks: PlayHooks): Promise<void> {
  const child = fork(entryOf(folder), [JSON.stringify(request)], {
    cwd: folder,
    env: hooks.env,
    execArgv: [...conditionsOf(process.execArgv), '--enable-source-maps'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    signal: hooks.signal,
    killSignal: 'SIGKILL',
  });
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => hooks.onOutput(text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
    hooks.onOutput(text);
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.on('message', (value) => {
    const message = readMessage(value);
    if (message?.type === 'begin') hooks.onBegin(message.server);
    else if (message?.type === 'step') hooks.onStep(message.step);
    else if (message?.type === 'end') resolve();
    else if (message?.type === 'error') reject(failure(message.code, message.message));
  });
  child.once('error', reject);
  child.once('close', (code, signal) => reject(new ProjectError([playerEnded(signal ?? code ?? 0, said.trim())])));
  try {
    await promise;
  } finally {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }
}

function entryOf(folder: string): string {
  const { resolve } = createRequire(join(folder, 'package.json'));
  try {
    resolve('autopilot-runtime/package.json');
  } catch {
    throw new ProjectError([noRuntime(folder)]);
  }
  try {
    return resolve(ENTRY);
  } catch {
    throw new ProjectError([diffTooOld(folder)]);
  }
}

/** The conditions under which this process resolves packages: sources instead of what is built, for one. */
function conditionsOf(execArgv: readonly string[]): string[] {
  return execArgv.flatMap((argument, index) => {
    if (/^(--conditions|-C)=/.test(argument)) return [argument];
    const value = execArgv[index + 1];
    return /^(--conditions|-C)$/.test(argument) && value !== undefined ? [argument, value] : [];
  });
}

function failure(code: string, message: string): Error {
  // As the command's own connection would have it.
  const exitCode = code === 'ERR_AP_KUBECONFIG' || code === 'ERR_AP_DIFF_UNREADABLE' ? EXIT.unreachable : EXIT.failed;
  // What to do is the last sentence of the runtime's messages.
  const [, what = message, remedy = 'Nothing more is known about it.'] =
    /^([^]*[.!?])\s+([^.]*\.)$/.exec(message) ?? [];
  return new CommandError(exitCode, [{ code, message: what, remedy }]);
}
