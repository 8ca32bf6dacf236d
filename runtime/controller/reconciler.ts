/** Brings one object to its desired state, whatever happened before: level-triggered, safe to run again at any time. */
export interface Reconciler {
  /**
   * `key` is `namespace/name`, or a name alone for cluster scope. Never called twice at a time for one key. A throw is retried with
   * backoff. `signal` aborts when the controller is asked to stop.
   */
  reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult>;
}

/** When to run again. */
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
