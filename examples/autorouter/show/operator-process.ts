import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';

export interface OperatorSettings {
  /** The operator's project. */
  readonly folder: string;
  /** Path of a kubeconfig. */
  readonly kubeconfig: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The operator as a process of its own, as `npm start` in its project runs it. Its output goes to a file beside the kubeconfig. */
export class OperatorProcess {
  readonly log: string;
  readonly #settings: OperatorSettings;
  #child: ChildProcess | undefined;

  constructor(settings: OperatorSettings) {
    this.#settings = settings;
    this.log = join(settings.folder, '.work', 'operator.log');
  }

  start(): void {
    const { folder, kubeconfig, env } = this.#settings;
    const log = createWriteStream(this.log, { flags: 'a' });
    const child = spawn(process.execPath, [...process.execArgv, 'src/main.ts'], {
      cwd: folder,
      env: { ...process.env, KUBECONFIG: kubeconfig, AUTOPILOT_DEV: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    this.#child = child;
  }

  /** Resolves with the exit code when the process ends, by itself or by a signal. */
  get ended(): Promise<number | null> {
    const child = this.#child;
    return new Promise((resolve) => {
      if (!child || child.exitCode !== null) resolve(child?.exitCode ?? null);
      else child.once('exit', resolve);
    });
  }

  /** Ends it, as asked by SIGTERM, or at once by SIGKILL. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }
}
