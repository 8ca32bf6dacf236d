import type { Project } from '../model.ts';
import { wrap } from './comment.ts';
import { stubRoute } from './route.ts';

/** The phase machine as the lines of a comment: one paragraph a phase, read from top to bottom. */
export function phaseSummary(project: Project): string[] {
  const width = Math.max(...project.phases.map((phase) => phase.name.length));
  return project.phases.flatMap((phase) => {
    const marks = [phase.initial ? 'initial' : '', phase.final ? 'final' : ''].filter(Boolean).join(', ');
    const target = phase.final ? '' : ` -> ${phase.next?.join(' | ') || (phase.next ? phase.name : 'any')}`;
    const head = `${phase.name.padEnd(width)}${target}${marks ? ` (${marks})` : ''}`;
    const flows = [names('reads', phase.inputs), names('writes', phase.outputs), names('patches', phase.patches)]
      .filter(Boolean)
      .join('; ');
    return [head, ...wrap(flows, 80).map((line) => `${' '.repeat(width)}    ${line}`)].map((line) => `  ${line}`);
  });
}

function names(verb: string, entries: readonly { readonly parameter: { readonly name: string } }[]): string {
  return entries.length > 0 ? `${verb} ${entries.map(({ parameter }) => parameter.name).join(', ')}` : '';
}

/**
 * The phase machine as a Mermaid state diagram. A phase without `next` may go anywhere: drawn is the way that its generated
 * worker takes, and said what is not drawn.
 */
export function mermaid(project: Project): string[] {
  const route = stubRoute(project.phases);
  const lines = ['stateDiagram-v2'];
  for (const { name, initial, final, next } of project.phases) {
    const id = stateId(name);
    if (initial) lines.push(`  [*] --> ${id}`);
    if (final) {
      lines.push(`  ${id} --> [*]`);
    } else if (next) {
      lines.push(...next.map((target) => `  ${id} --> ${stateId(target)}`));
    } else {
      lines.push(`  ${id} --> ${stateId(route.get(name) ?? name)}: or any other`);
    }
  }
  for (const { name, description } of project.phases) {
    const text = description.replace(/[:;#{}<>"]/g, ' ').trim();
    if (text) lines.push(`  ${stateId(name)}: ${name}<br/>${text}`);
    else if (stateId(name) !== name) lines.push(`  ${stateId(name)}: ${name}`);
  }
  const { onSpecChange, onOutputDrift } = project;
  if (onSpecChange) lines.push(`  note right of ${stateId(onSpecChange)}: here after a change of spec`);
  if (onOutputDrift && onOutputDrift !== onSpecChange) {
    lines.push(`  note right of ${stateId(onOutputDrift)}: here when an output was changed by others`);
  }
  return lines;
}

/**
 * Words that begin a statement of Mermaid's, in lower case: it reads them in any. Directions are taken for one across lines, too.
 * Source: the lexer of Mermaid 11's state diagrams.
 */
const MERMAID_WORDS: ReadonlySet<string> = new Set(
  'accdescr acctitle class classdef click default direction end hide href note scale state statediagram style bt lr rl tb'.split(
    ' ',
  ),
);

/** The phase's name, where Mermaid takes it for one. */
function stateId(name: string): string {
  return MERMAID_WORDS.has(name.toLowerCase()) ? `phase_${name}` : name;
}
