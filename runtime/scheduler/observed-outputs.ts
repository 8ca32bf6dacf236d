import { hash } from 'node:crypto';
import type { Entry } from '../cache/store.ts';
import type { ResourceType } from '../kube/types.ts';
import type { Phase } from '../plan.ts';
import type { Environment } from './environment.ts';
import { recordOf, TAKING, type ObservedOutputs } from './outputs-record.ts';
import { appliedLeaves } from './own-fields.ts';
import { changedPatches, patchesRecord, withoutPatchesOf } from './patches/record.ts';
import type { Run } from './run.ts';

/*
 * What a phase left behind when its resource went on: by output key, a digest of the objects that are the resource's. It is written with
 * the transition, so that drift which happens while the operator is down is found after a restart: nothing else remembers that an object
 * existed which is gone.
 *
 * A digest covers which objects there are, their bodies' hashes, and the leaves of our `Apply` entries. Not noticed: leaves lost from an
 * object that was only ever created, since an `Update` entry also holds fields that the server filled in.
 */

/** Recorded for a phase of which drift is known and not seen to: it fits nothing. */
const DRIFTED = 'drifted';

/**
 * What to record as a run ends: of its phase when the resource leaves it, of phases whose objects it took over, and of all earlier ones
 * where it is the phase for repairs. What that one leaves as it is, is no drift that would bring it here again after each restart.
 * Undefined where nothing is to be recorded.
 */
export function observeOutputs(run: Run, leaving: boolean): ObservedOutputs | undefined {
  const { environment, phase, state } = run;
  const observed = recordOf(run);
  const owned = ownedBy(run);
  const fresh = new Set(state.tookFrom);
  if (leaving) fresh.add(phase.name);
  for (const name in observed) if (isTaken(observed[name])) fresh.add(name);
  const names = [...fresh];
  if (phase === environment.plan.onOutputDrift)
    names.push(...Object.keys(observed).filter((name) => name !== phase.name && !fresh.has(name)));
  let record: Record<string, Readonly<Record<string, string>>> | undefined;
  for (const name of names) {
    const of = environment.plan.phases.get(name);
    if (!of || (of.outputs.size === 0 && of.patches.size === 0 && !(name in observed))) continue;
    const before = fresh.has(name) ? undefined : (observed[name] ?? {});
    const digests: Record<string, string> = { ...before };
    for (const [key, { type }] of of.outputs) {
      // Of an earlier phase: what is recorded and has been listed.
      if (before && (before[key] === undefined || !environment.views.output(type).synced)) continue;
      const found = madeBy(of, owned(type), environment);
      digests[key] = state.drifts.has(name) ? DRIFTED : digestOf(environment, found);
    }
    const isLeft = name === phase.name && leaving;
    const patches = patchesRecord(run, of, observed[name] ?? {}, isLeft || before !== undefined);
    record ??= { ...observed };
    record[name] = { ...digests, ...patches };
  }
  return record && leaving ? withoutPatchesOf(phase, record) : record;
}

/** Whether objects of the phase were being taken when a run ended before its time. */
function isTaken(digests: ObservedOutputs[string] = {}): boolean {
  for (const key in digests) if (digests[key] === TAKING) return true;
  return false;
}

/**
 * Compares what earlier phases left behind with what is there now. Returns the first phase of which something is missing or changed;
 * undefined where all is as it was, `waits` where a kind has not been listed yet, `missing` where all is but for kinds that are not
 * installed. Outputs that the operator no longer declares are not looked at.
 */
export function driftedPhase(
  run: Run,
): { readonly phase: Phase; readonly key: string } | 'waits' | 'missing' | undefined {
  let isMissing = false;
  const { plan } = run.environment;
  const owned = ownedBy(run);
  for (const [name, digests] of Object.entries(recordOf(run))) {
    const phase = plan.phases.get(name);
    if (!phase || phase === run.phase) continue;
    const found = changedOutput(run, phase, digests, owned);
    if (found === 'waits') return found;
    if (found === 'missing') isMissing = true;
    else if (found) return { phase, ...found };
  }
  return isMissing ? 'missing' : undefined;
}

/** Whether the phase for repairs leaves drift of this phase as it is. Objects that it took over are seen to. */
export function isUnrepaired(run: Run, name: string): boolean {
  const phase = run.environment.plan.phases.get(name);
  const digests = recordOf(run)[name];
  if (!phase || !digests || run.state.tookFrom.has(name)) return false;
  return typeof changedOutput(run, phase, digests, ownedBy(run)) === 'object';
}

function changedOutput(
  run: Run,
  phase: Phase,
  digests: Readonly<Record<string, string>>,
  owned: (type: ResourceType) => readonly Entry[],
): { readonly key: string } | 'waits' | 'missing' | undefined {
  const { environment } = run;
  let isMissing = false;
  for (const [key, { type }] of phase.outputs) {
    const recorded = digests[key];
    // Of what was being taken when the operator was killed, the phase that took it makes the record anew.
    if (recorded === undefined || recorded === TAKING) continue;
    const cache = environment.views.output(type);
    // What cannot exist any more holds up no phase that does without it.
    if (cache.isKindMissing) isMissing = true;
    else if (!cache.synced) return 'waits';
    else if (digestOf(environment, madeBy(phase, owned(type), environment)) !== recorded) return { key };
    else expectEnds(run, phase, owned(type));
  }
  const patches = changedPatches(run, phase, digests);
  return patches ?? (isMissing ? 'missing' : undefined);
}

/** The resource's objects of a kind, looked for once, however many phases are compared. */
function ownedBy(run: Run): (type: ResourceType) => readonly Entry[] {
  const found = new Map<ResourceType, readonly Entry[]>();
  return (type) => {
    const owned = found.get(type) ?? run.owned(type);
    found.set(type, owned);
    return owned;
  };
}

/** What is being deleted is none that is left behind: nobody is to miss it once its finalizers let it go. Nor are others' copies. */
function madeBy(phase: Phase, owned: readonly Entry[], { marks }: Environment): readonly Entry[] {
  return owned.filter(
    ({ isOurs, object: { metadata } }) =>
      isOurs && metadata.deletionTimestamp === undefined && phase.names.has(metadata.annotations?.[marks.phase] ?? ''),
  );
}

/** What is not on record, since it was being deleted by then, is not missed when it goes. */
function expectEnds({ state, environment: { marks } }: Run, phase: Phase, owned: readonly Entry[]): void {
  for (const { uid, object } of owned) {
    const { deletionTimestamp, annotations } = object.metadata;
    if (deletionTimestamp !== undefined && phase.names.has(annotations?.[marks.phase] ?? '')) state.expectsEnd(uid);
  }
}

function digestOf({ marks }: Environment, entries: readonly Entry[]): string {
  const texts = entries.map((entry) =>
    JSON.stringify([entry.key, entry.object.metadata.annotations?.[marks.applied], appliedLeaves(entry)]),
  );
  return hash('sha256', texts.join(''), 'hex').slice(0, 16);
}
