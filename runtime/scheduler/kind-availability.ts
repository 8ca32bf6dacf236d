import type { Cache } from '../cache/cache.ts';
import { DONE, REQUEUE, type ReconcileResult } from '../controller/reconciler.ts';
import { resourceName } from '../kube/paths.ts';
import type { Finalizer, Plan } from '../plan.ts';
import type { Standing } from './conditions.ts';
import type { Views } from './environment.ts';
import type { Run } from './run.ts';
import { writeStatus } from './status-write.ts';
import { statusOf } from './status.ts';

/** What the run's phase reads or writes and has not been listed: a cache that is not complete looks empty, and then things are pruned. */
export function unlistedKinds({ phase, environment: { views, plan } }: Run): readonly Cache[] {
  const inputs = [...phase.inputs.values()].map((input) => views.input(input));
  const outputs = [...phase.outputs.values()].map(({ type }) => views.output(type));
  const patches = [...phase.patches.values()].map(({ type }) => views.patch(type));
  // Of a kind that is not installed there is nothing left to delete, and nothing to give up.
  const left = phase === plan.finalizer?.phase ? leftBehind(plan.finalizer, plan, views) : [];
  const there = left.filter((cache) => !cache.isKindMissing);
  return [...new Set([...inputs, ...outputs, ...patches, ...there])].filter((cache) => !cache.synced);
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
