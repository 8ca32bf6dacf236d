import { FAULTS } from '../errors.ts';
import type { OperatorSettings, Problem, Project } from '../model.ts';
import { AUTOPILOT } from './autopilot-fields.ts';
import type { AutopilotFile } from './autopilot-fields.ts';
import { OPERATOR, settingsOf } from './operator-fields.ts';
import { Reading } from './reading.ts';
import { checkFinalizer } from './rules/finalizer.ts';
import { checkIdentity } from './rules/identity.ts';
import { checkParameters } from './rules/parameters.ts';
import { checkPhases } from './rules/phases.ts';
import { checkQueries } from './rules/queries.ts';
import { checkRules } from './rules/rbac.ts';
import { checkSettings } from './rules/settings.ts';
import { parseSource } from './source.ts';

/** A file's name, as the user would write it, and its text. */
export interface TextFile {
  readonly file: string;
  readonly text: string;
}

export interface LoadedProject {
  /** Absent where there is any problem. */
  readonly project?: Project;
  /** Everything that is wrong, in the order of the files, each by position. */
  readonly problems: readonly Problem[];
}

export interface LoadOptions {
  /** Whether a project is right that waits for its first phase (`phases: []`). Default false: it can do nothing. */
  readonly mayWait?: boolean;
}

/**
 * Reads a project from the texts of its two files: `autopilot.yaml`, and `autopilot-operator.yaml` where there is one. Nothing
 * is read from disk, and nothing throws.
 */
export function loadProject(
  files: { readonly autopilot: TextFile; readonly operator?: TextFile | undefined },
  { mayWait = false }: LoadOptions = {},
): LoadedProject {
  const operator = open(files.operator ?? { file: 'autopilot-operator.yaml', text: '' });
  const settings = readSettings(operator);
  const autopilot = open(files.autopilot);
  const file = readAutopilot(autopilot);
  const project = file && projectOf(file, autopilot.reading, settings);
  checkSettings(settings, file ?? {}, operator.reading);
  const all = [...autopilot.reading.problems, ...operator.reading.problems];
  const problems = mayWait ? all.filter(({ code }) => code !== FAULTS.noPhases.code) : all;
  return project && problems.length === 0 ? { project, problems } : { problems };
}

function readAutopilot({ reading, isBroken }: Opened): AutopilotFile | undefined {
  if (isBroken) return undefined;
  if (!reading.isEmpty()) return AUTOPILOT.read(reading.source.root, [], reading);
  reading.report(FAULTS.fileEmpty(), []);
  return undefined;
}

function projectOf(file: AutopilotFile, reading: Reading, operator: OperatorSettings): Project | undefined {
  const parameters = checkParameters(file, reading);
  const rbac = checkRules(file, reading);
  const queries = checkQueries(file, reading);
  const identity = checkIdentity(file, reading);
  const { kind = 'The kind', scope = 'Namespaced' } = file;
  const around = { kind, scope, parameters, rbac };
  const machine = checkPhases(file, reading, around);
  const finalizer = checkFinalizer(file, reading, around);
  if (!identity) return undefined;
  return {
    ...identity,
    ...machine,
    ...finalizer,
    transitions: file.transitions ?? 0,
    rbac,
    parameters: parameters.all,
    customParameters: parameters.custom,
    queries,
    operator,
  };
}

/** An absent or empty file means the defaults. */
function readSettings({ reading, isBroken }: Opened): OperatorSettings {
  if (isBroken || reading.isEmpty()) return settingsOf({});
  return settingsOf(OPERATOR.read(reading.source.root, [], reading) ?? {});
}

interface Opened {
  readonly reading: Reading;
  /** Where the text is no YAML, nothing can be read from it. */
  readonly isBroken: boolean;
}

function open({ file, text }: TextFile): Opened {
  const { source, faults, tags } = parseSource(file, text.replace(/^\uFEFF/, ''));
  const reading = new Reading(source);
  for (const { fault, offset, path } of [...faults, ...tags]) reading.reportAt(fault, path, offset);
  return { reading, isBroken: faults.length > 0 };
}
