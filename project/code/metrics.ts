import { parseTemplate } from '../../runtime/queries/template.ts';
import { lowerCamel } from '../catalogue/plural.ts';
import type { Project, Query } from '../model.ts';
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
  const methods = project.queries.map((query) => {
    const places = placesOf(query);
    const list = query.parameters.map((parameter) => `${parameterName(parameter)}: ${argumentType(places, parameter)}`);
    const about = [...(query.description === undefined ? [] : [query.description]), argumentRules(query, places)];
    return `${docComment(`Query ${query.name}.`, about.join(' '))}\n${query.method}(${list.join(', ')}): Promise<number | undefined>;`;
  });
  const queries = Object.fromEntries(
    project.queries.map(({ method, template, parameters }) => [method, { template, parameters }]),
  );
  return [
    generatedHeader(),
    imports.render(),
    docComment(
      'Metrics of the mesh, as workers ask for them: each call asks the metrics server once. The answer is a number as PromQL has it, infinity ' +
        'included, or undefined where there is no data: no series, or no traffic in the interval.',
      'A call rejects with QueryError where the server cannot be reached or refuses, where it does not answer within 10 s, and where the ' +
        'answer is not one number. Arguments are escaped for their places; one for which there is no room is refused (ERR_AP_QUERY_ARGUMENT).',
    ),
    `export interface Metrics {\n${methods.join('\n')}\n}\n`,
    docComment('The queries in PromQL; `{{ .Name }}` stands for an argument of the method of the same name.'),
    `export const queries = ${JSON.stringify(queries)} as const satisfies Record<string, ${definition}>;`,
  ].join('\n');
}

type Places = ReadonlyMap<string, ReadonlySet<string>>;

/** Where each parameter stands in the template. */
function placesOf({ template }: Query): Places {
  const places = new Map<string, Set<string>>();
  for (const piece of parseTemplate(template).pieces) {
    if (typeof piece !== 'string')
      places.set(piece.parameter, (places.get(piece.parameter) ?? new Set()).add(piece.place));
  }
  return places;
}

/** What is no duration can be given as a number, too. */
function argumentType(places: Places, parameter: string): string {
  const found = places.get(parameter) ?? new Set();
  return found.size > 0 && [...found].every((place) => place === 'word' || place === 'part')
    ? 'string | number'
    : 'string';
}

function argumentRules({ parameters }: Query, places: Places): string {
  const durations = parameters.filter((parameter) => places.get(parameter)?.has('duration'));
  return durations.map((parameter) => `\`${parameterName(parameter)}\` is a duration such as \`1m30s\`.`).join(' ');
}

function parameterName(parameter: string): string {
  const name = lowerCamel(parameter);
  return isReserved(name) ? `${name}_` : name;
}
