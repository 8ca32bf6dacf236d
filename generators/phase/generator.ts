import { join, resolve } from 'node:path';
import type Generator from 'yeoman-generator';
import { BUILTIN_PARAMETERS } from '../../project/catalogue/catalogue.ts';
import { AUTOPILOT_FILE, findProject, readProject } from '../../project/config/files.ts';
import { projectPaths } from '../../project/code/paths.ts';
import { FAULTS, ProjectError } from '../../project/errors.ts';
import type { Parameter } from '../../project/model.ts';
import { optionElsewhere } from '../errors.ts';
import { ProjectGenerator } from '../project-generator.ts';
import type { Work } from '../wanted-files.ts';
import { applies, defaultAnswer, phaseEdit } from './phase-edit.ts';
import type { PhaseContext } from './phase-edit.ts';
import { PHASE_QUESTIONS } from './questions.ts';

type GeneratorArguments = ConstructorParameters<typeof Generator>;

/** `yo autopilot:phase`, `ap phase`: adds a phase to the project that the current folder is in. */
export class PhaseGenerator extends ProjectGenerator {
  #name = '';

  constructor(args: GeneratorArguments[0], options: GeneratorArguments[1]) {
    super(args, options, PHASE_QUESTIONS);
    this.description = 'Adds a phase to the project: its entry in autopilot.yaml, its worker and a test.';
  }

  protected async decideWork(): Promise<Work> {
    if (this.commandLine.flag('check')) throw new ProjectError([optionElsewhere('--check', 'ap generate --check')]);
    const folder = await findProject(this.contextRoot);
    if (folder === undefined) throw new ProjectError([{ ...FAULTS.projectMissing({ from: this.contextRoot }) }]);
    const { context, parameters } = await contextOf(folder);
    const answers = await this.interview(
      {
        defaultOf: (name) => defaultAnswer(name, context),
        applies: (name, given) => applies(name, given, context),
        exampleOf: () => 'Syncing',
        check: (given) => phaseEdit(given, context).problems,
      },
      (name) => candidates(name, context, parameters),
    );
    const { text, project, problems } = phaseEdit(answers, context);
    if (text === undefined || !project) throw new ProjectError(problems);
    this.#name = answers.text('name') ?? '';
    return {
      folder,
      project,
      texts: { [AUTOPILOT_FILE]: { text, from: context.autopilot.text } },
      settings: this.stored(folder),
      edits: [`${this.shown(join(folder, AUTOPILOT_FILE))}: added the phase ${this.#name}.`],
    };
  }

  protected nextSteps({ folder, project }: Work): readonly string[] {
    const phase = project.phases.find(({ name }) => name === this.#name);
    if (!phase || phase.final) return [];
    const paths = projectPaths(project);
    const worker = (name: string) => this.shown(resolve(folder, paths.worker(name)));
    const leading = project.phases.filter(({ final, next }) => !final && next?.includes(phase.name));
    return [
      `\nNext: write the worker in ${worker(phase.name)}.`,
      ...leading.map(({ name }) => `It runs once ${worker(name)} returns the phase '${phase.name}'.`),
    ];
  }
}

async function contextOf(
  folder: string,
): Promise<{ context: PhaseContext; parameters: ReadonlyMap<string, Parameter> }> {
  const { project, problems, autopilot, operator } = await readProject(folder);
  // A project that waits for its first phase is complete but for that.
  const isEmpty = problems.length > 0 && problems.every(({ code }) => code === FAULTS.noPhases.code);
  if (!autopilot || (!project && !isEmpty)) throw new ProjectError(problems);
  return {
    context: { phases: project?.phases ?? [], autopilot, operator },
    parameters: project?.parameters ?? BUILTIN_PARAMETERS,
  };
}

/** What a list is searched in. */
function candidates(
  name: string,
  { phases }: PhaseContext,
  parameters: ReadonlyMap<string, Parameter>,
): readonly string[] {
  if (name === 'inputs') return [...parameters.keys()];
  if (name === 'outputs' || name === 'patches')
    return [...parameters.values()].flatMap(({ type, name: known }) => (type === 'resource' ? [known] : []));
  if (name === 'from') return phases.flatMap((phase) => (phase.final ? [] : [phase.name]));
  return phases.map((phase) => phase.name);
}
