import { isNamespaceTerminating, isProgramFault, messageOf } from '../errors.ts';
import {
  BACKOFF,
  DONE,
  FAILED,
  REQUEUE,
  type Reconciler,
  type ReconcileRequest,
  type ReconcileResult,
} from '../controller/reconciler.ts';
import { Endings, type Ending } from '../controller/ending.ts';
import type { Cache } from '../cache/cache.ts';
import type { KubernetesObject } from '../kube/types.ts';
import type { Phase } from '../plan.ts';
import { statusOf, type Transition } from './status.ts';
import type { Environment } from './environment.ts';
import { isLasting, isTransient, reasonOf, WorkerFailure } from './failures.ts';
import { addFinalizer, finalize, hasFinalizer, tellOfFormerFinalizer } from './finalizer.ts';
import { Tracker } from '../reads/tracker.ts';
import { tellOfUnlisted, unlistedKinds } from './kind-availability.ts';
import { compareWithRecord, seeToDrift, tellOfUnrepaired } from './drift.ts';
import { observeOutputs } from './observed-outputs.ts';
import { isKept, tellOfAbsent, tellOfKept } from './patches/standing.ts';
import { setsFields } from './patches/write.ts';
import { checkResult, type CheckedResult } from './result.ts';
import { Run, RunAborted, RunOutdated, type RunFacts } from './run.ts';
import type { Standing } from './conditions.ts';
import { syncSpan } from './spans.ts';
import { SyncIds } from './sync-ids.ts';
import { cyclingStanding, ignoresSpec, restingStanding } from './standings.ts';
import { tellOfStorm } from './storms.ts';
import { withoutSecrets } from './without-secrets.ts';
import { writeStatus } from './status-write.ts';
import { isOurs } from './wakes.ts';
import { callWorker } from './worker-run.ts';
import { writeOutputs } from './write-outputs.ts';

/**
 * The phase machine: what a resource's sync does, top to bottom.
 *
 * 1. Take the resource from the cache. Gone: forget it. Being deleted: the finalizer, and nothing else.
 * 2. Find its phase. None: the initial one. Unknown: say so and stop.
 * 3. A final phase has no worker; a changed spec or a drifted output may lead out of it.
 * 4. Wait until all that the phase reads and writes has been listed.
 * 5. Call the worker, check its result whole, write outputs and patches, prune and give up what is not returned, write the status.
 *
 * A kill between any two writes leaves something that the next sync finishes.
 */
