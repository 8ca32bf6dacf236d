import type { Project } from '../model.ts';
import { commented, docComment, generatedHeader } from './comment.ts';
import { hasConfig } from './config.ts';
import { createImports, specifier } from './imports.ts';
import { kindNames } from './names.ts';
import { projectPaths } from './paths.ts';
import { interfaceOf, useMembers } from './use-members.ts';

/** `src/api/<plural>/<version>/types.ts`: the resource's types, which follow from the schemas in `spec.ts` beside it. */
export function typesFile(project: Project): string {
  const names = kindNames(project.kind);
  const { kind } = project;
  const file = projectPaths(project).types;
  const declared = [names.type, names.spec, names.status, names.phase, names.resource];
  const imports = createImports([
    ...declared,
    names.config,
    names.finalizer,
    names.finalizerInputs,
    names.finalizerOutputs,
  ]);
  const customResource = imports.type('autopilot-runtime', 'CustomResource');
  const definition = imports.type('autopilot-runtime', 'ResourceDefinition');
  const z = imports.type('zod', 'z');
  const [spec, status] = [imports.type('./spec.ts', 'spec'), imports.type('./spec.ts', 'status')];
  const apiVersion = `${project.group}/${project.version}`;

  const phases = project.phases.map((phase) => commented(phase.description, `  | '${phase.name}'`)).join('\n');
  const resource = {
    group: project.group,
    version: project.version,
    kind,
    plural: project.plural,
    singular: project.singular,
    ...(project.shortNames.length > 0 ? { shortNames: project.shortNames } : {}),
    ...(project.categories.length > 0 ? { categories: project.categories } : {}),
    namespaced: project.scope === 'Namespaced',
    key: names.key,
  };
  const { inputs, outputs } = useMembers(project, imports, projectPaths(project).types, project.finalizer);
  const finalizer = project.enableFinalizer
    ? [
        ...(inputs.length > 0
          ? [docComment('What the finalizer reads.'), interfaceOf(names.finalizerInputs, inputs)]
          : []),
        ...(outputs.length > 0
          ? [
              docComment('What the finalizer makes: it goes with the resource.'),
              interfaceOf(names.finalizerOutputs, outputs),
            ]
          : []),
        docComment(
          `The type of \`finalizer\` in src/finalizer.ts: runs once the ${kind} is being deleted. Its return lets the deletion go on, unless that is { done: false }.`,
        ),
        `export type ${names.finalizer} = ${imports.type('autopilot-runtime', 'Finalizer')}<{
           resource: { ${names.key}: ${kind} };
           inputs: ${inputs.length > 0 ? names.finalizerInputs : 'object'};
           outputs: ${outputs.length > 0 ? names.finalizerOutputs : 'object'};
           ${hasConfig(project) ? `config: ${names.config};` : ''}
         }>;`,
      ]
    : [];

  const body = [
    docComment(`What is asked for: \`spec\` of the ${kind}, with the defaults that the API server fills in.`),
    `export type ${names.spec} = ${z}.output<typeof ${spec}>;\n`,
    docComment(`What the workers report: their part of \`status\`.`),
    `export type ${names.status} = ${z}.output<typeof ${status}>;\n`,
    ...(hasConfig(project)
      ? [
          docComment('The settings that workers get as `config`.'),
          `export type ${names.config} = ${z}.output<typeof ${imports.type(specifier(file, projectPaths(project).config), 'config')}>;\n`,
        ]
      : []),
    docComment(`The phases, in the order of autopilot.yaml.`),
    `export type ${names.phase} = ${phases || 'never'};\n`,
    docComment(`The ${kind} as workers see it: frozen, and with \`status\` absent until something was reported.`),
    `export interface ${kind} extends ${customResource}<${names.spec}, ${names.status}, ${names.phase}> {
       readonly apiVersion?: '${apiVersion}'; readonly kind?: '${kind}';
     }\n`,
    docComment(`Where the API server has it: ${project.plural}.${project.group}.`),
    `export const ${names.resource} = ${JSON.stringify(resource)} as const satisfies ${definition};\n`,
    ...finalizer,
  ].join('\n');
  return [generatedHeader(), imports.render(), body].join('\n\n');
}
