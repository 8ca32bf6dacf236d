import { errors, isProgramFault, messageOf } from '../errors.ts';
import type { AnyWorker } from '../operator.ts';
import { deepFreeze } from '../cache/freeze.ts';
import { settledWithin } from '../controller/deadline.ts';
import { Ending } from '../controller/ending.ts';
import { InputReader } from '../reads/input-reader.ts';
import type { Tracker } from '../reads/tracker.ts';
import { RunAborted, type Run } from './run.ts';
import { workerSpan } from './spans.ts';
import { WorkerClient } from './worker-client.ts';

/**
 * Calls a worker (or finalizer) with frozen data and a client bound to this call, and waits for it at most as long as its phase allows.
 * Once it has returned, or its time is over, its signal is aborted and its client and readers refuse. Not guaranteed: that a worker
 * which never gives the event loop back is stopped; nothing in one process can do that.
 */
export async function callWorker(worker: AnyWorker, run: Run, tracker: Tracker): Promise<unknown> {
  const { environment, phase } = run;
  const over = new Ending();
  const call = run.within(over);
  const readers: Record<string, InputReader> = {};
  for (const [name, input] of phase.inputs)
    readers[name] = new InputReader(call, name, input, environment.views.input(input), tracker);
  const inputs: Record<string, unknown> = { ...readers };
  for (const [name, queries] of phase.queries)
    inputs[name] = environment.queries.client(queries, call, (method) => call.checkForUser(`inputs.${name}.${method}`));
  const context = {
    [environment.plan.resource.key]: deepFreeze(run.resource),
    inputs: Object.freeze(inputs),
    client: new WorkerClient(call, readers),
    config: environment.settings,
    logger: run.logger,
    get signal() {
      return call.signal;
    },
  };
  const untyped = worker as (context: unknown) => unknown;
  const started = environment.clock.monotonic();
  try {
    const deadline = {
      clock: environment.clock,
      timeout: phase.timeout,
      given: run.ending,
      late: () => {
        environment.metrics.controller.fault('timeout');
        return errors.deadline(phase.name, phase.timeout);
      },
      aborted: () => new RunAborted(),
    };
    const work = (): Promise<unknown> => settledWithin(deadline, over, () => untyped(context));
    return await (environment.tracing.on ? workerSpan(run, work) : work());
  } catch (thrown) {
    if (isProgramFault(thrown)) environment.metrics.controller.fault('panic');
    const error = thrown instanceof Error ? thrown : new Error(messageOf(thrown), { cause: thrown });
    throw error instanceof TypeError && WRITE_TO_FROZEN.test(error.message) ? errors.frozen(phase.name, error) : error;
  } finally {
    environment.metrics.worked(phase.name, (environment.clock.monotonic() - started) / 1000);
  }
}

/** V8's words for an assignment to, an addition to and a removal from a frozen object. */
const WRITE_TO_FROZEN = /^Cannot (?:assign to read only|add|delete) property /;
