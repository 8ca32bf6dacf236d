import type { FieldError } from '../schema/field-error.ts';
import type { ApiObject, Draft } from '../store/object.ts';

/** What is done to an object of one kind on its way into the store: the real server's "registry strategy" of that kind. */
export interface Strategy {
  /** Drops what the kind's schema does not know, and returns the paths of what was dropped. */
  prune(draft: Draft): readonly string[];
  /** Drops members that are null where the schema allows none and has no default for them. */
  dropNulls(draft: Draft): void;
  /** What a typed decoder refuses outright (a string where a number belongs), in its words; of custom resources only metadata is typed. */
  decodeProblem(draft: Draft): string | undefined;
  applyDefaults(draft: Draft): void;
  /** Drops what a creator may not set, before defaults are filled in. */
  resetForCreate(draft: Draft): void;
  /** Fills in what the server decides for a new object, beyond defaults: the first generation, for one. */
  prepareForCreate(draft: Draft): void;
  /** Takes back what an update of the main resource may not change, and raises the generation where the wish changed. */
  prepareForUpdate(draft: Draft, old: ApiObject): void;
  /** Takes back what an update through `/status` may not change. */
  prepareForStatus(draft: Draft, old: ApiObject): void;
  /** @param warn is told what is wrong and forgiven. */
  validate(
    draft: Draft,
    old: ApiObject | undefined,
    subresource: string,
    warn: (text: string) => void,
  ): readonly FieldError[];
  /** Sent to the writer as warnings. @param subresource '' for the object itself. */
  warnings(draft: Draft, old: ApiObject | undefined, subresource: string): readonly string[];
  /** The fields that a write of this subresource ('' for the main resource) never owns. */
  resetFields(subresource: string): readonly (readonly string[])[];
  /** PUT of a missing object creates it. */
  readonly createOnUpdate: boolean;
  /** PUT without a resource version is allowed. */
  readonly unconditionalUpdate: boolean;
  /** DELETE answers the object instead of a Status. */
  readonly returnsDeleted: boolean;
  /** What the first DELETE does to an object that is only marked by it, and removed later by a controller. */
  readonly startDeletion?: ((draft: Draft, now: string) => void) | undefined;
  /** Whether something other than `metadata.finalizers` keeps a deleted object: a namespace's `spec.finalizers`. */
  heldByOthers(object: ApiObject | Draft): boolean;
  /** False: deleted objects of this kind are never orphaned or deleted in foreground: nothing would free them. */
  readonly garbageCollected: boolean;
  /** A DELETE that does not say otherwise frees the dependents instead of deleting them. */
  readonly orphansByDefault: boolean;
  /** Sent to whoever deletes and does not say what becomes of the dependents. */
  readonly deletionWarning?: string | undefined;
  /** How long the object may take to end, in seconds; undefined where the kind knows no graceful deletion. */
  gracePeriod(object: ApiObject, asked: number | undefined): number | undefined;
}
