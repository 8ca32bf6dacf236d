import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The compiled command, as it is published: a project gets its packages from what is packed beside it. */
export const AP = join(import.meta.dirname, '../../../dist/cli/ap.js');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  /** Both streams, as they came. */
  readonly output: string;
}

/** `ap` as a process, in a folder and with variables of its own. */
export class ApProcess {
  readonly folder: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(folder: string, env: NodeJS.ProcessEnv) {
    this.folder = folder;
    this.#env = env;
  }

  /** Runs it to its end. */
  run(words: readonly string[]): Promise<Ended> {
    return this.#run(words);
  }

  /** Kills it (SIGKILL), and all that it runs beside a builder of images, as soon as it has written what matches. */
  runAndKill(words: readonly string[], at: RegExp): Promise<Ended> {
    return this.#run(words, at);
  }

  #run(words: readonly string[], at?: RegExp): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [AP, ...words], {
        cwd: this.folder,
        env: this.#env,
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      let [stdout, output] = ['', ''];
      const append = (text: string): void => {
        output += text;
        if (at?.test(output) && child.pid !== undefined && child.exitCode === null && child.signalCode === null)
          process.kill(-child.pid, 'SIGKILL');
      };
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
        append(text);
      });
      child.stderr.setEncoding('utf8').on('data', append);
      child.once('error', reject);
      // A builder goes on for a moment, and holds the streams open.
      child.once('exit', (_code, signal) => {
        if (signal === 'SIGKILL') for (const stream of [child.stdout, child.stderr]) stream.destroy();
      });
      child.once('close', (code: number | null, signal: NodeJS.Signals | null) =>
        resolve({ code, signal, stdout, output }),
      );
    });
  }
}
