import type { Input, Output, Phase, Project, ResourceParameter } from '../model.ts';
import { commented } from './comment.ts';
import { specifier } from './imports.ts';
import type { Imports } from './imports.ts';
import { untypedName } from './kinds.ts';
import { projectPaths } from './paths.ts';

/** What a phase or the finalizer reads and makes, as members of interfaces in `file`. */
export function useMembers(
  project: Project,
  imports: Imports,
  file: string,
  uses: Pick<Phase, 'inputs' | 'outputs'>,
): { readonly inputs: readonly string[]; readonly outputs: readonly string[] } {
  const paths = projectPaths(project);
  const object = (parameter: ResourceParameter) => objectType(imports, file, parameter, specifier(file, paths.kinds));
  const inputs = uses.inputs.map((input) => {
    const type =
      input.parameter.type === 'metrics'
        ? imports.type(specifier(file, paths.metrics), 'Metrics')
        : readerType(imports, input, object);
    return commented(bounds(input), `readonly ${input.parameter.key}: ${type};`);
  });
  const outputs = uses.outputs.map((output) => {
    const type = `readonly ${imports.type('autopilot-runtime', 'Desired')}<${object(output.parameter)}>[]`;
    return commented(reach(project, output), `readonly ${output.parameter.key}?: ${type};`);
  });
  return { inputs, outputs };
}

/** An interface of these members; any object where there are none. */
export function interfaceOf(name: string, lines: readonly string[]): string {
  return lines.length > 0 ? `export interface ${name} {\n${lines.join('\n')}\n}\n` : `export type ${name} = object;\n`;
}

function readerType(imports: Imports, input: Input, object: (parameter: ResourceParameter) => string): string {
  if (input.parameter.type === 'metrics' || input.metadataOnly)
    return imports.type('autopilot-runtime', 'MetadataReader');
  return `${imports.type('autopilot-runtime', 'Reader')}<${object(input.parameter)}>`;
}

/** The same about an output. */
function reach({ scope }: Project, { parameter, namespace }: Output): string {
  return scope === 'Namespaced' && parameter.namespaced && namespace === 'any'
    ? 'In any namespace: `metadata.namespace` says in which.'
    : '';
}

/** What autopilot.yaml says about an input beside its kind. */
function bounds(input: Input): string {
  if (input.parameter.type === 'metrics') return '';
  const selector = input.selector ? `Only those that match ${JSON.stringify(input.selector)}.` : '';
  const namespace = input.namespace === 'any' ? 'In all namespaces.' : '';
  return [selector, namespace, input.metadataOnly ? 'Metadata only.' : ''].filter(Boolean).join(' ');
}

/** The TypeScript type of a kind's objects; a module of the project's own is named relative to the project's folder. */
export function objectType(imports: Imports, file: string, parameter: ResourceParameter, kinds: string): string {
  if (!parameter.types) return imports.type(kinds, untypedName(parameter));
  const { module, name } = parameter.types;
  return imports.type(module.startsWith('.') ? specifier(file, module.replace(/^(\.\/)+/, '')) : module, name);
}
