import { parseTemplate, type Template } from './template.ts';

/** One query of a project, ready to be asked. */
export interface PreparedQuery {
  readonly template: Template;
  /** In the order of the method's arguments. */
  readonly parameters: readonly string[];
}

/** Takes a query's template apart, and tells what is wrong with it. */
export function prepareQuery(
  method: string,
  { template: source, parameters }: { readonly template: string; readonly parameters: readonly string[] },
  wrong: (problem: string) => void,
): PreparedQuery {
  const template = parseTemplate(source);
  for (const { text, where } of template.problems) wrong(`query ${method}: ${text} stands ${where}`);
  for (const piece of template.pieces) {
    if (typeof piece !== 'string' && !parameters.includes(piece.parameter))
      wrong(`query ${method}: {{ .${piece.parameter} }} is none of its parameters`);
  }
  return { template, parameters };
}
