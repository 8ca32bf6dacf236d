/**
 * How a write changes who owns what, and what an apply removes.
 * Source: sigs.k8s.io/structured-merge-diff/v6/merge Updater.
 */
import { deepEqual } from '../schema/json.ts';
import { compareValues, excludeFields, type Comparison } from './compare-values.ts';
import { ApplyConflictError, type ApplyConflict } from './conflict.ts';
import { FieldSet } from './field-set.ts';
import { managerKey, type ManagerId, type Managers, type Ownership } from './managers.ts';
import { mergeValues } from './merge-values.ts';
import type { MergeType } from './merge-type.ts';
import { compareStrings } from '../schema/go-text.ts';
import { reconcileFieldSet, withNamedMembers } from './reconcile-field-set.ts';
import { removeItems } from './remove-items.ts';
import { toFieldSet } from './to-field-set.ts';

export interface OwnershipContext {
  /** The API version of the request. */
  readonly apiVersion: string;
  readonly type: MergeType;
  /** The type in another API version; undefined if there is no such version any more. */
  typeAt(apiVersion: string): MergeType | undefined;
  /** Fields that this endpoint resets and so nobody comes to own here. */
  readonly resetFields: FieldSet;
}

/** Owners in the terms of the types as they are now. Those of versions that are gone are left out. */
export function reconcileManagers(context: OwnershipContext, managers: Managers): Managers {
  const reconciled: Managers = new Map();
  for (const [key, ownership] of managers) {
    const type = context.typeAt(ownership.apiVersion);
    if (type === undefined) continue;
    const fields = reconcileFieldSet(type, ownership.fields);
    reconciled.set(key, fields === ownership.fields ? ownership : { ...ownership, fields });
  }
  return reconciled;
}

/**
 * Takes from the other managers what the write changed or removed.
 * @throws ApplyConflictError if it changed fields of others, unless forced.
 */
function takeFromOthers(
  context: OwnershipContext,
  before: unknown,
  after: unknown,
  managers: Managers,
  writer: string,
  force: boolean,
): Comparison {
  const plain = compareValues(context.type, before, after);
  const byType = new Map<MergeType, Comparison>();
  const comparisonFor = (apiVersion: string): Comparison => {
    const type = context.typeAt(apiVersion) ?? context.type;
    let comparison = byType.get(type);
    if (comparison === undefined) {
      const raw = type === context.type ? plain : compareValues(type, before, after);
      comparison = excludeFields(raw, context.resetFields);
      byType.set(type, comparison);
    }
    return comparison;
  };
  const taken = new Map<string, FieldSet>();
  const conflicts: ApplyConflict[] = [];
  for (const key of [...managers.keys()].sort(compareStrings)) {
    const ownership = managers.get(key);
    if (ownership === undefined || key === writer) continue;
    const { removed, modified, added } = comparisonFor(ownership.apiVersion);
    const contested = ownership.fields.intersection(modified.union(added));
    for (const path of contested.paths()) conflicts.push({ manager: ownership.id, path });
    const lost = contested.union(removed);
    if (!lost.isEmpty) taken.set(key, lost);
  }
  if (!force && conflicts.length > 0) throw new ApplyConflictError(conflicts);
  for (const [key, lost] of taken) {
    const ownership = managers.get(key);
    if (ownership !== undefined) managers.set(key, { ...ownership, fields: ownership.fields.difference(lost) });
  }
  for (const [key, ownership] of managers) {
    if (ownership.fields.isEmpty) managers.delete(key);
  }
  return comparisonFor(context.apiVersion);
}

/**
 * Takes from others what an update changed.
 * @returns what the writer comes to own by it; `managers` is changed in place.
 */
export function recordUpdate(context: OwnershipContext, before: unknown, after: unknown, managers: Managers): FieldSet {
  const { modified, added } = takeFromOthers(context, before, after, managers, '', true);
  return modified.union(added).recursiveDifference(context.resetFields);
}

export interface ApplyOutcome {
  /** The merged object, undefined if it is the live one. */
  readonly object: unknown;
}

/**
 * Merges what is applied into the live object, removes what the applier gave up and nobody else has, and records who owns
 * what; `managers` is changed in place. The applier's entry keeps its time.
 * @throws ApplyConflictError, TypedValueError
 */
export function applyConfiguration(
  context: OwnershipContext,
  live: unknown,
  config: unknown,
  managers: Managers,
  applier: ManagerId,
  force: boolean,
): ApplyOutcome {
  const merged = mergeValues(context.type, live, config);
  const key = managerKey(applier);
  const last = managers.get(key);
  const fields = toFieldSet(context.type, config).recursiveDifference(context.resetFields);
  managers.set(key, { id: applier, fields, apiVersion: context.apiVersion, time: last?.time });
  const object = prune(context, merged, managers, last);
  takeFromOthers(context, live, object, managers, key, force);
  return { object: deepEqual(live, object) ? undefined : object };
}

/** Removes what the applier had applied and applies no longer, unless another manager has it too. */
function prune(context: OwnershipContext, merged: unknown, managers: Managers, last: Ownership | undefined): unknown {
  if (last === undefined || last.fields.isEmpty) return merged;
  const type = context.typeAt(last.apiVersion);
  if (type === undefined) return merged;
  const lastFields = withNamedMembers(type, last.fields);
  let pruned = removeItems(type, merged, lastFields);
  pruned = addBackOwned(context, merged, pruned, last.apiVersion, managers);
  return addBackDangling(type, merged, pruned, lastFields);
}

/** What others own, or the applier still does, comes back: version by version, the applier's former one first. */
function addBackOwned(
  context: OwnershipContext,
  merged: unknown,
  pruned: unknown,
  firstVersion: string,
  managers: Managers,
): unknown {
  const byVersion = new Map<string, FieldSet>();
  for (const { apiVersion, fields } of managers.values()) {
    byVersion.set(apiVersion, (byVersion.get(apiVersion) ?? new FieldSet()).union(fields));
  }
  let result = pruned;
  for (const version of new Set([firstVersion, ...byVersion.keys()])) {
    const owned = byVersion.get(version);
    const type = context.typeAt(version);
    if (owned === undefined || type === undefined) continue;
    const all = withNamedMembers(type, toFieldSet(type, merged));
    const kept = withNamedMembers(type, toFieldSet(type, result));
    result = removeItems(type, merged, all.difference(kept.union(withNamedMembers(type, owned))));
  }
  return result;
}

/** What was removed along with something else, but was never the applier's, comes back. */
function addBackDangling(type: MergeType, merged: unknown, pruned: unknown, lastFields: FieldSet): unknown {
  const all = withNamedMembers(type, toFieldSet(type, merged));
  const kept = withNamedMembers(type, toFieldSet(type, pruned));
  return removeItems(type, merged, all.difference(kept).intersection(lastFields));
}
