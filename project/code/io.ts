import type { Input, Phase, Project, ResourceParameter } from '../model.ts';
import { commented, docComment, generatedHeader } from './comment.ts';
import { createImports, specifier } from './imports.ts';
import type { Imports } from './imports.ts';
import { untypedName } from './kinds.ts';
import { kindNames, phaseNames } from './names.ts';
import { projectPaths } from './paths.ts';

/** `src/workers/<phase>/io.ts`: what the phase reads and makes, where it may go, and so its worker's type. */
export function ioFile(project: Project, phase: Phase): string {
  const paths = projectPaths(project);
  const file = paths.io(phase.name);
  const names = phaseNames(phase.name);
  const kind = kindNames(project.kind);
  const imports = createImports([names.inputs, names.outputs, names.next, names.worker]);
  const types = specifier(file, paths.types);
  const [resource, status] = [imports.type(types, kind.type), imports.type(types, kind.status)];
  const object = (parameter: ResourceParameter) => objectType(imports, file, parameter, specifier(file, paths.kinds));

  const inputs = phase.inputs.map((input) => {
    const type =
      input.parameter.type === 'metrics'
        ? imports.type(specifier(file, paths.metrics), 'Metrics')
        : readerType(imports, input, object);
    return commented(bounds(input), `readonly ${input.parameter.key}: ${type};`);
  });
  const outputs = phase.outputs.map(
    ({ parameter }) =>
      `readonly ${parameter.key}?: readonly ${imports.type('autopilot-runtime', 'Desired')}<${object(parameter)}>[];`,
  );
  const next = nextPhases(project, phase);

  const body = [
    docComment(
      inputs.length > 0
        ? `What ${phase.name} reads, from the operator's caches. A change of just what the worker read runs it again.`
        : `${phase.name} reads nothing but the ${project.kind}.`,
    ),
    members(names.inputs, inputs),
    docComment(
      outputs.length > 0
        ? `What ${phase.name} makes, by kind. A list that is returned is authoritative: what it lacks is deleted; [] deletes all. ` +
            `An absent one leaves things as they are.`
        : `${phase.name} makes nothing.`,
    ),
    members(names.outputs, outputs),
    docComment(`The phases that ${phase.name} may go to; itself, to stay.`),
    `export type ${names.next} = ${next.map((name) => `'${name}'`).join(' | ')};\n`,
    commented(
      phase.description,
      `export type ${names.worker} = ${imports.type('autopilot-runtime', 'Worker')}<{
         resource: { ${kind.key}: ${resource} }; inputs: ${names.inputs}; outputs: ${names.outputs}; next: ${names.next};
         status: ${status};
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

function members(name: string, lines: readonly string[]): string {
  return lines.length > 0 ? `export interface ${name} {\n${lines.join('\n')}\n}\n` : `export type ${name} = object;\n`;
}

function readerType(imports: Imports, input: Input, object: (parameter: ResourceParameter) => string): string {
  if (input.parameter.type === 'metrics' || input.metadataOnly)
    return imports.type('autopilot-runtime', 'MetadataReader');
  return `${imports.type('autopilot-runtime', 'Reader')}<${object(input.parameter)}>`;
}

/** What autopilot.yaml says about an input beside its kind. */
function bounds(input: Input): string {
  if (input.parameter.type === 'metrics') return '';
  const selector = input.selector ? `Only those that match ${JSON.stringify(input.selector)}.` : '';
  const namespace = input.namespace === 'any' ? 'In all namespaces.' : '';
  return [selector, namespace, input.metadataOnly ? 'Metadata only.' : ''].filter(Boolean).join(' ');
}

/** The TypeScript type of a kind's objects; a module of the project's own is named relative to the project's folder. */
function objectType(imports: Imports, file: string, parameter: ResourceParameter, kinds: string): string {
  if (!parameter.types) return imports.type(kinds, untypedName(parameter));
  const { module, name } = parameter.types;
  return imports.type(module.startsWith('.') ? specifier(file, module.replace(/^(\.\/)+/, '')) : module, name);
}
