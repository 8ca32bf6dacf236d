import type { Project, ResourceParameter } from '../model.ts';
import { docComment, generatedHeader } from './comment.ts';
import { createImports } from './imports.ts';

/** The resource parameters that some phase or the finalizer reads, writes or patches, by name. */
export function usedKinds(project: Project): ResourceParameter[] {
  const used = new Map<string, ResourceParameter>();
  const patches = project.phases.map((phase) => ({ inputs: [], outputs: phase.patches }));
  for (const phase of [...project.phases, project.finalizer, ...patches]) {
    for (const { parameter } of [...phase.inputs, ...phase.outputs]) {
      if (parameter.type === 'resource') used.set(parameter.name, parameter);
    }
  }
  return [...used.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** The interface of a kind without a types module. */
export function untypedName(parameter: ResourceParameter): string {
  return `${parameter.key.charAt(0).toUpperCase()}${parameter.key.slice(1)}Object`;
}

/**
 * `src/kinds.ts`: a constant for each kind that the operator reads or writes, so that the runtime needs no discovery, and an
 * interface for each that no module has types for.
 */
export function kindsFile(project: Project): string {
  const kinds = usedKinds(project);
  const untyped = kinds.filter((parameter) => !parameter.types);
  const imports = createImports([...kinds.map(({ key }) => key), ...untyped.map(untypedName)]);
  const type = imports.type('autopilot-runtime', 'ResourceType');
  const constants = kinds.map(({ key, group, version, kind, plural, namespaced }) => {
    const value = JSON.stringify({ group, version, kind, plural, namespaced });
    return `export const ${key} = ${value} as const satisfies ${type};`;
  });
  const interfaces = untyped.map((parameter) => {
    const object = imports.type('autopilot-runtime', 'KubernetesObject');
    const comment = docComment(
      `A ${parameter.kind}. Untyped: name a module under \`types\` in autopilot.yaml to type it.`,
    );
    return `${comment}\nexport interface ${untypedName(parameter)} extends ${object} {\n  readonly [field: string]: unknown;\n}`;
  });
  return [generatedHeader(), imports.render(), ...constants, ...interfaces].join('\n\n');
}
