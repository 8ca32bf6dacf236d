import type { Change } from '../../cache/cache.ts';
import type { Entry } from '../../cache/store.ts';
import { patchingUid } from '../../kube/patch-manager.ts';
import type { ManagedFieldsEntry, ResourceType } from '../../kube/types.ts';
import { lossesOf, type Loss } from '../contests.ts';
import type { Environment } from '../environment.ts';
import { leavesOf, lostOf } from '../fields.ts';
import { outputId } from '../output-id.ts';
import type { ResourceState } from '../resource-state.ts';
import type { Run } from '../run.ts';
import type { Woken } from '../wakes.ts';
import { fieldsOfManager, versionOf } from './apply.ts';
import { managerOf, patchId } from './body.ts';

/**
 * From what changes in patched objects to the resources that patch them: fields of ours that somebody took or removed, objects that are
 * gone, and objects whose change may let us give up what could not be given up. Nothing else about them wakes anybody. A patch of one
 * resource that takes fields of another's wakes that one. To be called once, before the caches start.
 */
export function wakeOnPatchedObjects(environment: Environment, { isWorking, wake }: Woken): void {
  const { plan, views, states } = environment;
  const types = new Map([...plan.patches.values()].map((type) => [views.patch(type), type]));
  for (const [cache, type] of types) {
    cache.onChange(({ key, old, current, managers }) => {
      // Until it has caught up it tells what the operator did itself, by another process.
      if (!isWorking() || (cache.listed && !cache.synced)) return;
      for (const patch of old?.patches ?? []) {
        const uid = patchingUid(patch.manager ?? '', plan.name);
        const owner = uid === undefined ? undefined : states.keyOf(uid);
        const state = owner === undefined ? undefined : states.get(owner);
        if (owner === undefined || !state || !old) continue;
        const change = { key, old, current, managers };
        if (concerns(environment, state, type, change, patch)) wake(owner);
      }
    });
  }
}

/** A change of a patched object. */
interface PatchedChange extends Pick<Change, 'key' | 'current' | 'managers'> {
  readonly old: Entry;
}

/** A field that is taken again and again is set with growing pauses. */
function tellOfContest(
  { views, states, clock, events }: Environment,
  state: ResourceState,
  object: string,
  loss: Loss,
): void {
  const note = state.loses(object, loss, clock.monotonic());
  const resource = views.resources.get(states.keyOf(state.uid) ?? '')?.object;
  if (note !== undefined && resource) events.warn({ resource, reason: 'Contested', action: 'Sync', note });
}

function concerns(
  environment: Environment,
  state: ResourceState,
  type: ResourceType,
  { key, old, current, managers }: PatchedChange,
  patch: ManagedFieldsEntry,
): boolean {
  const { plan } = environment;
  const { uid, patches: memory } = state;
  const { manager = '' } = patch;
  const { group } = plan.resource;
  const patchKey = [...plan.patches.keys()].find(
    (each) => managerOf({ operator: plan.name, group, uid, patchKey: each }) === manager,
  );
  if (patchKey === undefined) return false;
  const id = patchId(type, key, manager);
  const drift = { patchKey, output: outputId(type, key), object: `${type.kind} ${key}`, phase: memory.phaseOf(id) };
  if (!current || current.uid !== old.uid) {
    memory.forget(id);
    memory.drifted({ ...drift, change: 'gone' });
    return true;
  }
  const before = fieldsOfManager(old.patches, manager);
  const leaves = memory.heldLeaves(id) ?? before.flatMap((fields) => leavesOf(fields));
  const after = fieldsOfManager(current.patches, manager);
  const lost = lostOf(leaves, before, after);
  if (lost.length > 0) {
    for (const loss of lossesOf(lost, managers?.entries ?? [])) tellOfContest(environment, state, drift.output, loss);
    memory.drifted({ ...drift, change: 'lost fields' });
    return true;
  }
  const kept = memory.kept(id);
  return kept !== undefined && kept.version !== versionOf(current.object);
}

/**
 * Hands drift of patches on to where drift is seen to. What the present phase patches, it repairs by running; else it is as with outputs
 * of an earlier phase. That an object of somebody else's is gone is no news to tell, but a phase for repairs may know what to do.
 */
export function seeToPatchDrift({ state, phase, environment: { plan, metrics } }: Run): void {
  for (const { patchKey, output, object, change, phase: made } of state.takePatchDrifts()) {
    if (phase.patches.has(patchKey)) {
      if (change === 'lost fields') metrics.drift(phase.name, true);
      continue;
    }
    if (change === 'gone' && !plan.onOutputDrift) continue;
    const declaring = [...plan.phases.values()].filter(({ patches }) => patches.has(patchKey));
    const what = change === 'gone' ? `${object} is gone` : `Fields of ${object} were taken or removed by somebody else`;
    state.drifted(made ?? declaring.at(-1)?.name ?? phase.name, what, output);
  }
}
