import type { Phase } from '../plan.ts';
import { driftedPhase, isUnrepaired } from './observed-outputs.ts';
import { recordOf } from './outputs-record.ts';
import { seeToPatchDrift } from './patches/wakes.ts';
import type { Run } from './run.ts';
import { statusOf } from './status.ts';

/**
 * Once after a start: finds drift that happened while the operator was down. `waits` where a kind has to be listed first; `missing` where
 * there is more to compare once a kind is installed again.
 */
export function compareWithRecord(run: Run): 'compared' | 'waits' | 'missing' {
  const { state } = run;
  if (state.compared) return 'compared';
  const found = driftedPhase(run);
  if (found === 'waits' || found === 'missing') return found;
  state.compared = true;
  if (!found) return 'compared';
  const known = statusOf(run.resource)?.conditions?.find(({ type }) => type === 'Ready');
  if (known?.reason === 'OutputDrifted')
    state.hasDrifted(found.phase.name, { message: known.message, told: true, outputs: new Set() });
  else state.drifted(found.phase.name, `${found.key} were changed or deleted while the operator was down`);
  return 'compared';
}

/** An output of another phase was changed: returns where the project repairs such things, if it is time for that, or tells. */
export function seeToDrift(run: Run): Phase | undefined {
  const { plan, metrics, events } = run.environment;
  seeToPatchDrift(run);
  const { drifts } = run.state;
  if (drifts.size === 0) return undefined;
  const repairing = plan.onOutputDrift;
  forgetUnknown(run);
  for (const name of drifts.keys()) {
    // What the present phase made, it repairs by running again; the phase for repairs is about to do its work.
    if (name !== run.phase.name && run.phase !== repairing) continue;
    run.state.forgetDrift(name);
    if (name !== run.phase.name) run.state.seesTo(name);
    metrics.drift(name, true);
  }
  if (drifts.size === 0) return undefined;
  if (repairing) return isHeldBack(run) ? undefined : repairing;
  for (const [name, drift] of drifts) {
    if (drift.told) continue;
    drift.told = true;
    metrics.drift(name, false);
    events.warn({ resource: run.resource, reason: 'OutputDrifted', action: 'Sync', note: drift.message });
  }
  return undefined;
}

/**
 * A resource that never came to a phase cannot have lost what that made: it was restored from a backup, as its outputs were, and comes there
 * by its own way again.
 */
function forgetUnknown(run: Run): void {
  const { drifts } = run.state;
  const { plan } = run.environment;
  const record = recordOf(run);
  for (const name of drifts.keys()) {
    // Of patches alone there is no record.
    if (name === run.phase.name || name in record || plan.phases.get(name)?.outputs.size === 0) continue;
    run.state.forgetDrift(name);
  }
}

/** Whether all that drifted is what somebody else keeps taking, and not yet to be taken back. */
function isHeldBack({ state, environment }: Run): boolean {
  const now = environment.clock.monotonic();
  const outputs = [...state.drifts.values()].flatMap((drift) => Array.from(drift.outputs));
  const isOutputHeldBack = (output: string): boolean =>
    state.contests.isHeldBack(output, false, now) || state.contests.isHeldBack(output, true, now);
  return outputs.length > 0 && outputs.every(isOutputHeldBack);
}

/** The phase for repairs has run: it is the project's say how things stay, but not a silent one. */
export function tellOfUnrepaired(run: Run): void {
  const { events, plan } = run.environment;
  for (const name of run.state.repairing) {
    if (run.phase !== plan.onOutputDrift || !isUnrepaired(run, name)) continue;
    const note = `Outputs of phase ${name} were changed or deleted, and phase ${run.phase.name}, which \`onOutputDrift\` names, left them so.`;
    events.warn({ resource: run.resource, reason: 'OutputDrifted', action: 'Sync', note });
  }
  run.state.hasSeenTo();
}
