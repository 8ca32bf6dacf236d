/**
 * What happens in an operator, for somebody who watches it work: the dev loop. Plain JSON, since it goes to another process. All of it
 * follows from what the caches see; nothing is asked for it, and nothing is kept.
 */
export type Progress =
  /** The CRD of the operator's kind is installed. */
  | { readonly type: 'crd'; readonly name: string; readonly change: CrdChange }
  /** The operator's kind has been listed, and is watched. Again after it was away. */
  | { readonly type: 'ready'; readonly kind: string; readonly resources: number }
  /** A resource appeared, is about to go, or has gone. */
  | { readonly type: 'resource'; readonly resource: string; readonly change: 'created' | 'deleting' | 'deleted' }
  /** `from` is '' for a resource without a phase, `to` for one that lost it. */
  | { readonly type: 'transition'; readonly resource: string; readonly from: string; readonly to: string }
  | {
      readonly type: 'output';
      /** The resource that owns it. */
      readonly resource: string;
      /** The phase that made it. */
      readonly phase: string;
      readonly kind: string;
      /** `namespace/name`, or the name. */
      readonly object: string;
      readonly change: OutputChange;
    }
  | {
      readonly type: 'patch';
      /** The resource that sets the fields. */
      readonly resource: string;
      /** The phase that set them. */
      readonly phase: string;
      readonly kind: string;
      /** `namespace/name`, or the name. */
      readonly object: string;
      readonly change: PatchChange;
    }
  /** Something is wrong that no log line tells: a kind that is missing, a phase that is not known. */
  | {
      readonly type: 'trouble';
      readonly resource: string;
      readonly phase: string;
      readonly reason: string;
      readonly message: string;
    };

export type CrdChange = 'created' | 'changed' | 'unchanged';

/** The last two are others' doing. */
export type OutputChange = 'created' | 'applied' | 'pruned' | 'changed' | 'deleted';

/** What became of fields in an object of somebody else's: set, given up; taken or removed by others; gone with the object. */
export type PatchChange = 'patched' | 'let go' | 'changed' | 'deleted';

/** Must not throw, and must not take long. */
export type TellProgress = (progress: Progress) => void;

/** A resource, what it has made and where it holds fields of others' objects, as the caches have them. */
export interface ResourceSummary {
  readonly resource: string;
  readonly phase: string;
  /** Status, reason and message of the condition Ready; '' where there is none. */
  readonly ready: string;
  readonly reason: string;
  readonly message: string;
  /** RFC 3339. */
  readonly created: string;
  readonly outputs: readonly { readonly kind: string; readonly object: string; readonly phase: string }[];
  readonly patches: readonly { readonly kind: string; readonly object: string }[];
}
