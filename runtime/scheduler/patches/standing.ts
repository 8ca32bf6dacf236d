import { AutopilotError } from '../../errors.ts';
import type { Run } from '../run.ts';
import { writeStatus, type StatusWrite } from '../status-write.ts';
import { statusOf } from '../status.ts';

type Written = ReturnType<typeof writeStatus>;

/** All that can be done is done; the phase goes on once the objects that it patches are there. They are named as for people. */
export function tellOfAbsent(run: Run, objects: readonly string[]): Written {
  const message = `Phase ${run.phase.name} waits for what it patches: ${objects.join(', ')}.`;
  return tell(run, { is: 'failing', reason: 'PatchTargetMissing', message });
}

/** What was set cannot be given up. */
export function isKept(error: unknown): error is AutopilotError {
  return error instanceof AutopilotError && error.code === 'ERR_AP_PATCH_KEPT';
}

/** An event has told of it. Trying again is of no use until the object is another: its change wakes the resource. */
export function tellOfKept(run: Run, { message }: AutopilotError): Written {
  return tell(run, { is: 'stalled', reason: 'PatchRefused', message });
}

function tell(run: Run, standing: StatusWrite['standing']): Written {
  const { plan } = run.environment;
  // While the finalizer runs, the resource is in the phase that it was in.
  const phase =
    run.phase === plan.finalizer?.phase ? (statusOf(run.resource)?.phase ?? plan.initial.name) : run.phase.name;
  return writeStatus(run, { phase, standing });
}
