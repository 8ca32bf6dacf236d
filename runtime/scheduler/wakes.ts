import { isDeepStrictEqual } from 'node:util';
import type { Change } from '../cache/cache.ts';
import type { Entry } from '../cache/store.ts';
import { splitKey } from '../kube/paths.ts';
import { compareResourceVersions } from '../kube/resource-version.ts';
import type { ResourceType } from '../kube/types.ts';
import { writtenKinds } from '../plan.ts';
import { lossesOf } from './contests.ts';
import type { Environment } from './environment.ts';
import { leavesOf, lostOf, type FieldPath } from './fields.ts';
import { wakeOnMissingKinds } from './kind-availability.ts';
import { outputId } from './output-id.ts';
import { fieldsOf } from './own-fields.ts';
import { wakeOnPatchedObjects } from './patches/wakes.ts';
import { statusOf } from './status.ts';
import type { Wake } from './sync-rate.ts';

export interface Woken {
  /** Whether this process works now. One that stands by takes what the leader does for somebody else's doing. */
  readonly isWorking: () => boolean;
  /** Takes the key of a resource that has to run. */
  readonly wake: (key: string) => void;
}

/**
 * From what changes in the caches to the resources that have to run: their own spec or deletion, what their last run read, and their
 * outputs that somebody else changed. To be called once, before the caches start.
 */
export function wakeOnChanges(environment: Environment, { isWorking, wake }: Woken): void {
  const { views, caches, plan, states } = environment;
  const wakes = (key: string, by: Wake, changed: string, writer?: string): void => {
    const state = states.get(key);
    // What another resource's sync wrote comes from outside too.
    if (key !== writer) state?.cycles.changed();
    state?.rate?.woken(by, changed, key !== writer);
    wake(key);
  };
  views.resources.onChange((change) => {
    if (isOurs(change.key, environment) && concernsItself(change, environment))
      wakes(change.key, RESOURCE, change.key, change.writer);
  });
  for (const cache of caches.all()) {
    const { kind } = cache.selection.type;
    const read: Wake = { cause: 'input', kind };
    const written: Wake = { cause: 'own_write', kind };
    cache.onChange(({ key, old, current, writer }) => {
      for (const reader of cache.interests.readersOf(key, old?.object, current?.object))
        wakes(reader, reader === writer ? written : read, key, writer);
    });
  }
  const others = { isWorking, wake: (key: string) => wakes(key, DRIFT, '') };
  wakeOnPatchedObjects(environment, others);
  wakeOnMissingKinds(environment, others.wake);
  for (const type of writtenKinds(plan)) {
    const cache = views.output(type);
    cache.onChange((change) => {
      // Until it has caught up it tells what the operator did itself, by another process. A list may tell of what happened while the kind
      // was not served, or could not be listed.
      if (isWorking() && !cache.isBehind && change.old) drifted(environment, type, change, change.old, others.wake);
    });
  }
}

const RESOURCE: Wake = { cause: 'resource' };
const DRIFT: Wake = { cause: 'output_drift' };

/** Whether the operator works on this resource: the cache may be one that some phase needs for more. */
export function isOurs(key: string, { plan, watchNamespace }: Pick<Environment, 'plan' | 'watchNamespace'>): boolean {
  return !plan.resource.namespaced || watchNamespace === undefined || splitKey(key).namespace === watchNamespace;
}

/** Whether a change of a resource wakes it, and keeps the states in step with which resources there are. */
function concernsItself({ key, old, current, own }: Change, { states }: Environment): boolean {
  if (!current) {
    states.get(key)?.running?.end();
    return true;
  }
  if (old && old.uid !== current.uid) states.get(key)?.running?.end();
  const state = states.of(current);
  if (!old || old.uid !== current.uid) return true;
  const before = old.object.metadata;
  const after = current.object.metadata;
  if (before.deletionTimestamp !== after.deletionTimestamp) {
    state.running?.end();
    return true;
  }
  if (before.generation !== after.generation) return true;
  // Of a server that was restored from a backup: the status may be one that was left long ago.
  if (compareResourceVersions(current.resourceVersion, old.resourceVersion) < 0) return true;
  // The worker is given the whole resource, so its labels and annotations count as read.
  if (!isDeepStrictEqual(before.labels, after.labels) || !isDeepStrictEqual(before.annotations, after.annotations))
    return true;
  // Somebody set the phase by hand.
  return !own && statusOf(old.object)?.phase !== statusOf(current.object)?.phase;
}

/**
 * Somebody else changed or deleted an output, or took a leaf of ours: the next sync sees to it. Somebody else is also another resource
 * that patches it. Nothing else about an output wakes anybody.
 */
function drifted(
  environment: Environment,
  type: ResourceType,
  { key, current, writer, managers }: Change,
  old: Entry,
  wake: (key: string) => void,
): void {
  const { marks, states, views, plan, clock, events, metrics } = environment;
  const uid = old.object.metadata.labels?.[marks.owner];
  const made = old.object.metadata.annotations?.[marks.phase];
  const owner = uid === undefined ? undefined : states.keyOf(uid);
  const state = owner === undefined ? undefined : states.get(owner);
  const isGone = current?.uid !== old.uid;
  const end = isGone ? state?.seesEnd(old.uid) : undefined;
  if (owner === undefined || owner === writer || made === undefined) return;
  // The resource deleted it itself.
  if (end) {
    if (end === 'waited for') wake(owner);
    return;
  }
  // What others copied with all marks is nobody's output.
  if (!old.isOurs) return;
  const lost = isGone ? undefined : lostLeaves(old, current, () => state?.heldLeaves(type, key));
  if (lost?.length === 0) return;
  const resource = views.resources.get(owner);
  if (!state || !resource || resource.object.metadata.deletionTimestamp !== undefined) return;
  const id = outputId(type, key);
  const losses = current && lost ? lossesOf(lost, managers?.entries ?? []) : [{ field: undefined, manager: undefined }];
  for (const loss of losses) {
    const note = state.loses(id, loss, clock.monotonic());
    if (note === undefined) continue;
    metrics.output(plan.phases.get(made)?.name ?? made, 'contested');
    events.warn({ resource: resource.object, reason: 'Contested', action: 'Sync', note });
  }
  if (!current) state.forgetOutput(type, key);
  const what = isGone ? 'was deleted' : 'was changed by somebody else';
  state.drifted(plan.phases.get(made)?.name ?? made, `${type.kind} ${key} ${what}`, id);
  wake(owner);
}

const NO_LEAVES: readonly FieldPath[] = [];

/** Which leaves of ours a change of an output took from us: of those that we wrote, or where that is not known of all. */
export function lostLeaves(
  old: Entry,
  current: Entry,
  held: () => readonly FieldPath[] | undefined,
): readonly FieldPath[] {
  if (old.oursText === current.oursText && old.owner === current.owner) return NO_LEAVES;
  return lostOf(held() ?? fieldsOf(old).flatMap((fields) => leavesOf(fields)), fieldsOf(old), fieldsOf(current));
}
