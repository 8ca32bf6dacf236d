import { spawn } from 'node:child_process';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ChildProcess } from 'node:child_process';

/** What the compiler found, each on a line; none where all is well. */
export type OnChecked = (problems: readonly string[]) => void;

/**
 * The project's own TypeScript compiler, beside the operator: it runs while types are wrong, too. One check at a time; a newer one ends
 * the one under way.
 */
export class TypeCheck {
  readonly #folder: string;
  readonly #onChecked: OnChecked;
  readonly #compiler: string | undefined;
  #child: ChildProcess | undefined;

  constructor(folder: string, onChecked: OnChecked) {
    this.#folder = folder;
    this.#onChecked = onChecked;
    this.#compiler = compilerOf(folder);
  }

  /** Whether the project has a compiler. */
  get isAvailable(): boolean {
    return this.#compiler !== undefined;
  }

  start(): void {
    this.stop();
    if (this.#compiler === undefined) return;
    const child = spawn(process.execPath, [this.#compiler, '--noEmit', '--pretty', 'false'], {
      cwd: this.#folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    }
    const finished = (problems: readonly string[]): void => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#onChecked(problems);
    };
    child.once('error', (error) => finished([`the compiler could not be started: ${error.message}`]));
    child.once('close', (code) => finished(code === 0 ? [] : readableProblems(output)));
  }

  stop(): void {
    // The compiler takes its wrapper's place, so this is the compiler itself; on other systems it ends with its own work.
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }
}

function compilerOf(folder: string): string | undefined {
  try {
    const manifest = findPackageJSON('typescript', pathToFileURL(join(folder, 'package.json')));
    return manifest === undefined ? undefined : join(dirname(manifest), 'bin', 'tsc');
  } catch {
    return undefined;
  }
}

/** `src/a.ts(3,5): error TS2322: …` as `src/a.ts:3:5  … (TS2322)`, which editors and terminals make a link of. */
export function readableProblems(output: string): string[] {
  return output
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.replace(/^(.+?)\((\d+),(\d+)\): error (TS\d+): (.*)$/, '$1:$2:$3  $5 ($4)'));
}
