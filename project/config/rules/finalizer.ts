import { FAULTS } from '../../errors.ts';
import type { Project } from '../../model.ts';
import type { AutopilotFile } from '../autopilot-fields.ts';
import type { Reading } from '../reading.ts';
import { checkUses } from './phases.ts';
import type { Surroundings } from './uses.ts';

/** What the finalizer reads and writes: of no use where there is none. */
export function checkFinalizer(
  { enableFinalizer = false, finalizer }: AutopilotFile,
  reading: Reading,
  around: Surroundings,
): Pick<Project, 'enableFinalizer' | 'finalizer'> {
  const uses = checkUses(finalizer ?? {}, ['finalizer'], reading, around);
  for (const key of ['inputs', 'outputs'] as const) {
    if (enableFinalizer || reading.hasProblemAt(['enableFinalizer']) || (finalizer?.[key]?.length ?? 0) === 0) continue;
    reading.report(FAULTS.finalizerUnused({ key }), ['finalizer', key], 'key');
  }
  return { enableFinalizer, finalizer: uses };
}
