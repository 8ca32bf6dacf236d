import type { ReconcileResult } from '../controller/reconciler.ts';
import type { Phase } from '../plan.ts';
import type { Environment } from './environment.ts';
import type { RunFacts } from './run.ts';
import { STORM_SYNCS, STORM_WINDOW_MS, type Storm } from './sync-rate.ts';

/** The sync has ended with this: says, once, where the resource is synced far more often than anything changes, and what wakes it. */
export function tellOfStorm(
  { environment, key, resource, state, sync }: Omit<RunFacts, 'phase'>,
  phase: Phase,
  result: ReconcileResult,
): void {
  const { clock, events, metrics, logger } = environment;
  const storm = state.rate?.end(result, clock.monotonic());
  if (!storm) return;
  const { cause } = storm.wake;
  const note = `Synced more than ${STORM_SYNCS - 1} times within ${STORM_WINDOW_MS / 1000} s, far more often than anything changes: ${reasonFor(environment, phase, storm, result)}`;
  metrics.storm(phase.name, cause);
  logger.warn({ resource: key, phase: phase.name, sync, cause }, note);
  events.warn({ resource, reason: 'SyncStorm', action: 'Sync', note });
}

function reasonFor(
  { workInterval }: Environment,
  phase: Phase,
  { wake, example }: Storm,
  result: ReconcileResult,
): string {
  const objects = example === '' ? `${wake.kind} objects` : `${wake.kind} ${example}`;
  switch (wake.cause) {
    case 'input':
      return `phase ${phase.name} reads ${objects}, which changes all the time and makes no difference. Read less: by name, with a selector, or as metadata only.`;
    case 'own_write':
      return `phase ${phase.name} reads ${objects}, which it also writes, and writes something else each time. Leave out what differs from run to run (times, random names).`;
    case 'output_drift':
      return 'somebody else keeps changing its outputs. Leave out of an output what others own.';
    case 'resource':
      return 'somebody else keeps changing its labels, annotations or phase. A worker is given the whole resource, so it runs again.';
    case 'status_conflict':
      return 'somebody else keeps writing its status.phase or status.revision, which are the operator’s.';
    case 'itself':
      return 'its phases follow on each other without end.';
    case 'timer':
      return `it asks to be run again so soon, by ${timerOf(result, phase.interval, workInterval())}. Wait longer, or for a change of what it reads.`;
  }
}

function timerOf(result: ReconcileResult, interval: number | undefined, workInterval: number | undefined): string {
  const after = result.outcome === 'later' ? result.after : 0;
  if (after === interval) return "the phase's interval";
  // It comes with jitter.
  if (workInterval !== undefined && after >= workInterval && after <= workInterval * 1.1)
    return 'workInterval in the configuration';
  return "its worker's requeueAfter";
}
