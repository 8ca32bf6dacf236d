import { systemClock, type Clock } from '../../runtime/clock.ts';
import type { ClusterAccess } from '../../runtime/kube/kubeconfig.ts';
import { connect, type Transport } from '../../runtime/kube/transport.ts';
import type { CommandEnvironment } from './command-environment.ts';

export interface RecordedOptions {
  readonly cwd?: string;
  readonly kubeconfig?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly clock?: Clock;
  readonly connect?: (access: ClusterAccess) => Transport;
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
  stdout = '';
  stderr = '';
  /** Both, as a terminal shows them. */
  terminal = '';
  readonly #interrupts = new Set<() => void>();

  constructor(options: RecordedOptions = {}) {
    this.cwd = options.cwd ?? process.cwd();
    this.env = { ...process.env, ...options.env, KUBECONFIG: options.kubeconfig ?? '/nowhere/kubeconfig' };
    this.clock = options.clock ?? systemClock;
    this.connect = options.connect ?? connect;
  }

  out(text: string): void {
    this.stdout += text;
    this.terminal += text;
  }

  err(text: string): void {
    this.stderr += text;
    this.terminal += text;
  }

  onInterrupt(callback: () => void): () => void {
    this.#interrupts.add(callback);
    return () => void this.#interrupts.delete(callback);
  }

  /** What Ctrl-C does. */
  interrupt(): void {
    for (const callback of this.#interrupts) callback();
  }
}
