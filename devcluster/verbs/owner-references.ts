import { deepEqual } from '../schema/json.ts';
import type { Draft } from '../store/object.ts';

/** Removes owner references that are there twice. Source: dedupOwnerReferences of k8s.io/apiserver. */
export function dropDuplicateOwners(draft: Draft, warn: (text: string) => void, when: 'before' | 'after'): void {
  const references = draft.metadata.ownerReferences;
  if (!references || references.length < 2) return;
  const kept = references.filter(
    (reference, index) => !references.slice(0, index).some((other) => deepEqual(other, reference)),
  );
  if (kept.length === references.length) return;
  const dropped = references.filter((reference) => !kept.includes(reference)).map(({ uid }) => uid);
  draft.metadata.ownerReferences = kept;
  warn(
    when === 'before'
      ? `.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${dropped.join(', ')}`
      : `.metadata.ownerReferences contains duplicate entries after mutating admission happens; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${dropped.join(', ')}`,
  );
}
