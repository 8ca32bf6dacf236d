import { Writable } from 'node:stream';
import { systemClock, type Clock } from '../../runtime/clock.ts';
import type { ClusterAccess } from '../../runtime/kube/kubeconfig.ts';
import { connect, type Transport } from '../../runtime/kube/transport.ts';
import type { CommandEnvironment, OutputStream } from './command-environment.ts';

export interface RecordedOptions {
  readonly cwd?: string;
  readonly kubeconfig?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly clock?: Clock;
  readonly connect?: (access: ClusterAccess) => Transport;
  /** A person looks at a terminal of this size. */
  readonly terminal?: { readonly columns: number; readonly rows: number };
}

/** How much faster than others' it goes. */
const HURRY = 20;

/** A clock on which waits are short: for commands that poll a cluster of this process. */
export const hurriedClock: Clock = {
  ...systemClock,
  monotonic: () => systemClock.monotonic() * HURRY,
  after: (milliseconds, callback) => systemClock.after(milliseconds / HURRY, callback),
};

/** What surrounds a command, and all that it wrote. */
export class RecordedEnvironment implements CommandEnvironment {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly connect: (access: ClusterAccess) => Transport;
  readonly output: OutputStream;
  stdout = '';
  stderr = '';
  /** Both, as a terminal shows them. */
  terminal = '';
  readonly #interrupts = new Set<() => void>();
  readonly #waiting = new Set<() => void>();

  constructor(options: RecordedOptions = {}) {
    this.cwd = options.cwd ?? process.cwd();
    this.env = { ...process.env, ...options.env, KUBECONFIG: options.kubeconfig ?? '/nowhere/kubeconfig' };
    this.clock = options.clock ?? systemClock;
    this.connect = options.connect ?? connect;
    const written = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.out(chunk.toString());
        done();
      },
    });
    this.output = Object.assign(written, options.terminal && { ...options.terminal, isTTY: true });
  }

  out(text: string): void {
    this.stdout += text;
    this.terminal += text;
    this.#look();
  }

  err(text: string): void {
    this.stderr += text;
    this.terminal += text;
    this.#look();
  }

  onInterrupt(callback: () => void): () => void {
    this.#interrupts.add(callback);
    return () => void this.#interrupts.delete(callback);
  }

  /** Resolves once what was written is as it should be. */
  until(meets: (environment: this) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!meets(this)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }

  /** What Ctrl-C does. */
  interrupt(): void {
    for (const callback of this.#interrupts) callback();
  }
}
