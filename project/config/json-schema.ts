import { AUTOPILOT } from './autopilot-fields.ts';
import type { JsonSchema } from './field.ts';
import { OPERATOR } from './operator-fields.ts';

/**
 * The JSON schemas of the two files, for editors: they complete keys and names, show what a key means, and mark what is wrong
 * before a command is run. Made from the declarations by which the files are read; what only a whole file can tell (a phase that
 * nothing leads to, an unknown kind) is left to `ap validate`.
 */
export const JSON_SCHEMAS = {
  autopilot: document('autopilot.yaml', AUTOPILOT.schema),
  operator: document('autopilot-operator.yaml', OPERATOR.schema),
} as const;

/** As files: JSON with two spaces, and a line break at the end. */
export function schemaText(which: keyof typeof JSON_SCHEMAS): string {
  return `${JSON.stringify(JSON_SCHEMAS[which], null, 2)}\n`;
}

/** Draft-07 is what YAML editors understand best. */
function document(title: string, schema: JsonSchema): JsonSchema {
  return { $schema: 'http://json-schema.org/draft-07/schema#', title, ...schema };
}
