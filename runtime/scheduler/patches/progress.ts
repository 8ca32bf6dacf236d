import { isDeepStrictEqual } from 'node:util';
import type { Change } from '../../cache/cache.ts';
import type { Entry } from '../../cache/store.ts';
import { patchingUid } from '../../kube/patch-manager.ts';
import type { ResourceType } from '../../kube/types.ts';
import type { PatchChange, ResourceSummary, TellProgress } from '../../observe/progress.ts';
import type { Environment } from '../environment.ts';
import { holdsAll, leavesOf } from '../fields.ts';
import type { ResourceState } from '../resource-state.ts';
import { fieldsOfManager } from './apply.ts';
import { managerOf, patchId, patchMark, type Patcher } from './body.ts';

/** Tells what becomes of the fields that resources set in others' objects. To be called once, before the caches start. */
export function reportPatches(environment: Environment, tell: TellProgress): void {
  const { plan, views } = environment;
  for (const [patchKey, type] of plan.patches) {
    views.patch(type).onChange((change) => {
      for (const { resource, uid, state } of concerned(environment, change)) {
        const patcher = patcherOf(environment, uid, patchKey);
        const happened = whatHappened(type, change, state, patcher);
        if (!happened) continue;
        const phase = phaseOf(environment, state, type, change.key, patcher);
        tell({ type: 'patch', resource, phase, kind: type.kind, object: change.key, change: happened });
      }
    });
  }
}

/** The objects in which a resource holds fields. */
export function patchedObjects(environment: Environment, uid: string): ResourceSummary['patches'] {
  const { plan, views, patchTargets } = environment;
  return [...plan.patches].flatMap(([patchKey, type]) => {
    const manager = managerOf(patcherOf(environment, uid, patchKey));
    return patchTargets.of(views.patch(type), manager).map(({ key }) => ({ kind: type.kind, object: key }));
  });
}

interface Concerned {
  readonly resource: string;
  readonly uid: string;
  readonly state: ResourceState;
}

/** The resources that held fields of the object before, or hold some now. */
function concerned({ plan, states }: Environment, { old, current }: Change): readonly Concerned[] {
  const managers = [...(old?.patches ?? []), ...(current?.patches ?? [])].map(({ manager = '' }) => manager);
  const uids = new Set(managers.flatMap((manager) => patchingUid(manager, plan.name) ?? []));
  return [...uids].flatMap((uid) => {
    const resource = states.keyOf(uid);
    const state = resource === undefined ? undefined : states.get(resource);
    return resource === undefined || !state ? [] : [{ resource, uid, state }];
  });
}

function whatHappened(
  type: ResourceType,
  { key, old, current, own }: Change,
  { patches }: ResourceState,
  patcher: Patcher,
): PatchChange | undefined {
  const manager = managerOf(patcher);
  const before = fieldsOfManager(old?.patches ?? [], manager);
  // What the first list brings has been there before.
  if (!old || (before.length === 0 && !own)) return undefined;
  if (!current || current.uid !== old.uid) return before.length > 0 ? 'deleted' : undefined;
  const after = fieldsOfManager(current.patches, manager);
  const held = patches.heldLeaves(patchId(type, key, manager)) ?? before.flatMap((fields) => leavesOf(fields));
  // By another resource too, whose write is the operator's own.
  if (!holdsAll(held, after)) return holdsAll(held, before) ? 'changed' : undefined;
  if (!own) return undefined;
  if (after.length === 0) return before.length > 0 ? 'let go' : undefined;
  const mark = ({ object }: Entry) => object.metadata.annotations?.[patchMark(patcher)];
  return isDeepStrictEqual(before, after) && mark(old) === mark(current) ? undefined : 'patched';
}

/** After a restart it is not known any more which phase it was: then the last that declares the key. */
function phaseOf(
  { plan }: Environment,
  { patches }: ResourceState,
  type: ResourceType,
  key: string,
  patcher: Patcher,
): string {
  const declaring = [...plan.phases.values()].filter((phase) => phase.patches.has(patcher.patchKey));
  return patches.phaseOf(patchId(type, key, managerOf(patcher))) ?? declaring.at(-1)?.name ?? '';
}

function patcherOf({ plan }: Environment, uid: string, patchKey: string): Patcher {
  return { operator: plan.name, group: plan.resource.group, uid, patchKey };
}
