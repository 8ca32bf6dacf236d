import { createHash } from 'node:crypto';
import type { Phase } from '../../plan.ts';
import type { Environment } from '../environment.ts';
import { leavesOf } from '../fields.ts';
import type { ObservedOutputs } from '../outputs-record.ts';
import type { Run } from '../run.ts';
import { fieldsOfManager } from './apply.ts';
import { managerOf, patchMark } from './body.ts';

/** What stands before a patch key in the record of what phases left behind, beside the keys of outputs. */
const PATCHES = 'patches/';

/**
 * What a resource's patches under one key are: how many objects hold some, and a digest of which, of their bodies' hashes, and of the leaves
 * that are held. The number tells fields that were taken from objects that are gone, which are somebody else's to delete.
 */
function digestOf({ plan, views, patchTargets }: Environment, uid: string, patchKey: string): string {
  const type = plan.patches.get(patchKey);
  if (!type) return '';
  const patcher = { operator: plan.name, group: plan.resource.group, uid, patchKey };
  const manager = managerOf(patcher);
  const mark = patchMark(patcher);
  const entries = patchTargets.of(views.patch(type), manager);
  const hash = createHash('sha256');
  for (const { key, object, patches } of entries) {
    const leaves = fieldsOfManager(patches, manager).flatMap((fields) =>
      leavesOf(fields).map((path) => path.join('\u0000')),
    );
    hash.update(JSON.stringify([key, object.metadata.annotations?.[mark], leaves.toSorted()]));
  }
  return `${entries.length}.${hash.digest('hex').slice(0, 16)}`;
}

/**
 * The record of patches for a phase: made anew as the resource leaves it; of an earlier phase kept, or, where `renew` says so, brought to what
 * is there of the keys that it has.
 */
export function patchesRecord(
  { environment, uid, phase: present }: Run,
  phase: Phase,
  before: Readonly<Record<string, string>>,
  renew: boolean,
): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const [key, digest] of Object.entries(before)) if (key.startsWith(PATCHES)) kept[key] = digest;
  if (!renew || phase.patches.size === 0) return kept;
  const keys = [...phase.patches].filter(
    ([key, { type }]) =>
      phase === present || (kept[PATCHES + key] !== undefined && environment.views.patch(type).synced),
  );
  return { ...kept, ...Object.fromEntries(keys.map(([key]) => [PATCHES + key, digestOf(environment, uid, key)])) };
}

/** A key is one set over all phases: what is recorded of it belongs to the phase that was left last. */
export function withoutPatchesOf(phase: Phase, record: ObservedOutputs): ObservedOutputs {
  if (phase.patches.size === 0) return record;
  const others = Object.entries(record).map(([name, digests]) => {
    const left = Object.entries(digests).filter(
      ([key]) => name === phase.name || !key.startsWith(PATCHES) || !phase.patches.has(key.slice(PATCHES.length)),
    );
    return [name, Object.fromEntries(left)] as const;
  });
  return Object.fromEntries(others);
}

/**
 * Whether fields that an earlier phase set were taken or removed since. What the present phase patches itself, its worker sees to. Objects
 * that are gone, or of which nothing is held any more, count where there is a phase for repairs.
 */
export function changedPatches(
  { environment, uid, phase: present }: Run,
  phase: Phase,
  digests: Readonly<Record<string, string>>,
): { readonly key: string } | 'waits' | 'missing' | undefined {
  let isMissing = false;
  for (const [key, { type }] of phase.patches) {
    const recorded = digests[PATCHES + key];
    if (recorded === undefined || present.patches.has(key)) continue;
    const cache = environment.views.patch(type);
    if (cache.isKindMissing) isMissing = true;
    else if (!cache.synced) return 'waits';
    else {
      const now = digestOf(environment, uid, key);
      const hasFewer = Number.parseInt(now, 10) < Number.parseInt(recorded, 10);
      if (now !== recorded && (!hasFewer || environment.plan.onOutputDrift)) return { key: `patched ${key}` };
    }
  }
  return isMissing ? 'missing' : undefined;
}
