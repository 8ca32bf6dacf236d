import type { Phase, Project } from '../model.ts';
import { commented, docComment, generatedHeader } from './comment.ts';
import { hasConfig } from './config.ts';
import { createImports, specifier } from './imports.ts';
import { kindNames, phaseNames } from './names.ts';
import { aboutPatches, patchMembers } from './patches.ts';
import { projectPaths } from './paths.ts';
import { interfaceOf, useMembers } from './use-members.ts';

/** `src/workers/<phase>/io.ts`: what the phase reads and makes, where it may go, and so its worker's type. */
export function ioFile(project: Project, phase: Phase): string {
  const paths = projectPaths(project);
  const file = paths.io(phase.name);
  const names = phaseNames(phase.name);
  const kind = kindNames(project.kind);
  const imports = createImports([names.inputs, names.outputs, names.patches, names.next, names.worker]);
  const types = specifier(file, paths.types);
  const [resource, status] = [imports.type(types, kind.type), imports.type(types, kind.status)];
  const { inputs, outputs } = useMembers(project, imports, file, phase);
  const patches = patchMembers(project, imports, file, phase);
  const next = nextPhases(project, phase);

  const body = [
    docComment(
      inputs.length > 0
        ? `What ${phase.name} reads, from the operator's caches. A change of just what the worker read runs it again.`
        : `${phase.name} reads nothing but the ${project.kind}.`,
    ),
    interfaceOf(names.inputs, inputs),
    docComment(
      outputs.length > 0
        ? `What ${phase.name} makes, by kind. A list that is returned is authoritative: what it lacks is deleted; [] deletes all. ` +
            `An absent one leaves things as they are.`
        : `${phase.name} makes nothing.`,
    ),
    interfaceOf(names.outputs, outputs),
    ...(patches.length > 0 ? [docComment(aboutPatches(project, phase)), interfaceOf(names.patches, patches)] : []),
    docComment(`The phases that ${phase.name} may go to; itself, to stay.`),
    `export type ${names.next} = ${next.map((name) => `'${name}'`).join(' | ')};\n`,
    commented(
      phase.description,
      `export type ${names.worker} = ${imports.type('autopilot-runtime', 'Worker')}<{
         resource: { ${kind.key}: ${resource} }; inputs: ${names.inputs}; outputs: ${names.outputs};${patches.length > 0 ? ` patches: ${names.patches};` : ''} next: ${names.next};
         status: ${status};${hasConfig(project) ? ` config: ${imports.type(types, kind.config)};` : ''}
       }>;`,
    ),
  ].join('\n');
  return [generatedHeader(), imports.render(), body].join('\n\n');
}

/** The phases that a phase may go to, in the file's order; the phase itself first. */
function nextPhases(project: Project, phase: Phase): string[] {
  const others = phase.next ?? project.phases.map(({ name }) => name);
  return [phase.name, ...others.filter((name) => name !== phase.name)];
}
