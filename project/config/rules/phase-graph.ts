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
  const byName = new Map(phases.map((phase) => [phase.name, phase]));
  const reached = new Set<Phase>([initial]);
  for (const phase of reached) {
    const followers = followersOf(phase, machine);
    if (followers === 'any') return;
    for (const name of followers) {
      const follower = byName.get(name);
      if (follower) reached.add(follower);
    }
  }
  for (const [index, phase] of phases.entries()) {
    if (reached.has(phase)) continue;
    reading.report(FAULTS.phaseUnreachable({ name: phase.name, initial: initial.name }), ['phases', index, 'name']);
  }
}

function followersOf(
  phase: Phase,
  { onSpecChange, onOutputDrift }: Pick<Project, 'onSpecChange' | 'onOutputDrift'>,
): readonly string[] | 'any' {
  const followers = phase.final ? [onSpecChange] : phase.next;
  return followers ? [...followers, onOutputDrift].filter((name) => name !== undefined) : 'any';
}
