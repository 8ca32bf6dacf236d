import type { Cache } from '../cache/cache.ts';
import { DONE, REQUEUE, type ReconcileResult } from '../controller/reconciler.ts';
import { resourceName } from '../kube/paths.ts';
import type { Finalizer, Phase, Plan } from '../plan.ts';
import type { Standing } from './conditions.ts';
import type { Environment, Views } from './environment.ts';
import type { Run } from './run.ts';
import { writeStatus } from './status-write.ts';
import { statusOf } from './status.ts';

/** What the run's phase reads or writes and has not been listed: a cache that is not complete looks empty, and then things are pruned. */
export function unlistedKinds({ phase, environment: { views, plan } }: Run): readonly Cache[] {
  // Of a kind that is not installed there is nothing left to delete, and nothing to give up.
  if (phase !== plan.finalizer?.phase) return cachesOf(phase, views).filter((cache) => !cache.synced);
  const there = leftBehind(plan.finalizer, plan, views).filter((cache) => !cache.isKindMissing);
  return [...new Set([...cachesOf(phase, views), ...there])].filter((cache) => !cache.synced);
}

/** Asked for by each sync, and the same for as long as the views are. */
const known = new WeakMap<Views, Map<Phase, readonly Cache[]>>();

/** What a phase reads and writes, each once. */
function cachesOf(phase: Phase, views: Views): readonly Cache[] {
  const phases = known.get(views) ?? new Map<Phase, readonly Cache[]>();
  known.set(views, phases);
  let caches = phases.get(phase);
  if (!caches) {
    const { inputs, outputs, patches } = phase;
    const all = [
      ...Array.from(inputs.values(), (input) => views.input(input)),
      ...Array.from(outputs.values(), ({ type }) => views.output(type)),
      ...Array.from(patches.values(), ({ type }) => views.patch(type)),
    ];
    caches = [...new Set(all)];
    phases.set(phase, caches);
  }
  return caches;
}

/**
 * Wakes the resources that rest in a phase whose kinds include one that has just gone: they say so at once, and not at their next run.
 * To be called once, before the caches start.
 */
export function wakeOnMissingKinds({ plan, views, states }: Environment, wake: (key: string) => void): void {
  const users = new Map<Cache, Set<Phase>>();
  for (const phase of plan.phases.values())
    for (const cache of cachesOf(phase, views)) users.set(cache, (users.get(cache) ?? new Set()).add(phase));
  for (const [cache, phases] of users) {
    cache.onMissing(() => {
      for (const { key, object } of views.resources.entries()) {
        const phase = plan.phases.get(statusOf(object)?.phase ?? '');
        // The cache may be one that some phase needs for more: what the operator does not work on has no state.
        if (phase && phases.has(phase) && states.get(key)) wake(key);
      }
    });
  }
}

/** Where the operator itself has something to do as a resource goes. */
function leftBehind({ unowned }: Finalizer, { patches }: Plan, views: Views): readonly Cache[] {
  return [
    ...[...unowned.values()].map(({ type }) => views.output(type)),
    ...[...patches.values()].map((type) => views.patch(type)),
  ];
}

/** Says in the resource's conditions what keeps its phase waiting. A list that just takes its time is no news. */
export async function tellOfUnlisted(run: Run, unlisted: readonly Cache[]): Promise<ReconcileResult> {
  const standing = standingOf(run, unlisted);
  if (!standing) return DONE;
  // While the finalizer waits, the resource is in the phase that it was in.
  const isPhase = run.phase !== run.environment.plan.finalizer?.phase;
  const phase = isPhase ? run.phase.name : (statusOf(run.resource)?.phase ?? run.environment.plan.initial.name);
  const written = await writeStatus(run, { phase, standing });
  return written === 'lost' ? REQUEUE : DONE;
}

function standingOf({ phase, environment }: Run, unlisted: readonly Cache[]): Standing | undefined {
  const who = phase === environment.plan.finalizer?.phase ? 'The finalizer' : `Phase ${phase.name}`;
  const namesOf = (caches: readonly Cache[]): string =>
    [...new Set(caches.map(({ selection }) => resourceName(selection.type)))].join(', ');
  const missing = unlisted.filter((cache) => cache.isKindMissing);
  if (missing.length > 0) {
    const message = `${who} waits for kinds that are not installed in the cluster: ${namesOf(missing)}.`;
    return { is: 'failing', reason: 'InputKindMissing', message };
  }
  const forbidden = unlisted.filter((cache) => cache.isForbidden);
  if (forbidden.length === 0) return undefined;
  const message = `${who} waits for kinds that the operator may not list and watch: ${namesOf(forbidden)}. Its role is not the one that \`ap generate\` wrote for this version.`;
  return { is: 'failing', reason: 'InputForbidden', message };
}
