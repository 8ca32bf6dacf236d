import { relative } from 'node:path';
import Generator from 'yeoman-generator';
import { ProjectError } from '../project/errors.ts';
import { outgrown } from '../project/regeneration/plan.ts';
import type { PlannedFile } from '../project/regeneration/plan.ts';
import { COMMON_FLAGS, CommandLine } from './command-line.ts';
import type { CommandLineDeclaration } from './command-line.ts';
import { commitProject } from './commit-project.ts';
import type { ProjectChange } from './commit-project.ts';
import { unifiedDiff } from './diff.ts';
import { installFailed } from './errors.ts';
import { install, isInstallMissing } from './install.ts';
import { missingTypes } from './missing-types.ts';
import { plainError } from './plain-error.ts';
import { checkDrift, previewOf } from './preview.ts';
import { planProject, settle } from './project-plan.ts';
import { ask } from './questions/ask.ts';
import type { Prompt } from './questions/ask.ts';
import type { Answers } from './questions/answers.ts';
import { collect } from './questions/collect.ts';
import type { Interview } from './questions/collect.ts';
import { describeOption, optionName } from './questions/question.ts';
import type { Questions } from './questions/question.ts';
import { readOptions } from './questions/read.ts';
import { summary } from './summary.ts';
import { storedSettings } from './stored-settings.ts';
import type { StoredSettings } from './stored-settings.ts';
import { finishInterruptedWrite } from './unfinished-write.ts';
import { wantedFiles } from './wanted-files.ts';
import type { Work } from './wanted-files.ts';

type Args = ConstructorParameters<typeof Generator>[0];
type Options = ConstructorParameters<typeof Generator>[1];

/** The generators of an environment, of which the first one commits for all: Yeoman knows one commit only. */
const members = new WeakMap<object, ProjectGenerator[]>();

/**
 * What the generators have in common: they collect answers, change the project's YAML files in memory, and bring all files up
 * to date. Everything is decided before the first file is written.
 */
export abstract class ProjectGenerator extends Generator {
  protected readonly commandLine: CommandLine;
  readonly #declaration: CommandLineDeclaration;
  #work: Work | undefined;
  #change: ProjectChange | undefined;
  #isCommitted = false;
  #failure: Error | undefined;

