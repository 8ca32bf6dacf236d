import type { ReconcileResult } from '../controller/reconciler.ts';
import { isNamespaceTerminating } from '../errors.ts';
import { resourceName, splitKey } from '../kube/paths.ts';
import type { ResourceType } from '../kube/types.ts';
import { withoutSecrets } from './without-secrets.ts';
import { RunAborted, type Run, type RunFacts } from './run.ts';

/**
 * The spans of a sync. Each takes the work and does it, in a span where somebody takes them; to be called only while `tracing.on`, so that
 * nothing is made where nobody does.
 */

/** A run that was given up has not failed. */
function isFailure(error: unknown): boolean {
  return !(error instanceof RunAborted || isNamespaceTerminating(error));
}

/** The whole sync: the beginning of a trace. `phase` is the one that the resource is in. */
export function syncSpan(
  { environment, resource, sync }: Omit<RunFacts, 'phase'>,
  phase: string,
  work: () => Promise<ReconcileResult>,
): Promise<ReconcileResult> {
  const { plan, tracing } = environment;
  const { name, namespace, uid, generation } = resource.metadata;
  const attributes = {
    ...(namespace !== undefined && { 'k8s.namespace.name': namespace }),
    'autopilot.resource.kind': plan.resource.kind,
    'autopilot.resource.name': name,
    ...(uid !== undefined && { 'autopilot.resource.uid': uid }),
    ...(generation !== undefined && { 'autopilot.resource.generation': generation }),
    'autopilot.phase': phase,
    'autopilot.sync.id': sync,
  };
  return tracing.span(
    `sync ${plan.resource.kind}`,
    attributes,
    async (span) => {
      const result = await work();
      span?.setAttribute('autopilot.sync.outcome', result.outcome);
      return result;
    },
    { root: true, isFailure },
  );
}

/** The user's code: active in it, so that spans which it makes are below. */
export function workerSpan<T>(run: Run, work: () => Promise<T>): Promise<T> {
  const { environment, phase, sync } = run;
  const attributes = { 'autopilot.phase': phase.name, 'autopilot.sync.id': sync };
  return environment.tracing.span(`worker ${phase.name}`, attributes, work, {
    isFailure,
    told: (error) => withoutSecrets(run, error),
  });
}

/** What is done for one object: an output, or one that is patched. `actionOf` says in a word what came of it. */
export function objectSpan<T>(
  run: Run,
  what: 'output' | 'patch',
  { type, key }: { readonly type: ResourceType; readonly key: string },
  work: () => Promise<T>,
  actionOf: (outcome: T) => string,
): Promise<T> {
  const { environment, phase, sync } = run;
  const { name, namespace } = splitKey(key);
  const attributes = {
    ...(namespace !== undefined && { 'k8s.namespace.name': namespace }),
    'autopilot.object.resource': resourceName(type),
    'autopilot.object.name': name,
    'autopilot.phase': phase.name,
    'autopilot.sync.id': sync,
  };
  return environment.tracing.span(
    `${what} ${type.kind}`,
    attributes,
    async (span) => {
      const outcome = await work();
      span?.setAttribute(`autopilot.${what}.action`, actionOf(outcome));
      return outcome;
    },
    { isFailure, told: (error) => withoutSecrets(run, error) },
  );
}
