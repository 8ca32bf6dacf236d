import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { readMessage } from './operator-message.ts';
import type { ChildProcess } from 'node:child_process';
import type { OperatorMessage } from './operator-message.ts';

export interface OperatorProcessOptions {
  readonly folder: string;
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  /** Told when the operator ends by itself, with what it wrote to standard error. */
  readonly onExit: (how: string, errors: string) => void;
  /** Its messages, but for the answers to {@link OperatorProcess.ask}. */
  readonly onMessage: (message: OperatorMessage) => void;
  /** A line that it wrote by itself. */
  readonly onOutput: (line: string) => void;
}

/**
 * How long an operator may take to shut down before it is killed, in milliseconds. Short, since whoever saved a file waits; a kill is
 * something that an operator has to stand anyway.
 */
const PATIENCE = 500;

interface Question {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The operator as a child process, one at a time, with a channel for messages. It ends by itself when the channel does. */
export class OperatorProcess {
  readonly #options: OperatorProcessOptions;
  readonly #questions = new Map<number, Question>();
  #child: ChildProcess | undefined;
  #last: Promise<void> = Promise.resolve();
  #asked = 0;

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

  /** Has the operator do something, and resolves to its answer. Rejects where it does not run, ends meanwhile, or refuses. */
  ask(request: Readonly<Record<string, unknown>>): Promise<unknown> {
    const child = this.#child;
    if (!child?.connected) return Promise.reject(new Error('the operator does not run'));
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#questions.set(id, { resolve, reject });
      child.send({ ...request, id }, (error) => {
        if (error) this.#answer(id, undefined, error.message);
      });
    });
  }

  async #replace(before: Promise<void>, start: boolean): Promise<void> {
    await before;
    await this.#end();
    if (start) this.#start();
  }

  #start(): void {
    const { folder, entry, env, onExit, onMessage, onOutput } = this.#options;
    const child = spawn(process.execPath, [...conditions(process.execArgv), entry], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    if (child.stdout) createInterface(child.stdout).on('line', onOutput);
    let errors = '';
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      errors += chunk;
    });
    child.on('message', (value) => {
      const message = readMessage(value);
      // Whoever is on the way out has nothing more to say.
      if (!message || this.#child !== child) return;
      if (message.type === 'answer') this.#answer(message.id, message.result, message.error);
      else onMessage(message);
    });
    let over = false;
    const ended = (how: string): void => {
      if (over) return;
      over = true;
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#refuseAll();
      onExit(how, errors);
    };
    child.once('error', (error) => ended(`could not be started: ${error.message}`));
    child.once('close', (code, signal) => ended(signal ? `ended by ${signal}` : `ended with exit code ${code ?? 0}`));
  }

  async #end(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    this.#refuseAll();
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    await gone;
    clearTimeout(timer);
  }

  #refuseAll(): void {
    for (const id of this.#questions.keys()) this.#answer(id, undefined, 'the operator has ended');
  }

  #answer(id: number, result: unknown, error: string | undefined): void {
    const question = this.#questions.get(id);
    this.#questions.delete(id);
    if (error === undefined) question?.resolve(result);
    else question?.reject(new Error(error));
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
