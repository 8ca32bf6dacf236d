import type { ApiObject, Draft } from '../store/object.ts';

/** Puts a member of the old object back, or takes away what the old object did not have. */
export function keep(draft: Draft, old: ApiObject, name: string): void {
  if (Object.hasOwn(old, name)) draft[name] = old[name];
  else delete draft[name];
}

/** Makes the draft the old object, but for `status` and the record of who wrote what. */
export function keepAllButStatus(draft: Draft, old: ApiObject): void {
  const { status } = draft;
  const { managedFields } = draft.metadata;
  for (const name of Object.keys(draft)) {
    if (!Object.hasOwn(old, name)) delete draft[name];
  }
  Object.assign(draft, old);
  draft.metadata = { ...old.metadata, managedFields };
  if (status === undefined) delete draft['status'];
  else draft['status'] = status;
}
