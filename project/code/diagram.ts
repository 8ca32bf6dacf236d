import type { Phase, Project } from '../model.ts';
import { wrap } from './comment.ts';
import { stubRoute } from './route.ts';

/** The phase machine as the lines of a comment: one paragraph a phase, read from top to bottom. */
export function phaseSummary(project: Project): string[] {
  const width = Math.max(...project.phases.map((phase) => phase.name.length));
  return project.phases.flatMap((phase) => {
    const marks = [phase.initial ? 'initial' : '', phase.final ? 'final' : ''].filter(Boolean).join(', ');
    const target = phase.final ? '' : ` -> ${phase.next?.join(' | ') || (phase.next ? phase.name : 'any')}`;
    const head = `${phase.name.padEnd(width)}${target}${marks ? ` (${marks})` : ''}`;
    const flows = [names('reads', phase.inputs), names('writes', phase.outputs)].filter(Boolean).join('; ');
    return [head, ...wrap(flows, 80).map((line) => `${' '.repeat(width)}    ${line}`)].map((line) => `  ${line}`);
  });
}

function names(verb: string, entries: Phase['inputs'] | Phase['outputs']): string {
  return entries.length > 0 ? `${verb} ${entries.map(({ parameter }) => parameter.name).join(', ')}` : '';
}

/**
 * The phase machine as a Mermaid state diagram. A phase without `next` may go anywhere: drawn is the way that its generated
 * worker takes, and said what is not drawn.
 */
export function mermaid(project: Project): string[] {
  const route = stubRoute(project.phases);
  const lines = ['stateDiagram-v2'];
  for (const phase of project.phases) {
    if (phase.initial) lines.push(`  [*] --> ${phase.name}`);
    if (phase.final) {
      lines.push(`  ${phase.name} --> [*]`);
    } else if (phase.next) {
      lines.push(...phase.next.map((target) => `  ${phase.name} --> ${target}`));
    } else {
      const target = route.get(phase.name) ?? phase.name;
      lines.push(`  ${phase.name} --> ${target}: or any other`);
    }
  }
  for (const phase of project.phases) {
    const text = phase.description.replace(/[:;#{}<>"]/g, ' ').trim();
    if (text) lines.push(`  ${phase.name}: ${phase.name}<br/>${text}`);
  }
  if (project.onSpecChange) lines.push(`  note right of ${project.onSpecChange}: here after a change of spec`);
  if (project.onOutputDrift && project.onOutputDrift !== project.onSpecChange) {
    lines.push(`  note right of ${project.onOutputDrift}: here when an output was changed by others`);
  }
  return lines;
}
