import { lowerCamel } from '../catalogue/plural.ts';
import type { Project } from '../model.ts';
import { docComment, generatedHeader } from './comment.ts';
import { createImports } from './imports.ts';
import { isReserved } from './names.ts';

export function usesMetrics(project: Project): boolean {
  return [...project.phases, project.finalizer].some((phase) =>
    phase.inputs.some(({ parameter }) => parameter.type === 'metrics'),
  );
}

/** `src/metrics.ts`: the typed client for the project's queries, and the queries themselves. */
export function metricsFile(project: Project): string {
  const imports = createImports(['Metrics', 'queries']);
  const definition = imports.type('autopilot-runtime', 'QueryDefinition');
  const methods = project.queries.map(({ name, method, parameters }) => {
    const list = parameters.map((parameter) => `${parameterName(parameter)}: string`).join(', ');
    return `${docComment(`Query ${name}.`)}\n${method}(${list}): Promise<number>;`;
  });
  const queries = Object.fromEntries(
    project.queries.map(({ method, template, parameters }) => [method, { template, parameters }]),
  );
  return [
    generatedHeader(),
    imports.render(),
    docComment(
      'Metrics of the mesh, as workers ask for them. A query without an answer fails, as does every query where no metrics server is known.',
    ),
    `export interface Metrics {\n${methods.join('\n')}\n}\n`,
    docComment('The queries in PromQL; `{{ .Name }}` stands for an argument of the method of the same name.'),
    `export const queries = ${JSON.stringify(queries)} as const satisfies Record<string, ${definition}>;`,
  ].join('\n');
}

function parameterName(parameter: string): string {
  const name = lowerCamel(parameter);
  return isReserved(name) ? `${name}_` : name;
}
