import { ApiError, AutopilotError, isStatus } from '../errors.ts';
import type { Run } from './run.ts';

/** What a worker threw, whatever it was: not to be taken for an error of our own requests. */
export class WorkerFailure extends Error {
  constructor(cause: unknown) {
    super('worker failed', { cause });
  }
}

/** The server shows less than was known of the resource: it was restored from a backup, and the caches are about to be listed anew. */
export class OlderServer extends Error {
  constructor() {
    super('the server has older data than it had before; trying again once it was listed');
  }
}

/** The reason by which conditions and events name a failed run. */
export function reasonOf(error: unknown): string {
  return (error instanceof AutopilotError && REASONS[error.code]) || 'WorkerFailed';
}

const REASONS: Readonly<Record<string, string>> = {
  ERR_AP_API: 'WriteRejected',
  ERR_AP_OUTPUT_REFUSED: 'OutputRefused',
  ERR_AP_OUTPUT_BUSY: 'OutputBusy',
  ERR_AP_PATCH_REFUSED: 'PatchRefused',
};

/** Errors of the connection or of a server that is busy, or of a write that came too late: trying again is all there is to do. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ApiError)
    return !error.message.includes(UNTYPED) && !isStatus(error, 400, 403, 404, 405, 413, 415, 422);
  if (error instanceof AutopilotError) return false;
  if (error instanceof OlderServer) return true;
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && CONNECTION.test(error.code);
}

/** What a server says, with status 500, of an apply with fields that the kind does not have, or of other types. */
const UNTYPED = 'failed to create typed patch object';

/**
 * Counts how often in a row a server failed at it, and tells whether that was too often to pass by itself: more than a second by then. A
 * webhook can refuse with any status, 409 too. Who is not known (401) or asks too much (429) learns nothing about the resource.
 */
export function isLasting({ state }: Run, error: unknown): boolean {
  if (!(error instanceof ApiError) || isStatus(error, 401, 429)) return false;
  state.serverErrors += 1;
  return state.serverErrors > BUSY_TRIES;
}

const BUSY_TRIES = 8;

/** System errors of a connection, and undici's. */
const CONNECTION = /^(?:E[A-Z]+|UND_ERR_.*)$/;
