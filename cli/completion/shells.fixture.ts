import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const PROGRAM = fileURLToPath(new URL('../ap.ts', import.meta.url));
const DEADLINE_MS = 150_000;

/** A folder with an `ap` that completes as ours does, and says what it was called with instead of doing it. */
export class TypedShell {
  readonly folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #cwd: string;

  private constructor(folder: string, cwd: string, env: NodeJS.ProcessEnv) {
    this.folder = folder;
    this.#cwd = cwd;
    const path = [folder, process.env['PATH']].join(delimiter);
    this.#env = {
      ...process.env,
      ...env,
      PATH: path,
      HOME: folder,
      TERM: 'xterm',
      LC_ALL: 'C.UTF-8',
      AP_COMPLETION_TIMEOUT: '2m',
    };
  }

  static async create(cwd: string, env: NodeJS.ProcessEnv): Promise<TypedShell> {
    const folder = await mkdtemp(join(tmpdir(), 'ap-shell-'));
    const command = `"${process.execPath}" --conditions=autopilot-source "${PROGRAM}" "$@"`;
    const text = `#!/bin/sh\ncase "$1" in\n__complete|completion) exec ${command} ;;\n*) echo "<$*>" ;;\nesac\n`;
    await writeFile(join(folder, 'ap'), text, { mode: 0o755 });
    return new TypedShell(folder, cwd, env);
  }

  /**
   * Types lines into a shell on a terminal, each once the one before was run; what \`ap\` was called with. A line without a call of
   * \`ap\` has to end with \`echo '<>'\`.
   */
  async type(command: string, lines: readonly string[]): Promise<readonly string[]> {
    const child = spawn('script', ['-qfec', command, '/dev/null'], {
      cwd: this.#cwd,
      env: this.#env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let shown = '';
    const called: string[] = [];
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const deadline = setTimeout(() => reject(new Error(`${command} shows only: ${shown}`)), DEADLINE_MS);
    const left = lines.values();
    const next = (): void => {
      const { done, value = '' } = left.next();
      if (done) resolve();
      else child.stdin.write(value);
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
      // What was run stands at the beginning of a line; what was typed does not.
      const calls = [...stripVTControlCharacters(shown).matchAll(/^<(.*)>\r?$/gm)].map(([, words = '']) => words);
      const isNew = calls.length > called.length;
      called.push(...calls.slice(called.length));
      if (isNew) next();
    });
    child.once('error', reject);
    child.once('close', () => reject(new Error(`${command} has ended: ${shown}`)));
    next();
    try {
      await promise;
    } finally {
      clearTimeout(deadline);
      child.removeAllListeners('close');
      child.kill('SIGKILL');
    }
    return called.filter((words) => words !== '');
  }

  /** What a program says without a terminal. */
  async output(command: string, ...args: readonly string[]): Promise<string> {
    const child = spawn(command, args, { cwd: this.#cwd, env: this.#env, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    for await (const part of child.stdout.setEncoding('utf8')) text += String(part);
    return text;
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}