export class Scheduler implements Reconciler {
  readonly #environment: Environment;
  /** Resources whose phase waits for a kind to be listed. */
  readonly #waiting = new Set<string>();
  /** Resources that do not wait, of which some outputs could not be compared: their kind is not installed. */
  readonly #incomplete = new Set<string>();
  readonly #ids = new SyncIds();
  readonly #endings = new Endings();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** How many resources wait for a kind to be listed. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Those that waited for caches, to be looked at again since one was listed. */
  takeWaiting(): readonly string[] {
    const waiting = [...this.#waiting.union(this.#incomplete)];
    this.#waiting.clear();
    this.#incomplete.clear();
    return waiting;
  }

  /** As after a restart: nothing is remembered. Others may have worked on the resources since. */
  reset(): void {
    const { states, views, caches } = this.#environment;
    this.#waiting.clear();
    this.#incomplete.clear();
    states.reset([...views.resources.entries()].filter(({ key }) => isOurs(key, this.#environment)));
    for (const { interests } of caches.all()) interests.clear();
  }

  async reconcile({ key, signal: stopping }: ReconcileRequest): Promise<ReconcileResult> {
    const { plan, views, states, caches, tracing } = this.#environment;
    this.#waiting.delete(key);
    this.#incomplete.delete(key);
    if (!views.resources.synced) {
      this.#waiting.add(key);
      return DONE;
    }
    const entry = views.resources.get(key);
    if (!entry) {
      states.delete(key);
      new Tracker(key).replaceEarlierReads(caches.all());
      return DONE;
    }
    const state = states.of(entry);
    const running = this.#endings.begin(stopping);
    state.running = running;
    const facts = { environment: this.#environment, key, resource: entry.object, state, sync: this.#ids.next() };
    const phase = this.#phaseOf(entry.object) ?? plan.initial;
    try {
      states.syncs(state);
      const result = tracing.on
        ? await syncSpan(facts, phase.name, () => this.#sync(facts, running))
        : await this.#sync(facts, running);
      tellOfStorm(facts, phase, result);
      return result;
    } catch (error) {
      if (error instanceof RunAborted || isNamespaceTerminating(error)) return DONE;
      if (stopping.aborted) throw error;
      return this.#failUntold(new Run({ ...facts, phase }, running), error);
    } finally {
      state.running = undefined;
      state.trim();
      this.#endings.delete(stopping, running);
    }
  }

  async #sync(facts: Omit<RunFacts, 'phase'>, ending: Ending): Promise<ReconcileResult> {
    const { plan, metrics, clock } = this.#environment;
    if (facts.resource.metadata.deletionTimestamp !== undefined) {
      if (!plan.finalizer) return tellOfFormerFinalizer(new Run({ ...facts, phase: plan.initial }, ending));
      return this.#finalize(new Run({ ...facts, phase: plan.finalizer.phase }, ending));
    }
    const phase = this.#phaseOf(facts.resource);
    if (!phase) return this.#stopAtUnknownPhase(new Run({ ...facts, phase: plan.initial }, ending));
    const pause = facts.state.cycles.pause(clock.monotonic());
    // Woken by what it wrote itself.
    if (pause > 0) return { outcome: 'later', after: pause };
    const run = new Run({ ...facts, phase }, ending);
    const compared = compareWithRecord(run);
    if (compared === 'missing') this.#incomplete.add(run.key);
    if (compared === 'waits') {
      this.#waiting.add(run.key);
      return DONE;
    }
    const repairing = seeToDrift(run);
    if (repairing) return this.#transition(run, repairing, 'OutputDrifted');
    if (phase.final) return this.#rest(run);
    const unlisted = unlistedKinds(run);
    if (unlisted.length > 0) return this.#wait(run, unlisted);
    const started = clock.monotonic();
    try {
      const result = await this.#runPhase(run);
      run.state.serverErrors = 0;
      return result;
    } catch (error) {
      if (error instanceof RunAborted || isNamespaceTerminating(error)) {
        metrics.synced(phase.name, 'aborted');
        throw error;
      }
      // Whatever a run that was given up fails at is no news: of a replica that does not lead any more, any request.
      if (ending.isOver) {
        metrics.synced(phase.name, 'aborted');
        throw new RunAborted();
      }
      if (error instanceof RunOutdated) {
        metrics.statusConflict(phase.name);
        metrics.synced(phase.name, 'lost');
        return REQUEUE;
      }
      metrics.synced(phase.name, 'failed');
      // Whatever it was: a kind of the phase went away meanwhile, and all is done over once it is back.
      const missing = unlistedKinds(run).filter(({ isKindMissing }) => isKindMissing);
      if (missing.length > 0) return this.#wait(run, missing);
      return await this.#fail(run, error);
    } finally {
      metrics.syncTook(phase.name, (clock.monotonic() - started) / 1000);
    }
  }

  /** The end of a resource, once all kinds that it needs have been listed: an unlisted one looks as if there were nothing to do. */
  async #finalize(run: Run): Promise<ReconcileResult> {
    if (!hasFinalizer(run)) return DONE;
    const unlisted = unlistedKinds(run);
    return unlisted.length > 0 ? this.#wait(run, unlisted) : finalize(run);
  }

  /** To be looked at again when a kind was listed. */
  #wait(run: Run, unlisted: readonly Cache[]): Promise<ReconcileResult> {
    this.#waiting.add(run.key);
    return tellOfUnlisted(run, unlisted);
  }

  /** No phase yet: the initial one. A former name counts. Undefined: there is no such phase. */
  #phaseOf(resource: KubernetesObject): Phase | undefined {
    const { plan } = this.#environment;
    const name = statusOf(resource)?.phase;
    return name === undefined || name === '' ? plan.initial : plan.phases.get(name);
  }

  /** An unknown phase is never taken for the initial one: that would do everything over. */
  async #stopAtUnknownPhase(run: Run): Promise<ReconcileResult> {
    const { events } = this.#environment;
    const name = statusOf(run.resource)?.phase ?? '';
    const message = `status.phase is ${JSON.stringify(name)}, which this operator does not have. Set it to one that it has, or give a phase \`renamedFrom: ${name}\`.`;
    const standing: Standing = { is: 'stalled', reason: 'UnknownPhase', message };
    const written = await writeStatus(run, { phase: name, standing });
    if (written === 'written')
      events.warn({ resource: run.resource, reason: 'UnknownPhase', action: 'Sync', note: message });
    return written === 'lost' ? REQUEUE : FAILED;
  }

  /** A final phase: nothing is read and nothing done, but a change of the spec is answered, and conditions that are wrong put right. */
  async #rest(run: Run): Promise<ReconcileResult> {
    const { plan, caches } = this.#environment;
    new Tracker(run.key).replaceEarlierReads(caches.all());
    const observed = statusOf(run.resource)?.observedGeneration === run.resource.metadata.generation;
    if (!observed && plan.onSpecChange && plan.onSpecChange !== run.phase)
      return this.#transition(run, plan.onSpecChange, 'SpecChanged');
    const atRest = restingStanding(run);
    const ignoring = atRest.is === 'resting' && (!observed || ignoresSpec(run.resource));
    const standing: Standing = ignoring ? { is: 'ignoring' } : atRest;
    const written = await writeStatus(run, { phase: run.phase.name, standing });
    return written === 'lost' ? REQUEUE : this.#later(run, []);
  }

