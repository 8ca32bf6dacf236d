import { BACKOFF, DONE, REQUEUE, type ReconcileResult } from '../controller/reconciler.ts';
import { isStatus, messageOf } from '../errors.ts';
import { apiVersionOf } from '../kube/paths.ts';
import { isLasting, isTransient, WorkerFailure } from './failures.ts';
import { Tracker } from '../reads/tracker.ts';
import { RunAborted, type Run } from './run.ts';
import type { AnyWorker } from '../operator.ts';
import { checkFinalizerResult } from './result.ts';
import { withoutSecrets } from './without-secrets.ts';
import { writeStatus } from './status-write.ts';
import { statusOf } from './status.ts';
import { callWorker } from './worker-run.ts';
import { isKept, tellOfKept } from './patches/standing.ts';
import { giveUpAll } from './patches/write.ts';
import { deleteUnowned, writeLastOutputs } from './write-outputs.ts';

export function hasFinalizer(run: Run): boolean {
  return current(run).metadata.finalizers?.includes(run.environment.plan.finalizerName) ?? false;
}

/** Adds the operator's finalizer. The uid in the body keeps the apply from making a resource that has just gone anew. */
export async function addFinalizer(run: Run): Promise<void> {
  const { plan, client } = run.environment;
  if (!plan.finalizer) return;
  const body = {
    apiVersion: apiVersionOf(plan.resource),
    kind: plan.resource.kind,
    metadata: {
      name: run.resource.metadata.name,
      ...(run.namespace !== undefined && { namespace: run.namespace }),
      uid: run.uid,
      finalizers: [plan.finalizerName],
    },
  };
  await run.write(plan.resource, run.key, () => client.apply(plan.resource, body, { giveUp: run }));
}

/**
 * The resource is being deleted: the user's finalizer with what it returns, then what no garbage collector takes, and the deletion may go
 * on. Where there is no finalizer of ours there is nothing to do.
 */
export async function finalize(run: Run): Promise<ReconcileResult> {
  const { plan } = run.environment;
  if (!plan.finalizer || !hasFinalizer(run)) return DONE;
  try {
    if (plan.finalizer.worker) {
      const waits = await runWorker(run, plan.finalizer.worker);
      run.state.serverErrors = 0;
      if (waits) return waits;
    }
    await giveUpAll(run);
    await deleteUnowned(run);
    await removeFinalizer(run, plan.finalizerName);
    return DONE;
  } catch (error) {
    if (error instanceof RunAborted || (isTransient(error) && !isLasting(run, error))) throw error;
    if (isKept(error)) return (await tellOfKept(run, error)) === 'lost' ? REQUEUE : DONE;
    return failed(run, error instanceof WorkerFailure ? error.cause : error);
  }
}

/**
 * The resource is being deleted, and the operator has nothing to do then: but a former version had, and put a finalizer there that nobody
 * takes away. This one does not know what was to be done, and has no right to change the resource, so it says so.
 */
export async function tellOfFormerFinalizer(run: Run): Promise<ReconcileResult> {
  const { plan, events } = run.environment;
  if (!hasFinalizer(run)) return DONE;
  const message = `A former version of this operator put the finalizer ${plan.finalizerName} on the resource, and this one has no finalizer, no patches and no outputs beyond the namespace: nobody takes it away. Run the former version until the resource has gone, or do by hand what it would do and remove the finalizer from metadata.finalizers.`;
  const phase = statusOf(run.resource)?.phase ?? plan.initial.name;
  const written = await writeStatus(run, {
    phase,
    standing: { is: 'stalled', reason: 'FinalizerLeft', message },
  });
  if (written === 'written') {
    run.logger.warn(message);
    events.warn({ resource: run.resource, reason: 'FinalizerLeft', action: 'Finalize', note: message });
  }
  return written === 'lost' ? REQUEUE : DONE;
}

/** Runs the user's finalizer. Undefined: it has done its work. Else when to run it again. */
async function runWorker(run: Run, worker: AnyWorker): Promise<ReconcileResult | undefined> {
  const { caches } = run.environment;
  const tracker = new Tracker(run.key);
  const returned = await callWorker(worker, run, tracker).catch((error: unknown) => {
    throw error instanceof RunAborted ? error : new WorkerFailure(error);
  });
  const result = checkFinalizerResult(returned, run.phase, run.namespace);
  // Before anything is written: what only an earlier run read is no reason to run again for one's own writes.
  tracker.replaceEarlierReads(caches.all());
  const unmade = await writeLastOutputs(run, result.outputs);
  if (unmade.length > 0) {
    const told = await tellOfUnmade(run, unmade, result.done);
    if (told === 'lost') return REQUEUE;
  }
  if (result.done) return undefined;
  return result.requeueAfter === undefined ? DONE : { outcome: 'later', after: result.requeueAfter };
}

/** A finalizer that waits for what cannot be made would hold its namespace for ever: a person has to know. */
async function tellOfUnmade(run: Run, objects: readonly string[], done: boolean): ReturnType<typeof writeStatus> {
  const { plan } = run.environment;
  const message = `The namespace is being deleted, so that the finalizer's outputs cannot be made any more: ${objects.join(', ')}.`;
  run.logger.warn(message);
  if (done) return 'unchanged';
  const phase = statusOf(run.resource)?.phase ?? plan.initial.name;
  const waits = `${message} It is not done all the same, and waits for what it reads.`;
  return writeStatus(run, { phase, standing: { is: 'failing', reason: 'NamespaceTerminating', message: waits } });
}

/** Told by event and by condition, since in a namespace that is being deleted there can be no more events. */
async function failed(run: Run, thrown: unknown): Promise<ReconcileResult> {
  const { plan, events, tracing } = run.environment;
  const error = withoutSecrets(run, thrown);
  const message = messageOf(error);
  tracing.failed(error);
  run.logger.error({ err: error }, `finalizer failed: ${message}`);
  events.warn({ resource: run.resource, reason: 'FinalizerFailed', action: 'Finalize', note: message });
  const phase = statusOf(run.resource)?.phase ?? plan.initial.name;
  await writeStatus(run, { phase, standing: { is: 'failing', reason: 'FinalizerFailed', message } });
  return BACKOFF;
}

async function removeFinalizer(run: Run, name: string): Promise<void> {
  const { plan, client } = run.environment;
  const target = { type: plan.resource, name: run.resource.metadata.name, namespace: run.namespace };
  for (let attempt = 0; ; attempt += 1) {
    const index = current(run).metadata.finalizers?.indexOf(name) ?? -1;
    if (index < 0) return;
    const path = `/metadata/finalizers/${index}`;
    try {
      await run.write(plan.resource, run.key, () =>
        client.jsonPatch(
          target,
          [
            { op: 'test', path: '/metadata/uid', value: run.uid },
            { op: 'test', path, value: name },
            { op: 'remove', path },
          ],
          { giveUp: run },
        ),
      );
      return;
    } catch (error) {
      if (isStatus(error, 404)) return;
      if (!isStatus(error, 422) || attempt > 0) throw error;
      // The list changed meanwhile, or this is another resource.
      const live = await run.read(target).catch((failure: unknown) => {
        if (!isStatus(failure, 404)) throw failure;
      });
      if (live?.metadata.uid !== run.uid) return;
    }
  }
}

function current(run: Run) {
  return run.environment.views.resources.get(run.key)?.object ?? run.resource;
}
