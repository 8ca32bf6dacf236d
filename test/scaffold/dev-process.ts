import { spawn } from 'node:child_process';
import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import type { ChildProcess } from 'node:child_process';

/** Of one line, in milliseconds. */
const PATIENCE = 30_000;

/** The dev loop of a project as a process of its own, with or without a terminal. */
export class DevProcess {
  readonly child: ChildProcess;
  output = '';
  #seen = 0;
  #check: () => void = () => undefined;
  readonly ended: Promise<number | null>;

  private constructor(child: ChildProcess) {
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        this.output += stripVTControlCharacters(chunk);
        this.#check();
      });
    }
    this.ended = new Promise((resolve) => child.once('close', (code) => resolve(code)));
  }

  static start(folder: string, options: readonly string[] = [], env: NodeJS.ProcessEnv = {}): DevProcess {
    return new DevProcess(
      spawn(process.execPath, [bin(folder), 'dev', ...options], {
        cwd: folder,
        env: { ...process.env, NODE_OPTIONS: '', ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
  }

  /** In a terminal of util-linux's `script`; `after` is a command line that runs in it once the dev loop has ended. */
  static inTerminal(
    folder: string,
    options: readonly string[],
    after: string,
    env: NodeJS.ProcessEnv = {},
  ): DevProcess {
    const dev = [process.execPath, bin(folder), 'dev', ...options].map((word) => `'${word}'`).join(' ');
    const words = ['--quiet', '--flush', '--return', '--command', `${dev}; code=$?; ${after}; exit $code`, '/dev/null'];
    return new DevProcess(
      spawn('script', words, {
        cwd: folder,
        env: { ...process.env, NODE_OPTIONS: '', TERM: 'xterm', ...env },
        stdio: ['pipe', 'pipe', 'pipe'],
      }),
    );
  }

  press(keys: string): void {
    this.child.stdin?.write(keys);
  }

  /** Waits for words that were shown after those that were waited for before. */
  async until(pattern: RegExp): Promise<string> {
    let stop = (): void => undefined;
    const found = new Promise<string>((resolve, reject) => {
      const deadline = setTimeout(
        () => reject(new Error(`${String(pattern)} was not shown:\n${this.output}`)),
        PATIENCE,
      );
      void this.ended.then(() => reject(new Error(`it ended before ${String(pattern)} was shown:\n${this.output}`)));
      this.#check = () => {
        const match = pattern.exec(this.output.slice(this.#seen));
        if (!match) return;
        this.#seen += match.index + match[0].length;
        resolve(match[0]);
      };
      stop = () => {
        clearTimeout(deadline);
        this.#check = () => undefined;
      };
      this.#check();
    });
    return found.finally(stop);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

function bin(folder: string): string {
  return join(folder, 'node_modules/autopilot-devcluster/dist/bin.js');
}

/** The processes that work in a folder; Linux tells. */
export async function processesIn(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    // One may have ended meanwhile.
    if ((await readlink(`/proc/${pid}/cwd`).catch(() => '')) === folder) found.push(pid);
  }
  return found;
}

/** Waits until no process works in a folder any more. */
export async function untilDeserted(folder: string): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  for (let left = await processesIn(folder); left.length > 0; left = await processesIn(folder)) {
    if (performance.now() > deadline) throw new Error(`still there: ${left.join(', ')}`);
    await pause(20);
  }
}
