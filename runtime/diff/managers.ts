import { isDeepStrictEqual } from 'node:util';
import type { FieldsV1, KubernetesObject, ManagedFieldsEntry } from '../kube/types.ts';

type Entries = readonly ManagedFieldsEntry[];

/**
 * Who holds which fields once what a write changed of that in one state is changed in another. An entry that the other state has lost does not
 * come back.
 */
export function carriedManagers(base: Entries, answer: Entries, now: Entries): Entries {
  const of = (entries: Entries): ReadonlyMap<string, ManagedFieldsEntry> =>
    new Map(entries.map((entry) => [identityOf(entry), entry]));
  const [was, is, here] = [of(base), of(answer), of(now)];
  const result = new Map(here);
  for (const [identity, entry] of is) {
    if (was.has(identity) && !here.has(identity)) continue;
    if (!isDeepStrictEqual(was.get(identity)?.fieldsV1, entry.fieldsV1)) result.set(identity, entry);
  }
  for (const identity of was.keys()) if (!is.has(identity)) result.delete(identity);
  return [...result.values()];
}

/** What a manager holds by its applies. */
export function appliedBy(object: KubernetesObject, manager: string): FieldsV1 {
  const entry = (object.metadata.managedFields ?? []).find((each) => isAppliedBy(each, manager));
  return entry?.fieldsV1 ?? {};
}

/** What all others hold, and what the manager holds otherwise. */
export function heldByOthers(object: KubernetesObject, manager: string): readonly FieldsV1[] {
  return (object.metadata.managedFields ?? []).flatMap((entry) =>
    isAppliedBy(entry, manager) || !entry.fieldsV1 ? [] : entry.fieldsV1,
  );
}

function isAppliedBy({ manager, operation, subresource }: ManagedFieldsEntry, by: string): boolean {
  return manager === by && operation === 'Apply' && subresource === undefined;
}

function identityOf({ manager, operation, subresource, apiVersion }: ManagedFieldsEntry): string {
  return [manager, operation, subresource, apiVersion].join('\n');
}