  async #runPhase(run: Run): Promise<ReconcileResult> {
    const { plan, caches, metrics } = this.#environment;
    const { phase } = run;
    if (!phase.worker) return DONE;
    if (plan.finalizer?.always && !hasFinalizer(run)) await addFinalizer(run);
    const tracker = new Tracker(run.key);
    let returned: unknown;
    try {
      returned = await callWorker(phase.worker, run, tracker);
    } catch (error) {
      throw isEndOfRun(error) ? error : new WorkerFailure(error);
    }
    const result = checkResult(returned, phase, plan, run.namespace);
    // Before anything is written: what only an earlier run read is no reason to run again for one's own writes.
    tracker.replaceEarlierReads(caches.all());
    if (setsFields(result.patches) && !hasFinalizer(run)) await addFinalizer(run);
    const absent = await writeOutputs(run, result, tracker);
    if (absent.length > 0) {
      const written = await tellOfAbsent(run, absent);
      metrics.synced(phase.name, written === 'lost' ? 'lost' : 'stayed');
      return written === 'lost' ? REQUEUE : this.#again(run, result.requeueAfter);
    }
    tellOfUnrepaired(run);
    if (result.phase !== phase) return this.#transition(run, result.phase, 'WorkerResult', result.status);
    const observedOutputs = observeOutputs(run, false);
    const written = await writeStatus(run, {
      phase: phase.name,
      standing: restingStanding(run),
      user: result.status,
      observedOutputs,
    });
    metrics.synced(phase.name, written === 'lost' ? 'lost' : 'stayed');
    if (written === 'lost') return REQUEUE;
    return this.#again(run, result.requeueAfter);
  }

  /** Records that the resource goes to another phase, and runs that at once. */
  async #transition(
    run: Run,
    to: Phase,
    because: Transition['reason'],
    user?: CheckedResult['status'],
  ): Promise<ReconcileResult> {
    const { metrics, clock, events } = this.#environment;
    const { cycles } = run.state;
    // Nobody works in a final phase: what comes back to it has come to rest.
    const cycling = !to.final && cycles.closes(run.phase.name, to.name);
    const standing: Standing = to.final
      ? restingStanding(run)
      : cycling
        ? cyclingStanding(run.phase, to)
        : { is: 'progressing' };
    const observedOutputs = observeOutputs(run, true);
    const written = await writeStatus(run, { phase: to.name, standing, user, entering: to, because, observedOutputs });
    metrics.synced(run.phase.name, written === 'lost' ? 'lost' : 'transition');
    if (written === 'lost') return REQUEUE;
    metrics.transition(run.phase.name, to.name);
    run.logger.info({ from: run.phase.name, to: to.name }, `${run.phase.name} → ${to.name}`);
    if (standing.is === 'stalled' && cycling)
      events.warn({ resource: run.resource, reason: standing.reason, action: 'Sync', note: standing.message });
    if (to.final) {
      // Only what comes from outside leads out of it, and then no circle is closed.
      cycles.changed();
      return this.#later(run, []);
    }
    const pause = cycles.took(run.phase.name, to.name, clock.monotonic());
    return pause > 0 ? { outcome: 'later', after: pause } : REQUEUE;
  }

  /** When a phase that stayed is run again though nothing changes. */
  #again(run: Run, requeueAfter: number | undefined): ReconcileResult {
    const { workInterval, random, clock } = this.#environment;
    const interval = workInterval();
    const jittered = interval === undefined ? undefined : interval * (1 + random() / 10);
    const waits = [requeueAfter, run.phase.interval, jittered].filter((wait) => wait !== undefined);
    if (waits.length > 0) run.state.cycles.asksAgainAt(clock.monotonic() + Math.min(...waits));
    return this.#later(run, waits);
  }

  /** After the shortest of these times, or when what others keep taking is to be looked at again. */
  #later({ state }: Run, waits: readonly number[]): ReconcileResult {
    const look = state.contests.nextLook(this.#environment.clock.monotonic());
    const all = look === undefined ? waits : [...waits, look];
    return all.length > 0 ? { outcome: 'later', after: Math.min(...all) } : DONE;
  }

  /**
   * A failed run harms its own resource only: one condition, one event, and it is tried again with backoff. What the network or a busy
   * server did is no news about the resource, and is logged only, unless the server keeps failing at it.
   */
  async #fail(run: Run, error: unknown): Promise<ReconcileResult> {
    const { events, metrics, tracing } = this.#environment;
    if (isTransient(error) && !isLasting(run, error)) return this.#failUntold(run, error);
    if (isKept(error)) {
      const written = await tellOfKept(run, error);
      return written === 'lost' ? REQUEUE : this.#again(run, undefined);
    }
    const cause = withoutSecrets(run, error instanceof WorkerFailure ? error.cause : error);
    const reason = reasonOf(error);
    const message = messageOf(cause);
    if (isProgramFault(error)) metrics.controller.fault('panic');
    run.logger.error({ reason, err: cause }, message);
    tracing.failed(cause);
    events.warn({ resource: run.resource, reason, action: 'Sync', note: message });
    await writeStatus(run, { phase: run.phase.name, standing: { is: 'failing', reason, message } });
    return BACKOFF;
  }
  /** What is no news about the resource, and is tried again with backoff. */
  #failUntold(run: Run, thrown: unknown): ReconcileResult {
    const { metrics, tracing } = this.#environment;
    if (isProgramFault(thrown)) metrics.controller.fault('panic');
    const error = withoutSecrets(run, thrown);
    run.logger.error({ err: error }, `sync failed: ${messageOf(error)}`);
    tracing.failed(error);
    return BACKOFF;
  }
}

/** What a worker lets pass of its client that is no failure of its own. */
function isEndOfRun(error: unknown): boolean {
  return error instanceof RunAborted || error instanceof RunOutdated || isNamespaceTerminating(error);
}
