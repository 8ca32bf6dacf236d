import type { Clock, Timer } from '../clock.ts';
import { errors } from '../errors.ts';
import type { AnyWorker, QueryDefinition } from '../operator.ts';
import { deepFreeze } from './freeze.ts';
import { InputReader, type Tracker } from './inputs.ts';
import { RunAborted, type Run } from './run.ts';
import { WorkerClient } from './worker-client.ts';

/**
 * Calls a worker (or finalizer) with frozen data and a client bound to this run, and waits for it at most as long as its phase allows.
 * Whatever it does afterwards is refused: at the deadline its signal aborts. Not guaranteed: that a worker which never gives the event
 * loop back is stopped; nothing in one process can do that.
 */
export async function callWorker(
  worker: AnyWorker,
  run: Run,
  running: AbortController,
  tracker: Tracker,
): Promise<unknown> {
  const { environment, phase, key } = run;
  const readers = Object.fromEntries(
    [...phase.inputs].map(([name, input]) => [name, new InputReader(run, name, input, tracker)]),
  );
  const metrics = Object.fromEntries([...phase.queries].map(([name, queries]) => [name, metricsClient(queries)]));
  const context = {
    [environment.plan.resource.key]: deepFreeze(run.resource),
    inputs: Object.freeze({ ...readers, ...metrics }),
    client: new WorkerClient(run, readers),
    logger: environment.logger.child({ resource: key, phase: phase.name }),
    signal: run.signal,
  };
  const call = worker as (context: unknown) => unknown;
  const { clock } = environment;
  const started = clock.monotonic();
  try {
    return await withDeadline(
      clock,
      phase.timeout,
      running,
      // A worker that throws before it returns a promise fails like one whose promise rejects.
      async () => call(context),
      () => errors.deadline(phase.name, phase.timeout),
    );
  } finally {
    environment.metrics.worked(phase.name, (clock.monotonic() - started) / 1000);
  }
}

async function withDeadline(
  clock: Clock,
  milliseconds: number,
  running: AbortController,
  work: () => Promise<unknown>,
  late: () => Error,
): Promise<unknown> {
  let timer: Timer | undefined;
  let aborted: (() => void) | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = clock.after(milliseconds, () => {
      reject(late());
      running.abort();
    });
    // The resource is being deleted, or the operator stops: nobody waits for the worker any more.
    aborted = () => reject(new RunAborted());
    running.signal.addEventListener('abort', aborted, { once: true });
  });
  try {
    return await Promise.race([work(), deadline]);
  } finally {
    timer?.cancel();
    if (aborted) running.signal.removeEventListener('abort', aborted);
  }
}

function metricsClient(queries: Readonly<Record<string, QueryDefinition>>): object {
  return Object.freeze(
    Object.fromEntries(
      Object.keys(queries).map((method) => [method, () => Promise.reject(errors.metricsUnavailable(method))]),
    ),
  );
}
