import type { Entry } from '../../cache/store.ts';
import { errors, isKindMissing, isStatus } from '../../errors.ts';
import type { CallOptions } from '../../kube/caller.ts';
import { managersOf } from '../../kube/managed-fields.ts';
import type { FieldsV1, KubernetesObject, ResourceType } from '../../kube/types.ts';
import { compareLeaves, holdsAll, pathsOf, treeOf } from '../fields.ts';
import { outputId } from '../output-id.ts';
import { RunAborted, type Run } from '../run.ts';
import { emptyBody, patchId, type PatchBody } from './body.ts';
import { describeConflict, isConflict, isGone } from './refusals.ts';

/** What became of a patch: `absent` where its object is not there; else in words why it is refused. */
export type PatchOutcome = 'applied' | 'unchanged' | 'withheld' | 'absent' | { readonly refused: string };

/**
 * Sets the fields of one object, and sends nothing where they are as they were set. Always with the object's uid: without it an apply
 * would create what is not there.
 */
export async function applyPatch(
  run: Run,
  body: PatchBody,
  { force, rehearse = false }: { readonly force: boolean; readonly rehearse?: boolean },
): Promise<PatchOutcome> {
  const { environment } = run;
  const entry = environment.views.patch(body.type).get(body.key);
  if (!entry) return 'absent';
  if (entry.object.metadata.labels?.[environment.marks.owner] === run.uid)
    return { refused: 'it is an output of this resource' };
  if (isAsApplied(run, body, entry)) return 'unchanged';
  // Somebody else keeps taking fields of it, and it is not yet time to take them back.
  const isRepair = entry.object.metadata.annotations?.[body.mark] === body.hash;
  const now = environment.clock.monotonic();
  if (isRepair && run.state.contests.isHeldBack(outputId(body.type, body.key), false, now)) return 'withheld';
  try {
    await (rehearse ? sendDry : send)(run, body, entry, force);
    return 'applied';
  } catch (error) {
    if (isKindMissing(error)) throw error;
    if (isGone(error)) return 'absent';
    if (isConflict(error)) return { refused: describeConflict(environment, error) };
    if (isStatus(error, 422)) return { refused: error.answer };
    throw error;
  }
}

/** Whether the last body is this one and no leaf of it was lost since. Values are not compared: the server normalises them. */
function isAsApplied(run: Run, { type, key, manager, mark, hash, object }: PatchBody, entry: Entry): boolean {
  if (entry.object.metadata.annotations?.[mark] !== hash) return false;
  const fields = fieldsOfManager(entry.patches, manager);
  const memory = run.state.patches;
  const id = patchId(type, key, manager);
  const known = memory.heldLeaves(id);
  if (known) return holdsAll(known, fields);
  // Seen for the first time since the operator started.
  const { held, missing } = compareLeaves(object, treeOf(fields));
  if (missing !== '') return false;
  memory.holds(id, pathsOf(held), run.phase.name);
  return true;
}

/** Has the server go through it and keep nothing. */
async function sendDry(run: Run, body: PatchBody, { uid }: Entry, force: boolean): Promise<void> {
  if (run.isOver) throw new RunAborted();
  const { type, manager, object } = body;
  const options = { ...callOptions(run, type), fieldManager: manager, force, dryRun: true };
  await run.environment.client.apply(type, { ...object, metadata: { ...object.metadata, uid } }, options);
}

async function send(run: Run, body: PatchBody, entry: Entry, force: boolean): Promise<void> {
  const { client } = run.environment;
  const { type, key, manager } = body;
  const object = { ...body.object, metadata: { ...body.object.metadata, uid: entry.uid } };
  run.journal?.patches(type, key, manager);
  await run.write(type, key, async () => {
    const applied = await client.apply(type, object, { ...callOptions(run, type), fieldManager: manager, force });
    // Before the caches tell of the answer: what is no longer held because it was not sent is not lost.
    const fields = fieldsOfManager(managersOf(applied)?.entries ?? [], manager);
    const { held } = compareLeaves(object, treeOf(fields));
    run.state.patches.holds(patchId(type, key, manager), pathsOf(held), run.phase.name);
    return applied;
  });
}

/**
 * Gives up all that the manager holds in an object; what nobody else holds is then at its default. Returns why it cannot be given up, or
 * undefined. Where the server refused it, it is not asked again for as long as the object stays the same.
 */
export async function giveUp(
  run: Run,
  type: ResourceType,
  { key, object }: Entry,
  manager: string,
): Promise<string | undefined> {
  const memory = run.state.patches;
  const id = patchId(type, key, manager);
  const version = versionOf(object);
  const before = memory.kept(id);
  if (before?.version === version) return before.answer;
  try {
    await run.write(type, key, async () => {
      const options = { ...callOptions(run, type), fieldManager: manager, force: false };
      const answer = await run.environment.client.apply(type, emptyBody(type, object), options);
      memory.releases(id);
      return answer;
    });
    memory.forget(id);
    return undefined;
  } catch (error) {
    if (isGone(error)) {
      memory.forget(id);
      return undefined;
    }
    if (!isStatus(error, 422)) throw error;
    memory.keeps(id, { version, answer: error.answer });
    const note = errors.patchKept([`${type.kind} ${key}: ${error.answer}`]).message;
    run.environment.events.warn({ resource: run.resource, reason: 'PatchRefused', action: 'Sync', note });
    return error.answer;
  }
}

/** Changes whenever somebody changes what is asked for; for kinds that count that, not with each status that their controllers write. */
export function versionOf({ metadata }: KubernetesObject): string {
  const { uid, generation, resourceVersion } = metadata;
  return `${uid} ${generation ?? resourceVersion}`;
}

export function fieldsOfManager(entries: Entry['patches'], manager: string): readonly FieldsV1[] {
  return entries.flatMap((entry) => (entry.manager === manager && entry.fieldsV1 ? entry.fieldsV1 : []));
}

/** Kinds that are read in full get the full answer back, others their metadata. */
function callOptions(run: Run, type: ResourceType): CallOptions {
  return { metadataOnly: run.environment.caches.keepMetadataOnly(type), giveUp: run };
}
