import { addPhase } from '../../project/config/edit.ts';
import type { PhasePlace } from '../../project/config/edit.ts';
import { loadProject } from '../../project/config/load.ts';
import type { TextFile } from '../../project/config/load.ts';
import type { FreshPhase } from '../../project/config/write.ts';
import { suggestion } from '../../project/config/suggest.ts';
import { FAULTS, ProjectError } from '../../project/errors.ts';
import type { Phase, Problem, Project } from '../../project/model.ts';
import type { Answers } from '../questions/answers.ts';
import type { Answer } from '../questions/question.ts';

/** The project that a phase is added to. It may have none yet, and then it cannot be loaded. */
export interface PhaseContext {
  readonly phases: readonly Phase[];
  readonly autopilot: TextFile;
  readonly operator: TextFile | undefined;
}

export interface PhaseEdit {
  readonly text?: string;
  readonly project?: Project;
  readonly problems: readonly Problem[];
}

/** What is taken where nothing is said. */
export function defaultAnswer(name: string, { phases }: PhaseContext): Answer | undefined {
  const defaults: Readonly<Record<string, Answer>> = {
    description: '',
    initial: phases.length === 0,
    final: false,
    inputs: [],
    outputs: [],
    patches: [],
    from: defaultFrom(phases),
    next: [],
  };
  return defaults[name];
}

/** Where every phase names its followers, nothing would lead to the new one: the last that works does then. */
function defaultFrom(phases: readonly Phase[]): string[] {
  const working = phases.filter(({ final }) => !final);
  const last = working.at(-1);
  return last && working.every(({ next }) => next !== undefined) ? [last.name] : [];
}

/** A final phase does nothing; one initial phase is enough; nothing leads to the first phase of a project, or from it. */
export function applies(name: string, given: Answers, { phases }: PhaseContext): boolean {
  if (name === 'initial') return !phases.some(({ initial }) => initial);
  if (name === 'from' || name === 'next') return phases.length > 0 && !(name === 'next' && given.flag('final'));
  return !(['inputs', 'outputs', 'patches'].includes(name) && given.flag('final'));
}

/** `autopilot.yaml` with the phase that the answers describe; what is not answered yet is as by default. Problems name options. */
export function phaseEdit(given: Answers, context: PhaseContext): PhaseEdit {
  const name = given.text('name');
  if (name === undefined) return { problems: [] };
  const { autopilot, operator } = context;
  const names = context.phases.map((phase) => phase.name);
  const from = given.list('from') ?? defaultFrom(context.phases);
  const strangers = from.filter((each) => !names.includes(each)).map((each) => unknownFrom(each, names));
  try {
    const leading = from.filter((each) => names.includes(each));
    const text = addPhase(autopilot.text, freshPhase(name, given, context), placeOf(leading, context.phases));
    const { project, problems } = loadProject({ autopilot: { ...autopilot, text }, operator });
    if (strangers.length === 0)
      return { text, ...(project && { project }), problems: problems.map((problem) => aboutOption(problem)) };
    // That nothing leads to the phase may be due to them.
    const others = problems.filter(({ code }) => code !== FAULTS.phaseUnreachable.code);
    return { problems: [...others.map((problem) => aboutOption(problem)), ...strangers] };
  } catch (error) {
    if (!(error instanceof ProjectError)) throw error;
    return { problems: [...error.problems.map((problem) => aboutEdit(problem, autopilot.file)), ...strangers] };
  }
}

function unknownFrom(name: string, names: readonly string[]): Problem {
  return { ...FAULTS.phaseUnknown({ name, hint: suggestion(name, names) }), path: '--from' };
}

/** A name that is taken is the option's fault; else the text is written in a way that no option helps with. */
function aboutEdit(problem: Problem, file: string): Problem {
  return problem.code === FAULTS.editExists.code ? { ...problem, path: '--name' } : { ...problem, file };
}

function freshPhase(name: string, given: Answers, { phases }: PhaseContext): FreshPhase {
  const next = given.list('next') ?? [];
  return {
    name,
    description: given.text('description') ?? '',
    initial: given.flag('initial') ?? phases.length === 0,
    final: given.flag('final') ?? false,
    inputs: given.list('inputs') ?? [],
    outputs: given.list('outputs') ?? [],
    patches: given.list('patches') ?? [],
    ...(next.length > 0 ? { next } : {}),
  };
}

/** After the last phase that leads to it, else before the phases that end the list. */
function placeOf(from: readonly string[], phases: readonly Phase[]): PhasePlace {
  const after = phases.findLast(({ name }) => from.includes(name))?.name;
  const before = phases.find(({ final }) => final)?.name;
  if (after !== undefined) return { after, from };
  return before === undefined ? { from } : { before, from };
}

const KEYS = new Set(['name', 'description', 'initial', 'final', 'inputs', 'outputs', 'patches', 'next']);

/** The user has typed options, and never seen the text that a problem is about. */
function aboutOption({ file: _file, line: _line, column: _column, ...problem }: Problem): Problem {
  const [, key = ''] = /^phases\[\d+\]\.(\w+)/.exec(problem.path ?? '') ?? [];
  if (problem.code === 'ERR_AP_PHASE_UNREACHABLE') return { ...problem, path: '--from' };
  return { ...problem, path: KEYS.has(key) ? `--${key}` : '--name' };
}
