import { FAULTS } from '../../errors.ts';
import type { Phase, Project } from '../../model.ts';
import type { Reading } from '../reading.ts';

/**
 * Reports phases that no resource can ever come to. A phase without a way out is no fault: resources may rest in one that keeps
 * watching, as they do in AutoRoute's `Ready`.
 */
export function checkPhaseGraph(
  machine: Pick<Project, 'phases' | 'onSpecChange' | 'onOutputDrift'>,
  reading: Reading,
): void {
  const { phases } = machine;
  const initial = phases.find((phase) => phase.initial);
  if (!initial) return;
  const reached = new Set<Phase>([initial]);
  for (const phase of reached) {
    for (const other of phases) if (leadsTo(phase, other, machine)) reached.add(other);
  }
  for (const [index, phase] of phases.entries()) {
    if (reached.has(phase)) continue;
    reading.report(FAULTS.phaseUnreachable({ name: phase.name, initial: initial.name }), ['phases', index, 'name']);
  }
}

function leadsTo(
  from: Phase,
  to: Phase,
  { onSpecChange, onOutputDrift }: Pick<Project, 'onSpecChange' | 'onOutputDrift'>,
): boolean {
  if (to.name === onOutputDrift) return true;
  return from.final ? to.name === onSpecChange : (from.next?.includes(to.name) ?? true);
}
