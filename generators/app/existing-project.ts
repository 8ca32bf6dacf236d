import { join } from 'node:path';
import { OPERATOR_CODE } from '../../project/code/paths.ts';
import { removeAutopilotKey, setAutopilotKey } from '../../project/config/edit.ts';
import { AUTOPILOT_FILE, OPERATOR_FILE, readProject } from '../../project/config/files.ts';
import { loadProject } from '../../project/config/load.ts';
import { freshOperatorYaml } from '../../project/config/write.ts';
import { FAULTS, ProjectError } from '../../project/errors.ts';
import type { Problem, Project } from '../../project/model.ts';
import { readBases } from '../../project/regeneration/base.ts';
import { readIfThere } from '../../project/regeneration/commit.ts';
import { projectExists } from '../errors.ts';
import type { Answers } from '../questions/answers.ts';
import { optionName } from '../questions/question.ts';
import type { StoredSettings } from '../stored-settings.ts';
import type { Work } from '../wanted-files.ts';

/** What a rerun of `app` does: nothing to the project's YAML files, but for the keys that options name. */
export async function existingProject(
  folder: string,
  given: Answers,
  settings: Partial<StoredSettings>,
): Promise<Work> {
  const { autopilot, operator, ...read } = await readProject(folder);
  if (!autopilot) throw new ProjectError(read.problems);
  const isEmpty = read.problems.some(({ code }) => code === FAULTS.noPhases.code);
  const options = { mayWait: isEmpty && (await neverHadPhases(folder)) };
  const { project, problems } = loadProject({ autopilot, operator }, options);
  if (!project) throw new ProjectError(problems);
  const contradictions = contradicted(project, given);
  if (contradictions.length > 0) throw new ProjectError(contradictions);

  const wanted = changes(project, given);
  const text = wanted.reduce(
    (before, { key, value }) => (value === '' ? removeAutopilotKey(before, key) : setAutopilotKey(before, key, value)),
    autopilot.text,
  );
  const changed = loadProject({ autopilot: { ...autopilot, text }, operator }, options);
  if (!changed.project) throw new ProjectError(changed.problems.map((problem) => aboutOption(problem, given)));
  return {
    folder,
    project: changed.project,
    // A project of 2019 may come without the second file: all of its keys have defaults.
    texts: {
      [AUTOPILOT_FILE]: { text, from: autopilot.text },
      [OPERATOR_FILE]: { text: operator?.text ?? freshOperatorYaml(), from: operator?.text ?? null },
    },
    settings,
    edits: wanted.map(({ key, value }) => `${autopilot.file}: ${key} is ${value === '' ? 'removed' : value}.`),
  };
}

/** Where phases are gone that there were, their files would be left behind: that is more likely a slip. */
async function neverHadPhases(folder: string): Promise<boolean> {
  if ((await readIfThere(join(folder, OPERATOR_CODE))) !== undefined) return false;
  return !(await readBases(folder)).has(OPERATOR_CODE);
}

/** The user has typed options, and never seen the text that their values were written to. */
function aboutOption(found: Problem, given: Answers): Problem {
  const { file: _file, line: _line, column: _column, ...problem } = found;
  return found.path !== undefined && given.has(found.path)
    ? { ...problem, path: `--${optionName(found.path)}` }
    : found;
}

type Key = Parameters<typeof setAutopilotKey>[1];

/** The keys that a rerun sets, where they are not so already; an empty value removes one. */
function changes(project: Project, given: Answers): { key: Key; value: string | boolean }[] {
  const { onSpecChange, onOutputDrift, enableFinalizer } = project;
  const all: [Key, string | boolean | undefined, string | boolean | undefined][] = [
    ['onSpecChange', given.text('onSpecChange'), onSpecChange ?? ''],
    ['onOutputDrift', given.text('onOutputDrift'), onOutputDrift ?? ''],
    ['enableFinalizer', given.flag('finalizer'), enableFinalizer],
  ];
  return all.flatMap(([key, value, is]) => (value === undefined || value === is ? [] : [{ key, value }]));
}

/** Options that say what a new project would be, and say something else than what is here. */
function contradicted(project: Project, given: Answers): Problem[] {
  const is = {
    kind: project.kind,
    group: project.group,
    version: project.version,
    operatorName: project.operatorName,
    scope: project.scope,
    // What it began with may have grown since.
    ...(given.text('phases') === 'none' && { phases: project.phases.map(({ name }) => name).join(', ') || 'none' }),
    ...(project.phases.length === 0 && { phases: 'none' }),
  };
  return Object.entries(is).flatMap(([name, value]) => {
    const wanted = given.text(name);
    return wanted === undefined || wanted === value ? [] : [projectExists(`--${optionName(name)}`, value)];
  });
}
