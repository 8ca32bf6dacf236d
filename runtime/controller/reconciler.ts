/**
 * Brings one object to its desired state, whatever happened before: level-triggered, safe to run again at any time. The phase machine is
 * one; a controller runs any. Whoever makes the requests may put more into them than a controller does.
 */
export interface Reconciler<Request extends ReconcileRequest = ReconcileRequest> {
  /** Never called twice at a time for one key, unless a call did not end within its time. A throw is retried with backoff. */
  reconcile(request: Request): Promise<ReconcileResult>;
}

export interface ReconcileRequest {
  /** Which object: `namespace/name`, or a name alone for cluster scope. It may be gone. */
  readonly key: string;
  /** Aborts when the call is to end: nothing that it does counts from then on. */
  readonly signal: AbortSignal;
}

/** When to run again: when something changes, at once, after so many milliseconds, or with growing delay. */
export type ReconcileResult =
  /** When something changes. */
  | { readonly outcome: 'done' }
  /** At once. */
  | { readonly outcome: 'requeue' }
  /** After so many milliseconds, unless something changes before. */
  | { readonly outcome: 'later'; readonly after: number }
  /** With growing delay, though nothing was thrown: the failure was told already. */
  | { readonly outcome: 'backoff' }
  /** When something changes: until then it would fail again. That was told already. */
  | { readonly outcome: 'failed' };

export const DONE: ReconcileResult = { outcome: 'done' };
export const REQUEUE: ReconcileResult = { outcome: 'requeue' };
export const FAILED: ReconcileResult = { outcome: 'failed' };
export const BACKOFF: ReconcileResult = { outcome: 'backoff' };
