import { stringify } from 'yaml';
import { OPERATOR_CONFIG_FIELDS } from '../../runtime/config/fields.ts';
import type { ConfigField } from '../../runtime/config/fields.ts';
import type { OperatorSettings, Project } from '../model.ts';

/** Where a project keeps the schemas that its two files name for editors, relative to its folder. */
export const SCHEMA_PATHS = {
  autopilot: '.autopilot/schemas/autopilot.schema.json',
  operator: '.autopilot/schemas/autopilot-operator.schema.json',
} as const;

/** What a new project starts with. Values are written as they are: `loadProject` checks the result. */
export interface FreshProject {
  readonly kind: string;
  readonly apiVersion: string;
  readonly operatorName: string;
  readonly scope?: Project['scope'];
  readonly phases: readonly FreshPhase[];
  readonly enableFinalizer?: boolean;
  readonly onSpecChange?: string;
  readonly onOutputDrift?: string;
}

export interface FreshPhase {
  readonly name: string;
  readonly description?: string;
  readonly initial?: boolean;
  readonly final?: boolean;
  /** Names of parameters. */
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly patches?: readonly string[];
  readonly next?: readonly string[];
}

/** The text of a new `autopilot.yaml`. */
export function freshAutopilotYaml(project: FreshProject): string {
  const { kind, apiVersion, operatorName, scope, phases, enableFinalizer, onSpecChange, onOutputDrift } = project;
  const sections = [
    `# yaml-language-server: $schema=${SCHEMA_PATHS.autopilot}`,
    [
      '# The operator project: its kind, its phases, and what each phase reads and writes.',
      '# `yo autopilot` or `ap generate` makes code, tests and manifests of it.',
    ],
    [
      entry('kind', kind),
      entry('apiVersion', apiVersion),
      "# Names and labels the operator's resources, logs and metrics.",
      entry('operatorName', operatorName),
      ...(scope === 'Cluster' ? [entry('scope', scope)] : []),
    ],
    enableFinalizer && ['# Run src/finalizer.ts before a resource is deleted.', entry('enableFinalizer', true)],
    onSpecChange !== undefined && [
      '# Where a resource in a final phase goes when its spec changes.',
      entry('onSpecChange', onSpecChange),
    ],
    onOutputDrift !== undefined && [
      '# Where a resource goes when somebody else changes or deletes an output of an earlier phase.',
      entry('onOutputDrift', onOutputDrift),
    ],
    [
      '# A worker for each phase that is not final: src/workers/<phase>/worker.ts.',
      ...(phases.length === 0 ? ['phases: []'] : ['phases:', phases.map((phase) => phaseLines(phase)).join('\n\n')]),
    ],
  ];
  return `${sections
    .filter((section) => section !== false && section !== undefined)
    .map((section) => (typeof section === 'string' ? section : section.join('\n')))
    .join('\n\n')}\n`;
}

/** One item of `phases`, without a line break at its end. `indent` is that of its dash. */
export function phaseLines(phase: FreshPhase, indent = '  ', dash = '- '): string {
  const lines = phaseEntries(phase).flatMap(([key, value]) =>
    typeof value === 'object' && key !== 'next' ? list(key, value) : [entry(key, value)],
  );
  const inner = indent + ' '.repeat(dash.length);
  return lines.map((line, index) => (index === 0 ? indent + dash : inner) + line).join('\n');
}

/** The same in one line: `{ name: Syncing, inputs: [pods] }`. */
export function flowPhase(phase: FreshPhase): string {
  return `{ ${phaseEntries(phase)
    .map(([key, value]) => entry(key, value))
    .join(', ')} }`;
}

/** What is written of a phase, in this order. */
export function phaseEntries(phase: FreshPhase): readonly (readonly [string, string | boolean | readonly string[]])[] {
  const { name, description = '', initial, final, inputs = [], outputs = [], patches = [], next } = phase;
  return [
    ['name', name],
    ...(description === '' ? [] : [['description', description] as const]),
    ...(initial ? [['initial', true] as const] : []),
    ...(final ? [['final', true] as const] : []),
    ...(inputs.length === 0 ? [] : [['inputs', inputs] as const]),
    ...(outputs.length === 0 ? [] : [['outputs', outputs] as const]),
    ...(patches.length === 0 ? [] : [['patches', patches] as const]),
    ...(next === undefined ? [] : [['next', next] as const]),
  ];
}

/** Names in one line each: lists of kinds grow, and diffs stay small. */
function list(key: string, names: readonly string[]): readonly string[] {
  return [`${key}:`, ...names.map((name) => `  - ${scalarText(name)}`)];
}

function entry(key: string, value: string | boolean | readonly string[]): string {
  if (typeof value === 'object') return `${key}: [${value.map((item) => scalarText(item)).join(', ')}]`;
  return `${key}: ${scalarText(value)}`;
}

/** A value in one line, quoted where it would be read as something else, by YAML 1.1 too. */
export function scalarText(value: string | number | boolean): string {
  const options = { singleQuote: true, lineWidth: 0, compat: 'yaml-1.1', defaultStringType: 'PLAIN' } as const;
  const text = stringify(value, options).trimEnd();
  return text.includes('\n') ? JSON.stringify(value) : text;
}

/** The text of a new `autopilot-operator.yaml`. */
export function freshOperatorYaml(values: Partial<OperatorSettings> = {}): string {
  return `# yaml-language-server: $schema=${SCHEMA_PATHS.operator}

# The operator's configuration at run time. Environment variables win over it.
# What is commented out shows the default.

${operatorEntries({ version: OPERATOR_CONFIG_FIELDS.version.default, ...values })}`;
}

/** Every key with its meaning: those given, and the others commented out with their defaults. */
export function operatorEntries(values: Partial<OperatorSettings>): string {
  const given = new Map<string, unknown>(Object.entries(values));
  const fields: [string, ConfigField][] = Object.entries(OPERATOR_CONFIG_FIELDS);
  return fields
    .filter(([key, field]) => field.type !== 'object' || given.has(key))
    .map(([key, field]) => {
      const value = given.get(key);
      const line = isScalar(value)
        ? `${key}: ${scalarText(value)}`
        : field.type === 'object'
          ? stringify({ [key]: value }, { lineWidth: 0, compat: 'yaml-1.1' }).trimEnd()
          : `# ${key}: ${exampleOf(field)}`;
      return `${comment(field.description)}\n${line}\n`;
    })
    .join('\n');
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** The default; where there is none, a value that somebody may want. */
function exampleOf(field: ConfigField): string {
  if (isScalar(field.default)) return scalarText(field.default);
  if (field.type === 'duration') return '5s';
  return field.type === 'enum' ? (field.values[0] ?? '') : '{}';
}

/** Wrapped at a width that editors show beside something else. */
function comment(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 98) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`# ${word}`);
  }
  return lines.join('\n');
}
