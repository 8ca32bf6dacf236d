import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';

export interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** An unmodified kubectl against one cluster, with caches of its own. */
export class Kubectl {
  readonly #program: string;
  readonly #kubeconfig: string;
  readonly #home: string;

  private constructor(program: string, kubeconfig: string, home: string) {
    this.#program = program;
    this.#kubeconfig = kubeconfig;
    this.#home = home;
  }

  static async create(program: string, kubeconfig: string): Promise<Kubectl> {
    return new Kubectl(program, kubeconfig, await mkdtemp(join(tmpdir(), 'kubectl-home-')));
  }

  /** Runs it. `input` is what it reads as a file named `-`. */
  async run(args: readonly string[], input?: unknown): Promise<Result> {
    const child = this.start(args);
    child.stdin?.end(input === undefined ? '' : typeof input === 'string' ? input : JSON.stringify(input));
    let [out, err] = ['', ''];
    child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
    await once(child, 'close');
    return { code: child.exitCode, out, err };
  }

  /** Runs it and gives its output; throws where it fails. */
  async out(args: readonly string[], input?: unknown): Promise<string> {
    const { code, out, err } = await this.run(args, input);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${err}`);
    return out;
  }

  start(args: readonly string[]): ChildProcess {
    const env = {
      ...process.env,
      HOME: this.#home,
      KUBECONFIG: this.#kubeconfig,
      KUBECACHEDIR: join(this.#home, 'cache'),
      // It ends soon: a quarter less of the processor.
      GOGC: 'off',
    };
    return spawn(this.#program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  }

  async remove(): Promise<void> {
    await rm(this.#home, { recursive: true, force: true });
  }
}

/** The lines of a table, their columns separated by one space. */
export function rows(table: string): string[] {
  return table
    .trim()
    .split('\n')
    .map((line) => line.trim().replaceAll(/\s{2,}/g, ' | '));
}