  constructor(args: Args, options: Options, questions: Questions, extras: Questions = {}) {
    super(args, options);
    this.#declaration = { questions, extras };
    for (const [name, question] of Object.entries({ ...questions, ...extras }))
      this.#declare(name, describeOption(question));
    for (const [name, description] of Object.entries(COMMON_FLAGS)) this.#declare(name, description);
    this.option('interactive', { type: asGiven, hide: true, description: 'Whether somebody is there to be asked' });
    this.commandLine = new CommandLine({ ...options }, this.args, this.#declaration);
    if (this.options.help) return;

    // Before anybody hears of it: `yo` ends with the error's code.
    const { signal } = this.env.adapter;
    signal?.addEventListener('abort', () => plainError(signal.reason), { once: true });
    const all = members.get(this.env) ?? [];
    members.set(this.env, [...all, this]);
    const isFirst = all.length === 0;
    this.setFeatures({
      inheritTasks: true,
      ...(isFirst ? { customInstallTask: true, customCommitTask: () => this.#commitAll() } : {}),
    });
  }

  /** Where the project is looked for, upward. */
  protected startFolder(): string {
    return this.contextRoot;
  }

  /** Asks what is to be done, and decides it. Nothing is written here. */
  protected abstract decideWork(): Promise<Work>;

  /** What to tell when everything is done; `installed`: whether the packages are there. */
  protected abstract nextSteps(work: Work, installed: boolean): readonly string[];

  async prompting(): Promise<void> {
    await this.#guarded(async () => {
      await finishInterruptedWrite(this.startFolder(), (line) => this.log(line));
      this.#work = await this.decideWork();
    });
  }

  async writing(): Promise<void> {
    await this.#guarded(async () => {
      const work = this.#decided();
      this.destinationRoot(work.folder);
      for (const { path, contents, ...metadata } of await wantedFiles(work)) {
        this.fs.write(this.destinationPath(path), contents, { metadata });
      }
      if (Object.keys(work.settings).length > 0) this.config.set({ ...work.settings });
    });
  }

  async install(): Promise<void> {
    const { folder, settings } = this.#decided();
    if (!this.#change || this.skipsInstall()) return;
    if (!this.#change.written.includes('package.json') && !isInstallMissing(folder)) return;
    const packageManager = settings.packageManager ?? 'npm';
    this.log(`\n${packageManager} install`);
    const reason = await install(packageManager, folder);
    if (reason) this.#failure = new ProjectError([installFailed(`${packageManager} install`, folder, reason)]);
  }

  async end(): Promise<void> {
    await this.#guarded(async () => {
      if (this.#failure) throw this.#failure;
      if (!this.#change) return;
      const work = this.#decided();
      const { folder, project, settings } = work;
      const types = await missingTypes(folder, project, settings.packageManager ?? 'npm');
      for (const line of [...types, ...this.nextSteps(work, !this.skipsInstall())]) this.log(line);
    });
  }

  /** The answers to the command's questions: options, prompts, defaults. `candidates`: what a list is searched in. */
  protected async interview(
    interview: Omit<Interview, 'questions' | 'extras'>,
    candidates: (name: string) => readonly string[] = () => [],
  ): Promise<Answers> {
    const { options, problems, interactive } = this.commandLine;
    return collect({ ...interview, ...this.#declaration }, problems, {
      options,
      interactive,
      yes: this.commandLine.flag('yes') || this.commandLine.flag('check'),
      ask: (name, question, preset, problemOf) =>
        ask((prompt) => this.#prompt(prompt), name, question, preset, problemOf, candidates(name)),
    });
  }

  /** What the options say, without asking for what is missing. */
  protected givenAnswers(): Answers {
    const { questions, extras } = this.#declaration;
    const { given, problems } = readOptions({ ...questions, ...extras }, this.commandLine.options);
    const all = [...this.commandLine.problems, ...problems];
    if (all.length > 0) throw new ProjectError(all);
    return given;
  }

  protected skipsInstall(): boolean {
    return this.commandLine.flag('skipInstall');
  }

  /** What an earlier command stored in the project in `folder`. */
  protected stored(folder: string): Partial<StoredSettings> {
    this.destinationRoot(folder);
    return storedSettings(this.config.getAll());
  }

  /** A path as the user would type it. */
  protected shown(path: string): string {
    return relative(this.contextRoot, path) || '.';
  }

  #declare(name: string, description: string): void {
    this.option(optionName(name), { type: asGiven, description });
  }

  async #prompt(prompt: Prompt): Promise<unknown> {
    const answers: Readonly<Record<string, unknown>> = await this.prompt([prompt]);
    return answers[prompt.name];
  }

  #decided(): Work {
    if (!this.#work) throw new Error('nothing was decided');
    return this.#work;
  }

  async #commitAll(): Promise<void> {
    for (const generator of members.get(this.env) ?? []) {
      if (generator.#work && !generator.#isCommitted) await generator.#commit(generator.#work);
    }
  }

  async #commit({ folder, edits }: Work): Promise<void> {
    const { adapter } = this.env;
    const { commandLine } = this;
    this.#isCommitted = true;
    try {
      if (commandLine.flag('check') || commandLine.flag('dryRun')) return await this.#preview(folder);
      const menu = { adapter, folder, force: commandLine.flag('force'), interactive: commandLine.interactive };
      this.#change = await commitProject(this.fs, folder, menu, !this.skipsInstall());
    } catch (error) {
      throw plainError(error);
    }
    for (const line of [...edits, ...summary(this.#change)]) this.log(line);
    this.#showYours(this.#change.outgrown);
  }

  /** Tells what a commit would do, and leaves everything as it is. */
  async #preview(folder: string): Promise<void> {
    const planned = await planProject(this.fs, folder, this.commandLine.flag('force'));
    settle(this.fs);
    if (this.commandLine.flag('dryRun')) {
      const { diff, notes } = await previewOf(planned);
      process.stdout.write(diff);
      for (const line of notes) this.log(line);
    }
    this.#showYours(outgrown(planned.files));
    if (!this.commandLine.flag('check')) return;
    await checkDrift(planned);
    this.log('All files are as they would be written.');
  }

  #showYours(files: readonly PlannedFile[]): void {
    if (!this.commandLine.flag('showYours')) return;
    for (const { path, disk, next } of files) process.stdout.write(unifiedDiff(path, disk, next));
  }

  /** Ends the command at the first error. Yeoman alone would put a line of its own before the message. */
  async #guarded(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.cancelCancellableTasks();
      const { adapter } = this.env;
      if (!adapter.abort) throw plainError(error);
      adapter.abort(plainError(error));
    }
  }
}

/** Options are judged by their questions; Yeoman would make `true` of `--finalizer=false`. */
function asGiven(value: string): string {
  return value;
}
