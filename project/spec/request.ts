import type { CrdNames, CustomResourceDefinition } from '../../runtime/crd/crd.ts';
import type { SpecFailure } from './failure.ts';

/** What the child process is asked for: the CRD of the kind whose schemas a module of the user's holds. */
export interface CrdRequest {
  /** URL of `spec.ts`. */
  readonly spec: string;
  /** Its text where it is not on disk yet. */
  readonly text?: string;
  readonly names: CrdNames;
}

export type CrdAnswer = { readonly crd: CustomResourceDefinition } | { readonly failures: readonly SpecFailure[] };
