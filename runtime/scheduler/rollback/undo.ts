import { isStatus, messageOf } from '../../errors.ts';
import { keyOf, splitKey } from '../../kube/paths.ts';
import type { KubernetesObject } from '../../kube/types.ts';
import { isTransient } from '../failures.ts';
import { apply, callOptions, create, deleteOutput, ownership } from '../outputs.ts';
import { giveUp } from '../patches/apply.ts';
import { RunAborted, type Run } from '../run.ts';
import { formerBody } from './former-body.ts';
import type { Change, ChangedOutput, Journal, SetPatch } from './journal.ts';

/**
 * Undoes what a run has written, the last first: what it made is deleted, what it changed gets our former body back, and what it patched
 * is given up. Returns what could not be undone, and why; that is tried again when the phase is. Best effort: an operator that is killed,
 * or stops, leaves things as they are by then.
 */
export async function undo(run: Run, journal: Journal): Promise<readonly string[]> {
  const kept: string[] = [];
  // What undoing writes is nothing to be undone.
  run.journal = undefined;
  for (const change of journal.backwards()) {
    const name = `${change.type.kind} ${change.key}`;
    try {
      const reason = change.is === 'patch' ? await undoPatch(run, change) : await undoOutput(run, change);
      if (reason === undefined) {
        journal.undone(change);
        run.environment.metrics.output(run.phase.name, 'rolled_back');
      } else kept.push(`${name}: ${reason}`);
    } catch (error) {
      if (error instanceof RunAborted) throw error;
      kept.push(`${name}: ${messageOf(error)}`);
      // The others would fail just like it.
      if (isTransient(error)) break;
    }
  }
  return kept;
}

async function undoPatch(run: Run, { type, key, manager }: SetPatch): Promise<string | undefined> {
  const entry = run.environment.views.patch(type).get(key);
  return entry && giveUp(run, type, entry, manager);
}

/** Looks first at what is there: of a request that was not answered nobody knows what became. */
async function undoOutput(run: Run, change: ChangedOutput): Promise<string | undefined> {
  const { type, key, before } = change;
  const live = await liveObject(run, change);
  const isOurs = live !== undefined && ownership(run, live) === 'ours';
  if (!before) {
    if (isOurs) await deleteOutput(run, type, key, live.metadata.uid ?? '');
    return undefined;
  }
  const former = formerBody(type, before, run.environment.marks.applied);
  const wasOurs = ownership(run, before.object) === 'ours';
  if (live?.metadata.uid === before.uid) {
    if (!isOurs) return undefined;
    await apply(run, former, before);
    if (!wasOurs) run.state.forgetOutput(type, key);
    return undefined;
  }
  // It was deleted to be made anew: by us, unless another stands there by now. What had been adopted only, somebody else has deleted.
  if (live && !isOurs) return wasOurs ? 'there is another of its name' : undefined;
  if (live) await deleteOutput(run, type, key, live.metadata.uid ?? '');
  if (wasOurs) await create(run, former);
  return undefined;
}

async function liveObject(run: Run, { type, key }: Change): Promise<KubernetesObject | undefined> {
  const ref = { type, ...splitKey(key) };
  try {
    const live = await run.read(ref, callOptions(run, type));
    return keyOf(live) === key ? live : undefined;
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}
