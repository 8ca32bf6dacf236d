import { pause, type Clock } from '../../runtime/clock.ts';
import { ApiError } from '../../runtime/errors.ts';
import { failureOf } from '../../runtime/kube/failure.ts';
import { objectPath } from '../../runtime/kube/paths.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { connectionFailure } from '../cluster/problems.ts';
import type { ContainerRun } from './container-run.ts';
import type { LogCursor } from './log-cursor.ts';
import { PODS } from '../cluster/kinds.ts';

export interface LogRequest {
  readonly cluster: Cluster;
  readonly run: ContainerRun;
  /** The run before that one's log. */
  readonly previous?: boolean;
  /** Go on with what is printed from now on, until the run ends. */
  readonly follow?: boolean;
  /** Only what is at most so old, in seconds, where the cursor does not say more. */
  readonly sinceSeconds?: number | undefined;
  readonly cursor: LogCursor;
}

const NEWLINE = 10;
/** Of a log that ends. */
const ATTEMPTS = 5;
const PAUSE_MS = 1000;

/**
 * One reading of a log: its lines that are new to the cursor, with their times before them. An incomplete last line is given where the log
 * ends; while it is followed it comes again with the next reading.
 *
 * @throws {ApiError} where the server has none; what the connection fails with.
 */
export async function* readLog(request: LogRequest): AsyncGenerator<string, void> {
  const { cluster, run, cursor, follow = false } = request;
  const path = objectPath(PODS, run.pod, run.namespace, 'log');
  cursor.begin();
  const response = await cluster.get(`${path}?${queryOf(request).toString()}`, { streamed: true });
  if (response.status < 200 || response.status >= 300)
    throw await failureOf({ type: PODS, method: 'GET', path }, response);
  let pieces: Uint8Array[] = [];
  const take = (): string | undefined => {
    const raw = Buffer.concat(pieces).toString('utf8');
    pieces = [];
    return cursor.isNew(raw) ? raw : undefined;
  };
  for await (const chunk of response.body) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      pieces.push(chunk.subarray(start, end));
      start = end + 1;
      const line = take();
      if (line !== undefined) yield line;
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
  }
  if (follow || pieces.length === 0) return;
  const last = take();
  if (last !== undefined) yield last;
}

/** All that is there of a log, whose reading goes on where a connection breaks. */
export async function* wholeLog(request: LogRequest, clock: Clock, signal: AbortSignal): AsyncGenerator<string, void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      yield* readLog(request);
      return;
    } catch (error) {
      if (signal.aborted || attempt === ATTEMPTS || !isPassing(error)) throw error;
      await pause(clock, PAUSE_MS, signal);
    }
  }
}

/** Whether it may go better the next time. */
export function isPassing(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 429 || error.status >= 500;
  return connectionFailure(error) !== undefined;
}

function queryOf({ run, previous, follow, sinceSeconds, cursor }: LogRequest): URLSearchParams {
  const { since } = cursor;
  return new URLSearchParams({
    container: run.container,
    timestamps: 'true',
    ...(follow && { follow: 'true' }),
    ...(previous && { previous: 'true' }),
    ...(since !== undefined
      ? { sinceTime: since }
      : sinceSeconds !== undefined && { sinceSeconds: String(sinceSeconds) }),
  });
}
