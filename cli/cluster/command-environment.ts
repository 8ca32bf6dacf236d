import { systemClock, type Clock } from '../../runtime/clock.ts';
import type { ClusterAccess } from '../../runtime/kube/kubeconfig.ts';
import { connect, type Transport } from '../../runtime/kube/transport.ts';

/** Where results are written, as a stream. */
export interface OutputStream extends NodeJS.WritableStream {
  /** Whether a person looks at it; then it has a size. */
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  /** More was written than could be taken so far: the event `drain` tells when it was. */
  readonly writableNeedDrain: boolean;
}

/** What a command has around it; tests hand in their own. */
export interface CommandEnvironment {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** What {@link out} writes to: for what draws on a terminal, or writes more than can be taken at once. */
  readonly output: OutputStream;
  /** Results. */
  out(text: string): void;
  /** Progress, warnings, errors. */
  err(text: string): void;
  connect(access: ClusterAccess): Transport;
  /** Calls back at Ctrl-C or SIGTERM, or when nobody reads the results any more; returns how to stop listening. */
  onInterrupt(callback: () => void): () => void;
}

export function processEnvironment(): CommandEnvironment {
  return {
    cwd: process.cwd(),
    env: process.env,
    clock: systemClock,
    output: process.stdout,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    connect,
    onInterrupt(callback) {
      process.on('SIGINT', callback).on('SIGTERM', callback);
      // `ap logs | head`: what cannot be written any more is no failure, and no reason to go on.
      const closed = (error: Error): void => {
        if (!('code' in error) || error.code !== 'EPIPE') throw error;
        callback();
      };
      process.stdout.on('error', closed);
      return () => void process.off('SIGINT', callback).off('SIGTERM', callback);
    },
  };
}

/** Waits until what was written is taken. */
export async function drained({ output }: Pick<CommandEnvironment, 'output'>, signal: AbortSignal): Promise<void> {
  if (!output.writableNeedDrain) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  output.once('drain', resolve);
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
}
