import { lowerCamel } from '../../catalogue/plural.ts';
import { parseTemplate } from '../../../runtime/queries/template.ts';
import { BUILTIN_QUERIES, queryMethod } from '../../catalogue/queries.ts';
import { FAULTS } from '../../errors.ts';
import type { Query } from '../../model.ts';
import type { AutopilotFile, QueryEntry } from '../autopilot-fields.ts';
import { isReservedWord } from '../names.ts';
import type { Reading } from '../reading.ts';
import type { Path } from '../source.ts';
import { nearest } from '../suggest.ts';
import { defined } from './identity.ts';

/** Built-in queries and the project's own. */
export function checkQueries(file: AutopilotFile, reading: Reading): readonly Query[] {
  const methods = new Map(
    BUILTIN_QUERIES.map(({ name, method }) => [method.toLowerCase(), `the built-in \`${name}\``]),
  );
  const own = (file.queries ?? []).flatMap((entry, index) => {
    if (!entry) return [];
    const path = ['queries', index];
    const { name, queryTemplate: template = '' } = entry;
    if (name !== undefined) {
      const method = queryMethod(name);
      const by = methods.get(method.toLowerCase());
      if (by !== undefined) reading.report(FAULTS.queryTaken({ name, method, by }), [...path, 'name']);
      else methods.set(method.toLowerCase(), `\`${name}\``);
    }
    const parameters = checkArguments(entry, path, reading);
    checkTemplate(entry, path, reading);
    checkPlaces(template, path, reading);
    return name === undefined ? [] : [{ name, method: queryMethod(name), template, parameters }];
  });
  return [...BUILTIN_QUERIES, ...own];
}

/** Parameters become arguments: their names have to differ as such, and none may be a word of TypeScript. */
function checkArguments({ parameters }: QueryEntry, path: Path, reading: Reading): readonly string[] {
  const seen = new Set<string>();
  for (const [index, name] of (parameters ?? []).entries()) {
    if (name === undefined) continue;
    const argument = lowerCamel(name);
    if (isReservedWord(argument)) reading.report(FAULTS.queryParameterName({ name }), [...path, 'parameters', index]);
    else if (seen.has(argument)) reading.report(FAULTS.duplicate({ value: name }), [...path, 'parameters', index]);
    seen.add(argument);
  }
  return defined(parameters);
}

/** Where placeholders stand: each argument is escaped for its place, and there are places for which nothing is safe. */
function checkPlaces(template: string, path: Path, reading: Reading): void {
  for (const { text, where } of parseTemplate(template).problems)
    reading.reportIn(FAULTS.queryPlace({ text, where }), [...path, 'queryTemplate'], text);
}

/** What stands between double braces: a placeholder, or something that is none. */
const BRACES = /\{\{-?\s*\.([A-Za-z_]\w*)\s*-?\}\}|\{\{.*?\}\}|\{\{.*/gs;

/** Placeholders against parameters, both ways. */
function checkTemplate({ queryTemplate, parameters }: QueryEntry, path: Path, reading: Reading): void {
  if (queryTemplate === undefined) return;
  const declared = defined(parameters);
  // A faulty parameter may be the one that a placeholder means.
  const isKnown = parameters ? !parameters.includes(undefined) : !reading.hasProblemAt([...path, 'parameters']);
  const place = [...path, 'queryTemplate'];
  const used = new Set<string>();
  /** Words of what is no placeholder: what it names is not unused. */
  const meant = new Set<string>();
  for (const [text, name] of queryTemplate.matchAll(BRACES)) {
    if (name === undefined) {
      const found = text.length > 40 ? `${text.slice(0, 40)}…` : text;
      reading.reportIn(FAULTS.queryTemplate({ found }), place, text);
      for (const word of text.match(/\w+/g) ?? []) meant.add(word);
    } else if (isKnown && !used.has(name) && !declared.includes(name)) {
      const near = nearest(name, declared);
      const hint = near === undefined ? `Add \`${name}\` to \`parameters\`.` : `Did you mean \`{{ .${near} }}\`?`;
      reading.reportIn(FAULTS.queryPlaceholder({ name, hint }), place, text);
      // The one that was meant is used.
      if (near !== undefined) used.add(near);
    }
    if (name !== undefined) used.add(name);
  }
  for (const [index, name] of (parameters ?? []).entries()) {
    if (name !== undefined && !used.has(name) && !meant.has(name)) {
      reading.report(FAULTS.queryParameterUnused({ name }), [...path, 'parameters', index]);
    }
  }
}
