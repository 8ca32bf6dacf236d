import type { Cache, Change } from '../cache/cache.ts';
import type { Entry } from '../cache/store.ts';
import type { Condition, ResourceType } from '../kube/types.ts';
import type { OutputChange, ResourceSummary, TellProgress } from '../observe/progress.ts';
import { writtenKinds } from '../plan.ts';
import type { Environment } from './environment.ts';
import { patchedObjects, reportPatches } from './patches/progress.ts';
import { statusOf } from './status.ts';
import { lostLeaves } from './wakes.ts';

/**
 * Tells what happens to the resources, and to what they own and patch, as the caches come to know it: own writes with their answer, so in the
 * order in which they were made. To be called once, before the caches start. Returns how to stop to tell that they are ready; changes end with
 * the listeners of the caches.
 */
export function reportProgress(environment: Environment, tell: TellProgress): () => void {
  const { plan, views } = environment;
  const { resources } = views;
  const forget = resources.onAvailability(() => {
    if (resources.synced) tell({ type: 'ready', kind: plan.resource.plural, resources: resources.size });
  });
  resources.onChange((change) => tellOfResource(resources, change, tell));
  for (const [cache, type] of outputCaches(environment)) {
    cache.onChange((change) => tellOfOutput(environment, type, change, tell));
  }
  reportPatches(environment, tell);
  return forget;
}

/** What there is, resource by resource, each with what it has made and patched. */
export function summarise(environment: Environment): readonly ResourceSummary[] {
  const { views, marks } = environment;
  const outputs = [...outputCaches(environment)];
  return [...views.resources.entries()].map(({ key, uid, object }) => {
    const ready = readyOf(object);
    return {
      resource: key,
      phase: statusOf(object)?.phase ?? '',
      ready: ready?.status ?? '',
      reason: ready?.reason ?? '',
      message: ready?.message ?? '',
      created: object.metadata.creationTimestamp ?? '',
      outputs: outputs.flatMap(([cache, type]) =>
        cache.select(undefined, [{ key: marks.owner, operator: 'In', values: [uid] }]).map((entry) => ({
          kind: type.kind,
          object: entry.key,
          phase: entry.object.metadata.annotations?.[marks.phase] ?? '',
        })),
      ),
      patches: patchedObjects(environment, uid),
    };
  });
}

function outputCaches({ plan, views }: Environment): ReadonlyMap<Cache, ResourceType> {
  return new Map(writtenKinds(plan).map((type) => [views.output(type), type]));
}

function tellOfResource(resources: Cache, { key: resource, old, current }: Change, tell: TellProgress): void {
  if (old && old.uid !== current?.uid) tell({ type: 'resource', resource, change: 'deleted' });
  if (!current) return;
  const before = old?.uid === current.uid ? old.object : undefined;
  // What the first list brings has been there before.
  if (!before && resources.synced) tell({ type: 'resource', resource, change: 'created' });
  const [from, to] = [before ? statusOf(before)?.phase : undefined, statusOf(current.object)?.phase];
  if (before && from !== to) tell({ type: 'transition', resource, from: from ?? '', to: to ?? '' });
  if (before && !before.metadata.deletionTimestamp && current.object.metadata.deletionTimestamp)
    tell({ type: 'resource', resource, change: 'deleting' });
  const now = readyOf(current.object);
  const was = before && readyOf(before);
  if (!now || !isUntold(current, now) || (was?.reason === now.reason && was.message === now.message)) return;
  const { reason, message } = now;
  tell({ type: 'trouble', resource, phase: to ?? '', reason, message });
}

function readyOf(object: Entry['object']): Condition | undefined {
  return statusOf(object)?.conditions?.find(({ type }) => type === 'Ready');
}

/** Whether something is wrong of which no line of the log tells: failures of workers and writes are logged where they happen. */
function isUntold({ object }: Entry, ready: Condition): boolean {
  if (ready.reason === 'InputKindMissing' || ready.reason === 'InputForbidden') return true;
  const reconciling = statusOf(object)?.conditions?.find(({ type }) => type === 'Reconciling');
  // A phase with `ready: false` rests as its project wants it to.
  return ready.status === 'False' && ready.reason !== 'NotReady' && reconciling?.status !== 'True';
}

function tellOfOutput(environment: Environment, type: ResourceType, change: Change, tell: TellProgress): void {
  const { marks, states, views } = environment;
  const { key, old, current, own } = change;
  const { labels, annotations } = (current ?? old)?.object.metadata ?? {};
  const owner = labels?.[marks.owner];
  const resource = owner === undefined ? undefined : states.keyOf(owner);
  if (resource === undefined) return;
  // What goes with its owner is no news.
  const live = views.resources.get(resource);
  if (!own && (!live || live.uid !== owner || live.object.metadata.deletionTimestamp !== undefined)) return;
  const happened = whatHappened(type, change, environment, resource);
  const phase = annotations?.[marks.phase] ?? '';
  if (happened) tell({ type: 'output', resource, phase, kind: type.kind, object: key, change: happened });
}

function whatHappened(
  type: ResourceType,
  { key, old, current, own }: Change,
  { states }: Environment,
  resource: string,
): OutputChange | undefined {
  if (own) {
    if (!current) return 'pruned';
    if (old?.uid !== current.uid) return 'created';
    // Only the name of the operation by which we hold fields: the apply comes next.
    const held = ({ ours }: Entry): number => ours.filter(({ entry }) => entry.operation === 'Update').length;
    if (old.resourceVersion === current.resourceVersion || held(old) > held(current)) return undefined;
    return 'applied';
  }
  if (!old) return undefined;
  if (!current || old.uid !== current.uid) return 'deleted';
  return lostLeaves(old, current, () => states.get(resource)?.heldLeaves(type, key)).length > 0 ? 'changed' : undefined;
}
