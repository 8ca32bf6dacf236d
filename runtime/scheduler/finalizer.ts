import { BACKOFF, DONE, type ReconcileResult } from '../controller/reconciler.ts';
import { isStatus, messageOf } from '../errors.ts';
import { apiVersionOf } from '../kube/paths.ts';
import { Tracker } from './inputs.ts';
import { RunAborted, type Run } from './run.ts';
import { callWorker } from './worker-run.ts';

export function hasFinalizer(run: Run): boolean {
  const { finalizer } = run.environment.plan;
  return finalizer !== undefined && (current(run).metadata.finalizers?.includes(finalizer.name) ?? false);
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
      finalizers: [plan.finalizer.name],
    },
  };
  await run.write(plan.resource, run.key, () => client.apply(plan.resource, body, { giveUp: run.signal }));
}

/** The resource is being deleted: the user's finalizer, then the deletion may go on. Without our finalizer there is nothing to do. */
export async function finalize(run: Run): Promise<ReconcileResult> {
  const { plan, events, logger } = run.environment;
  if (!plan.finalizer || !hasFinalizer(run)) return DONE;
  const tracker = new Tracker(run.key);
  try {
    await callWorker(plan.finalizer.worker, run, tracker);
  } catch (error) {
    if (error instanceof RunAborted) throw error;
    const message = messageOf(error);
    logger.error({ resource: run.key, err: error }, `finalizer failed: ${message}`);
    events.warn({ resource: run.resource, reason: 'FinalizerFailed', action: 'Finalize', note: message });
    return BACKOFF;
  }
  await removeFinalizer(run, plan.finalizer.name);
  return DONE;
}

async function removeFinalizer(run: Run, name: string): Promise<void> {
  const { plan, client, caches } = run.environment;
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
          { giveUp: run.signal },
        ),
      );
      return;
    } catch (error) {
      if (isStatus(error, 404)) return;
      if (!isStatus(error, 422) || attempt > 0) throw error;
      // The list changed meanwhile, or this is another resource.
      const live = await client.get(target).catch((failure: unknown) => {
        if (!isStatus(failure, 404)) throw failure;
      });
      if (live?.metadata.uid !== run.uid) return;
      caches.written(plan.resource, live);
    }
  }
}

function current(run: Run) {
  return run.environment.views.resources.get(run.key)?.object ?? run.resource;
}
