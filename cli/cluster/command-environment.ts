import { systemClock, type Clock } from '../../runtime/clock.ts';
import type { ClusterAccess } from '../../runtime/kube/kubeconfig.ts';
import { connect, type Transport } from '../../runtime/kube/transport.ts';

/** What a command has around it; tests hand in their own. */
export interface CommandEnvironment {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** Results. */
  out(text: string): void;
  /** Progress, warnings, errors. */
  err(text: string): void;
  connect(access: ClusterAccess): Transport;
  /** Calls back at Ctrl-C or SIGTERM; returns how to stop listening. */
  onInterrupt(callback: () => void): () => void;
}

export function processEnvironment(): CommandEnvironment {
  return {
    cwd: process.cwd(),
    env: process.env,
    clock: systemClock,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    connect,
    onInterrupt(callback) {
      process.on('SIGINT', callback).on('SIGTERM', callback);
      return () => void process.off('SIGINT', callback).off('SIGTERM', callback);
    },
  };
}
