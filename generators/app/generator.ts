import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type Generator from 'yeoman-generator';
import { PACKAGE_MANAGERS } from '../../project/code/settings.ts';
import { AUTOPILOT_FILE, OPERATOR_FILE, findProject } from '../../project/config/files.ts';
import type { TextFile } from '../../project/config/load.ts';
import { ProjectError } from '../../project/errors.ts';
import { readIfThere } from '../../project/regeneration/commit.ts';
import { notAFolder } from '../errors.ts';
import { ProjectGenerator } from '../project-generator.ts';
import type { Answers } from '../questions/answers.ts';
import { rawOption } from '../questions/read.ts';
import { MESHES } from '../stored-settings.ts';
import type { StoredSettings } from '../stored-settings.ts';
import type { Work } from '../wanted-files.ts';
import { existingProject } from './existing-project.ts';
import { defaultAnswer, newProject } from './new-project.ts';
import { APP_OPTIONS, APP_QUESTIONS } from './questions.ts';

type GeneratorArguments = ConstructorParameters<typeof Generator>;

/** `yo autopilot`, `ap init`, `ap generate`: starts a project, or brings one up to date. */
export class AppGenerator extends ProjectGenerator {
  /** Whether there was nothing yet but, perhaps, the two YAML files. */
  #isNew = false;
  #install = true;

  constructor(args: GeneratorArguments[0], options: GeneratorArguments[1]) {
    super(args, options, APP_QUESTIONS, APP_OPTIONS);
    this.description = 'Starts an operator project, or brings the one that is here up to date.';
  }

  protected override startFolder(): string {
    return this.#named() ?? super.startFolder();
  }

  protected async decideWork(): Promise<Work> {
    const folder = await this.#existing();
    if (folder !== undefined) {
      const given = this.givenAnswers();
      this.#install = given.flag('install') ?? true;
      this.#isNew = (await readIfThere(join(folder, 'package.json'))) === undefined;
      return existingProject(folder, given, { ...this.stored(folder), ...settingsOf(given) });
    }
    this.#isNew = true;
    return this.#start();
  }

  protected override skipsInstall(): boolean {
    return super.skipsInstall() || !this.#install;
  }

  protected nextSteps({ folder, project, settings }: Work, installed: boolean): readonly string[] {
    if (!this.#isNew) return [];
    const manager = settings.packageManager ?? 'npm';
    const place = this.shown(folder);
    return [
      `\n${project.operatorName} is ready. Next:\n`,
      ...(place === '.' ? [] : [`  cd ${place}`]),
      ...(installed ? [] : [`  ${manager} install`]),
      ...(project.phases.length === 0
        ? [step('ap phase Initializing --initial', 'adds the first phase, as yo autopilot:phase does')]
        : [
            step(`${manager} run dev`, 'runs it on an embedded cluster, and anew whenever you save a file'),
            step('ap phase <name>', 'adds a phase, as yo autopilot:phase does'),
          ]),
      '',
      `README.md tells what is where.`,
    ];
  }

  #named(): string | undefined {
    const directory = rawOption(this.commandLine.options, 'directory');
    return typeof directory === 'string' ? resolve(this.contextRoot, directory) : undefined;
  }

  /** The project to bring up to date: in the folder that was named, else here or above; undefined where there is none. */
  async #existing(): Promise<string | undefined> {
    const folder = this.#named();
    if (folder === undefined) return findProject(this.contextRoot);
    const found = await stat(join(folder, AUTOPILOT_FILE)).catch(() => undefined);
    return found?.isFile() ? folder : undefined;
  }

  async #operatorFile(folder: string): Promise<TextFile | undefined> {
    const file = join(folder, OPERATOR_FILE);
    const contents = await readIfThere(file);
    return contents && { file: this.shown(file), text: contents.toString() };
  }

  async #start(): Promise<Work> {
    const answers = await this.interview({
      defaultOf: defaultAnswer,
      applies: (name) => name !== 'install' || !this.commandLine.flag('skipInstall'),
      check: (given) => newProject(given).problems,
    });
    const folder = resolve(this.contextRoot, answers.text('directory') ?? '.');
    const there = await stat(folder).catch(() => undefined);
    if (there && !there.isDirectory()) throw new ProjectError([notAFolder('--directory', this.shown(folder))]);
    const { texts, project, problems } = newProject(answers, await this.#operatorFile(folder));
    if (!project) throw new ProjectError(problems);
    this.#install = answers.flag('install') ?? true;
    return {
      folder,
      project,
      texts,
      settings: settingsOf(answers),
      edits: [],
    };
  }
}

function step(command: string, does: string): string {
  return `  ${command.padEnd(34)} ${does}`;
}

/** What goes into `.yo-rc.json`. */
function settingsOf(answers: Answers): Partial<StoredSettings> {
  const packageManager = answers.choice('packageManager', PACKAGE_MANAGERS);
  const mesh = answers.choice('mesh', MESHES);
  const [runtime, devcluster] = [answers.text('runtime'), answers.text('devcluster')];
  return {
    ...(packageManager && { packageManager }),
    ...(mesh && { mesh }),
    ...(runtime && { runtime }),
    ...(devcluster && { devcluster }),
  };
}
