import { isDeepStrictEqual } from 'node:util';
import type { Entry } from '../cache/store.ts';
import { isStatus } from '../errors.ts';
import { secondsTime } from '../kube/micro-time.ts';
import { compareResourceVersions } from '../kube/resource-version.ts';
import type { KubernetesObject } from '../kube/types.ts';
import type { Phase } from '../plan.ts';
import { conditionsFor, type Standing } from './conditions.ts';
import { OlderServer } from './failures.ts';
import type { ObservedOutputs } from './outputs-record.ts';
import { RunAborted, type Run } from './run.ts';
import { revisionOf, statusOf, statusPatch, type Transition } from './status.ts';

export interface StatusWrite {
  /** The name to record. */
  readonly phase: string;
  readonly standing: Standing;
  /** The user's part, replaced as a whole; undefined: unchanged. */
  readonly user?: Readonly<Record<string, unknown>> | undefined;
  /** The phase that conditions speak of; default: the run's. */
  readonly entering?: Phase;
  /** Why another phase is entered. */
  readonly because?: Transition['reason'] | undefined;
  /** What phases left behind; undefined: as it is. */
  readonly observedOutputs?: ObservedOutputs | undefined;
}

/**
 * Writes the status by compare-and-swap on its revision. `unchanged`: nothing was sent. `lost`: another write came first, and the caches
 * now have it; look again. Throws {@link RunAborted} where the resource has gone, which its watch will tell, and {@link OlderServer}.
 */
export async function writeStatus(run: Run, write: StatusWrite): Promise<'written' | 'unchanged' | 'lost'> {
  const { client, plan, views } = run.environment;
  const target = { type: plan.resource, name: run.resource.metadata.name, namespace: run.namespace };
  // The run's own finalizer write, or a foreign one, may be known by now; the fence is what the run was computed from.
  const resource = views.resources.get(run.key)?.object ?? run.resource;
  if (revisionOf(resource) !== run.announced.revision) return lost(run);
  const now = secondsTime(run.environment.clock.now());
  const patchOf = (current: KubernetesObject) => statusPatch(current, change(run, current, write, now));
  let operations = patchOf(resource);
  for (let attempt = 0; ; attempt += 1) {
    if (!operations) {
      recorded(run, write);
      return 'unchanged';
    }
    const sent = operations;
    try {
      const answer = await run.write(plan.resource, run.key, () =>
        client.jsonPatch(target, sent, { subresource: 'status', giveUp: run }),
      );
      if (write.user) tellOfDropped(run, run.state.reported.answered(write.user, answer));
      // Somebody set the phase by hand meanwhile, and left the revision as it was: its event is not going to tell.
      if (statusOf(answer)?.phase !== write.phase) return lost(run);
      recorded(run, write);
      return 'written';
    } catch (error) {
      if (isStatus(error, 404)) throw new RunAborted();
      if (!isStatus(error, 422) || attempt > 0) throw error;
      // Lost only if the server shows another revision, or a phase that was set by hand; else a member that the patch names was changed by somebody, or it is invalid.
      const fresh = await run.read(target).catch((failure: unknown) => {
        throw isStatus(failure, 404) ? new RunAborted() : failure;
      });
      // What the caches have would be lost again, at once, until they are as old.
      if (isNewer(views.resources.get(run.key), fresh)) throw new OlderServer();
      if (fresh.metadata.uid !== run.uid || revisionOf(fresh) !== run.announced.revision) return lost(run);
      if (statusOf(fresh)?.phase !== statusOf(run.resource)?.phase) return lost(run);
      operations = patchOf(fresh);
      // Nothing was in its way: the server finds it invalid, and would again.
      if (isDeepStrictEqual(operations, sent)) throw error;
    }
  }
}

function isNewer(known: Entry | undefined, { metadata: { resourceVersion = '' } }: KubernetesObject): boolean {
  return known !== undefined && compareResourceVersions(known.resourceVersion, resourceVersion) > 0;
}

function recorded({ state }: Run, { observedOutputs }: StatusWrite): void {
  if (observedOutputs) state.recorded();
}

/** What the CRD's schema does not have is written once, and told of each time that it is. */
function tellOfDropped({ environment, resource, phase, logger }: Run, dropped: readonly string[]): void {
  if (dropped.length === 0) return;
  const note = `The worker of phase ${phase.name} reported what the schema of the status does not have, and the server dropped it: ${dropped.join(', ')}. Declare it in spec.ts, and install the CRD.`;
  logger.warn(note);
  environment.events.warn({ resource, reason: 'StatusDropped', action: 'Sync', note });
}

function lost(run: Run): 'lost' {
  run.state.rate?.lostStatus();
  run.environment.metrics.statusConflict(run.phase.name);
  return 'lost';
}

function change(
  run: Run,
  resource: KubernetesObject,
  { phase, standing, user, entering, because, observedOutputs }: StatusWrite,
  now: string,
) {
  const status = statusOf(resource);
  // The generation that the worker saw: a spec changed in flight is not observed by it.
  const { generation } = run.resource.metadata;
  return {
    phase,
    observedGeneration: generation,
    conditions: conditionsFor(standing, entering ?? run.phase, generation, status?.conditions ?? [], now),
    observedOutputs,
    transitions:
      because === undefined
        ? undefined
        : pastOf(run, status?.transitions ?? [], { time: now, from: run.phase.name, to: phase, reason: because }),
    user: user && run.state.reported.isThere(user, resource) ? undefined : user,
  };
}

/** As many of the last transitions as are kept; undefined where there are none to keep, nor to take away. */
function pastOf(
  { environment }: Run,
  past: readonly Transition[],
  last: Transition,
): readonly Transition[] | undefined {
  const { transitions } = environment.plan;
  if (transitions > 0) return [...past, last].slice(-transitions);
  return past.length > 0 ? [] : undefined;
}
