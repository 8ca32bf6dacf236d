import type { JsonObject } from '../../devcluster/schema/json.ts';

/** One request to one object. */
export interface Step {
  readonly verb: 'create' | 'update' | 'json' | 'merge' | 'strategic' | 'apply' | 'delete';
  readonly manager: string;
  readonly force: boolean;
  readonly subresource: '' | 'status';
  /** The body; for an update, a merge patch that makes the new object of the stored one. */
  readonly body: unknown;
}

/** What a server made of it. */
export interface Outcome {
  readonly code: number;
  /** The stored object without what only one server has (uid, versions, times of creation); undefined for a refusal. */
  readonly object?: JsonObject | undefined;
  /** The message of a refusal. */
  readonly message?: string | undefined;
}

export interface RecordedStep {
  readonly step: Step;
  /** The server's time at the step, RFC 3339 in seconds. */
  readonly now: string;
  readonly outcome: Outcome;
}
