import type Generator from 'yeoman-generator';
import { AUTOPILOT_FILE, OPERATOR_FILE, findProject, readProject } from '../../project/config/files.ts';
import { FAULTS, ProjectError } from '../../project/errors.ts';
import { ProjectGenerator } from '../project-generator.ts';
import type { Work } from '../wanted-files.ts';
import { configEdit, defaultAnswer, operatorText, problemsOf, settingsOf } from './deploy-edit.ts';
import type { DeployContext } from './deploy-edit.ts';
import { DEPLOY_OPTIONS, DEPLOY_QUESTIONS } from './questions.ts';

type GeneratorArguments = ConstructorParameters<typeof Generator>;

/** `yo autopilot:deploy-manifests`, `ap deploy-manifests`: sets what `deploy/` says, and writes it. */
export class DeployManifestsGenerator extends ProjectGenerator {
  constructor(args: GeneratorArguments[0], options: GeneratorArguments[1]) {
    super(args, options, DEPLOY_QUESTIONS, DEPLOY_OPTIONS);
    this.description = 'Sets what the manifests in deploy/ say, and writes them.';
  }

  protected async decideWork(): Promise<Work> {
    const folder = await findProject(this.contextRoot);
    if (folder === undefined) throw new ProjectError([{ ...FAULTS.projectMissing({ from: this.contextRoot }) }]);
    const { project, problems, autopilot, operator } = await readProject(folder);
    if (!project || !autopilot) throw new ProjectError(problems);
    const context: DeployContext = {
      project,
      autopilot,
      operator: { file: operator?.file ?? OPERATOR_FILE, text: operatorText(operator) },
      stored: this.stored(folder),
    };

    const answers = await this.interview({
      defaultOf: (name) => defaultAnswer(name, context),
      check: (given) => problemsOf(given, context),
    });
    const edit = configEdit(answers, context);
    if (!edit.project) throw new ProjectError(edit.problems);
    return {
      folder,
      project: edit.project,
      texts: {
        [AUTOPILOT_FILE]: { text: autopilot.text, from: autopilot.text },
        [OPERATOR_FILE]: { text: edit.text, from: operator?.text ?? null },
      },
      settings: settingsOf(answers, context),
      wholeDeploy: true,
      edits: edit.set.map((what) => `${context.operator.file}: ${what}.`),
    };
  }

  protected nextSteps(): readonly string[] {
    return ['\nNext, with the image built and pushed:\n', '  kubectl apply -k deploy'];
  }
}
