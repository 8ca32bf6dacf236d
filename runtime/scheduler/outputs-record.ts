import { isStatus } from '../errors.ts';
import { resourceName } from '../kube/paths.ts';
import type { KubernetesObject, ResourceType } from '../kube/types.ts';
import type { Phase } from '../plan.ts';
import { RunAborted, RunOutdated, type Run } from './run.ts';
import { revisionOf, statusOf, storedRevision } from './status.ts';

/** `status.observedOutputs`: what each phase left behind, by output key. See `observed-outputs.ts`. */
export type ObservedOutputs = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Recorded while a later phase takes objects of these over or deletes them: whatever there is then, is no drift. */
export const TAKING = 'taking';

/** What is recorded, by the names that phases have now. A record under a former name is older than one under the present. */
export function recordOf({ resource, announced, environment: { plan } }: Run): ObservedOutputs {
  const observed = announced.record ?? statusOf(resource)?.observedOutputs ?? {};
  const isRenamed = (name: string): boolean => (plan.phases.get(name)?.name ?? name) !== name;
  if (!Object.keys(observed).some(isRenamed)) return observed;
  const renamed = Object.entries(observed).filter(([name]) => isRenamed(name));
  const former = new Set(renamed.map(([name]) => name));
  return {
    ...Object.fromEntries(renamed.map(([name, digests]) => [plan.phases.get(name)?.name ?? name, digests])),
    ...Object.fromEntries(Object.entries(observed).filter(([name]) => !former.has(name))),
  };
}

/**
 * To be called before a run changes or deletes an object of its resource. One that another phase made changes what that phase left behind:
 * the record is marked before that happens, in one more write of the status, so that a kill in between is not taken for drift. At the end
 * of the run the record is made anew. Throws {@link RunOutdated} where another write of the status came first.
 */
export async function announce(run: Run, type: ResourceType, { metadata }: KubernetesObject): Promise<void> {
  const { plan, marks } = run.environment;
  const made = plan.phases.get(metadata.annotations?.[marks.phase] ?? '');
  if (!made || made === run.phase || run.phase === plan.finalizer?.phase) return;
  run.state.takesFrom(made.name);
  // A worker may change several objects at once, and each write has to find the revision that the one before it left.
  const marked = (run.announced.ended ?? Promise.resolve()).then(() => mark(run, made, type));
  run.announced.ended = marked.catch(() => undefined);
  await marked;
}

async function mark(run: Run, made: Phase, type: ResourceType): Promise<void> {
  const observed = recordOf(run);
  const digests = observed[made.name] ?? {};
  const keys = [...made.outputs].filter(
    ([key, output]) =>
      resourceName(output.type) === resourceName(type) && digests[key] !== undefined && digests[key] !== TAKING,
  );
  if (keys.length === 0) return;
  const taking = Object.fromEntries(keys.map(([key]) => [key, TAKING]));
  await write(run, { ...observed, [made.name]: { ...digests, ...taking } });
}

async function write(run: Run, record: ObservedOutputs): Promise<void> {
  const { client, plan } = run.environment;
  const { revision } = run.announced;
  const target = { type: plan.resource, name: run.resource.metadata.name, namespace: run.namespace };
  const operations = [
    { op: 'test', path: '/metadata/uid', value: run.uid },
    { op: 'test', path: '/status/revision', value: revision ?? storedRevision(run.resource) },
    // Who sets the phase by hand does not count revisions.
    { op: 'test', path: '/status/phase', value: statusOf(run.resource)?.phase ?? null },
    { op: 'add', path: '/status/revision', value: (revision ?? 0) + 1 },
    { op: 'add', path: '/status/observedOutputs', value: record },
  ] as const;
  try {
    const answer = await run.write(plan.resource, run.key, () =>
      client.jsonPatch(target, operations, { subresource: 'status', giveUp: run }),
    );
    run.announced.revision = revisionOf(answer);
    run.announced.record = record;
  } catch (error) {
    if (isStatus(error, 404)) throw new RunAborted();
    throw isStatus(error, 422) ? new RunOutdated() : error;
  }
}
