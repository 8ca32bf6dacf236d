import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';

export interface OperatorProcessOptions {
  readonly folder: string;
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  /** Told when the operator ends by itself. */
  readonly onExit: (how: string) => void;
  /** Where the operator's output goes; default: where this process' output goes. */
  readonly output?: NodeJS.WritableStream | undefined;
}

/** How long an operator may take to shut down before it is killed, in milliseconds. */
const PATIENCE = 5000;

/** The operator as a child process, one at a time. */
export class OperatorProcess {
  readonly #options: OperatorProcessOptions;
  #child: ChildProcess | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(options: OperatorProcessOptions) {
    this.#options = options;
  }

  /** Ends the one that runs, and starts it anew. Calls are served one after the other. */
  restart(): Promise<void> {
    this.#last = this.#replace(this.#last, true);
    return this.#last;
  }

  stop(): Promise<void> {
    this.#last = this.#replace(this.#last, false);
    return this.#last;
  }

  async #replace(before: Promise<void>, start: boolean): Promise<void> {
    await before;
    await this.#end();
    if (start) this.#start();
  }

  #start(): void {
    const { folder, entry, env, onExit, output } = this.#options;
    const child = spawn(process.execPath, [...conditions(process.execArgv), entry], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: output ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    });
    this.#child = child;
    if (output) {
      child.stdout?.pipe(output, { end: false });
      child.stderr?.pipe(output, { end: false });
    }
    const ended = (how: string): void => {
      if (this.#child !== child) return;
      this.#child = undefined;
      onExit(how);
    };
    child.once('error', (error) => ended(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => ended(signal ? `ended by ${signal}` : `ended with exit code ${code ?? 0}`));
  }

  async #end(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    await gone;
    clearTimeout(timer);
  }
}

/** The conditions under which this process resolves packages, for a child: sources instead of what is built, for one. */
export function conditions(execArgv: readonly string[]): string[] {
  return execArgv.flatMap((argument, index) => {
    if (/^(--conditions|-C)=/.test(argument)) return [argument];
    const value = execArgv[index + 1];
    return /^(--conditions|-C)$/.test(argument) && value !== undefined ? [argument, value] : [];
  });
}
