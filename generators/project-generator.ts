import { relative } from 'node:path';
import Generator from 'yeoman-generator';
import { ProjectError } from '../project/errors.ts';
import type { Problem } from '../project/model.ts';
import { nearest } from '../project/config/suggest.ts';
import { commitProject } from './commit-project.ts';
import type { ProjectChange } from './commit-project.ts';
import { installFailed, optionUnknown, unexpectedArgument } from './errors.ts';
import { install } from './install.ts';
import { ask } from './questions/ask.ts';
import type { Prompt } from './questions/ask.ts';
import type { Answers } from './questions/answers.ts';
import { collect } from './questions/collect.ts';
import type { Interview } from './questions/collect.ts';
import { optionName } from './questions/question.ts';
import type { Questions } from './questions/question.ts';
import { rawOption, readFlag, readOptions } from './questions/read.ts';
import { storedSettings } from './stored-settings.ts';
import type { StoredSettings } from './stored-settings.ts';
import { wantedFiles } from './wanted-files.ts';
import type { Work } from './wanted-files.ts';

type Args = ConstructorParameters<typeof Generator>[0];
type Options = ConstructorParameters<typeof Generator>[1];

/** Options that every command understands, from `yo` and from `ap`. */
const COMMON_FLAGS = {
  yes: 'Take the defaults for what is not given; ask nothing',
  force: "Replace edited files that are the tool's; never those that are yours",
} as const;

/**
 * What the generators have in common: they collect answers, change the project's YAML files in memory, and bring all files up
 * to date. Everything is decided before the first file is written.
 */
export abstract class ProjectGenerator extends Generator {
  readonly #questions: Questions;
  readonly #extras: Questions;
  /** The command line as it was parsed, without Yeoman's conversions. */
  readonly #raw: Readonly<Record<string, unknown>>;
  readonly #names: string[] = ['skip-install'];
  #work: Work | undefined;
  #change: ProjectChange = { written: [], removed: [], declined: [], orphans: [] };
  #failure: Error | undefined;

  /** `extras`: options that are never asked about. */
  constructor(args: Args, options: Options, questions: Questions, extras: Questions = {}) {
    super(args, options);
    this.#questions = questions;
    this.#extras = extras;
    this.#raw = { ...options };
    for (const [name, { message }] of Object.entries({ ...questions, ...extras }))
      this.#declare(optionName(name), message);
    for (const [name, description] of Object.entries(COMMON_FLAGS)) this.#declare(name, description);
    this.option('interactive', { type: asGiven, hide: true, description: 'Whether somebody is there to be asked' });
    if (this.options.help) return;
    // Before anybody hears of it: `yo` ends with the error's code.
    const { signal } = this.env.adapter;
    signal?.addEventListener('abort', () => plain(signal.reason), { once: true });
    this.setFeatures({ inheritTasks: true, customInstallTask: true, customCommitTask: () => this.#commit() });
  }

  /** Asks what is to be done, and decides it. Nothing is written here. */
  protected abstract decideWork(): Promise<Work>;

  /** What to tell when everything is done; `installed`: whether the packages are there. */
  protected abstract nextSteps(work: Work, installed: boolean): readonly string[];

  async prompting(): Promise<void> {
    await this.#guarded(async () => {
      this.#work = await this.decideWork();
    });
  }

  async writing(): Promise<void> {
    await this.#guarded(async () => {
      const work = this.#required();
      this.destinationRoot(work.folder);
      for (const { path, contents, owner, required } of await wantedFiles(work)) {
        this.fs.write(this.destinationPath(path), contents, { metadata: { owner, required } });
      }
      if (Object.keys(work.settings).length > 0) this.config.set({ ...work.settings });
    });
  }

  async install(): Promise<void> {
    const { folder, settings } = this.#required();
    if (!this.#change.written.includes('package.json') || this.skipsInstall()) return;
    const packageManager = settings.packageManager ?? 'npm';
    this.log(`\n${packageManager} install`);
    const reason = await install(packageManager, folder);
    if (reason) this.#failure = new ProjectError([installFailed(`${packageManager} install`, folder, reason)]);
  }

  async end(): Promise<void> {
    await this.#guarded(async () => {
      if (this.#failure) throw this.#failure;
      for (const line of this.nextSteps(this.#required(), !this.skipsInstall())) this.log(line);
    });
  }

  /** The answers to the command's questions: options, prompts, defaults. */
  protected async interview(
    interview: Omit<Interview, 'questions' | 'extras'>,
    candidates: (name: string) => readonly string[] = () => [],
  ): Promise<Answers> {
    return collect({ ...interview, questions: this.#questions, extras: this.#extras }, this.#strangers(), {
      options: this.given,
      interactive: this.interactive,
      yes: this.flag('yes'),
      ask: (name, question, preset, problemOf) =>
        ask((prompt) => this.#prompt(prompt), name, question, preset, problemOf, candidates(name)),
    });
  }

  /** What the options say, without asking for what is missing. */
  protected givenAnswers(): Answers {
    const { given, problems } = readOptions({ ...this.#questions, ...this.#extras }, this.given);
    const all = [...this.#strangers(), ...problems];
    if (all.length > 0) throw new ProjectError(all);
    return given;
  }

  /** What the command line says, with the argument under the name of its question. */
  protected get given(): Readonly<Record<string, unknown>> {
    const [positional] = Object.entries(this.#questions).find(([, question]) => question.positional) ?? [];
    const given: Record<string, unknown> = { ...this.#raw };
    const words = [...this.args];
    for (const name of this.#flags()) {
      const raw = rawOption(given, name);
      // `yo` reads `--yes my-operator` as an option with a value.
      if (typeof raw !== 'string' || raw === 'true' || raw === 'false' || words.length > 0 || !positional) continue;
      words.push(raw);
      given[name] = true;
      given[optionName(name)] = true;
    }
    return positional && words[0] !== undefined ? { ...given, [positional]: words[0] } : given;
  }

  /** A flag of the command line; absent is false. */
  protected flag(name: string): boolean {
    const raw = rawOption(this.given, name);
    if (raw === undefined) return false;
    const value = typeof raw === 'object' ? true : readFlag(`--${optionName(name)}`, raw);
    if (typeof value === 'boolean') return value;
    throw new ProjectError([value]);
  }

  /** Whether somebody is there to be asked. */
  protected get interactive(): boolean {
    const raw = rawOption(this.given, 'interactive');
    return raw === undefined ? process.stdin.isTTY && process.stdout.isTTY : raw === true || raw === 'true';
  }

  protected skipsInstall(): boolean {
    return this.flag('skipInstall') || !this.installs();
  }

  /** Whether the answers say that packages are installed. */
  protected installs(): boolean {
    return true;
  }

  /** What an earlier command stored in the project in `folder`. */
  protected stored(folder: string): Partial<StoredSettings> {
    this.destinationRoot(folder);
    return storedSettings(this.config.getAll());
  }

  #flags(): string[] {
    const asked = Object.entries(this.#questions).filter(([, question]) => question.type === 'flag');
    return [...asked.map(([name]) => name), ...Object.keys(COMMON_FLAGS), 'skipInstall'];
  }

  #declare(name: string, description: string): void {
    this.#names.push(name);
    this.option(name, { type: asGiven, description });
  }

  /** `yo` takes any option; one that is nearly one of ours is a slip of the keyboard. */
  #strangers(): Problem[] {
    const ours = this.#names;
    const options = Object.keys(this.#raw).flatMap((key) => {
      const name = optionName(key);
      const meant = ours.includes(name) ? undefined : nearest(name, ours);
      return meant === undefined || KNOWN_TO_YEOMAN.has(key) ? [] : [optionUnknown(`--${name}`, `--${meant}`)];
    });
    const expected = Object.values(this.#questions).some(({ positional }) => positional) ? 1 : 0;
    return [...options, ...this.args.slice(expected).map((word) => unexpectedArgument(word))];
  }

  async #prompt(prompt: Prompt): Promise<unknown> {
    const answers: Readonly<Record<string, unknown>> = await this.prompt([prompt]);
    return answers[prompt.name];
  }

  #required(): Work {
    if (!this.#work) throw new Error('nothing was decided');
    return this.#work;
  }

  async #commit(): Promise<void> {
    const work = this.#required();
    const { adapter } = this.env;
    try {
      this.#change = await commitProject(this.fs, work.folder, {
        adapter,
        folder: work.folder,
        force: this.flag('force'),
        interactive: this.interactive,
      });
    } catch (error) {
      throw plain(error);
    }
    this.#report(work);
  }

  #report({ edits }: Work): void {
    const { written, removed, orphans } = this.#change;
    for (const edit of edits) this.log(edit);
    if (written.length + removed.length + this.#change.declined.length === 0) this.log('All files are up to date.');
    if (orphans.length > 0) {
      this.log(`\nNot used any more, and yours to keep or delete:\n${orphans.map((path) => `  ${path}`).join('\n')}`);
    }
  }

  /**
   * Ends the command at the first error. Yeoman would put a line of its own before the message, and `yo` stumbles over errors
   * whose code is a text.
   */
  async #guarded(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.cancelCancellableTasks();
      const { adapter } = this.env;
      if (!adapter.abort) throw plain(error);
      adapter.abort(plain(error));
    }
  }

  /** A path as the user would type it. */
  protected shown(path: string): string {
    return relative(this.contextRoot, path) || '.';
  }
}

/** Options are judged by their questions; Yeoman would make `true` of `--finalizer=false`. */
function asGiven(value: string): string {
  return value;
}

const KNOWN_TO_YEOMAN = new Set(['env', 'help', 'namespace', 'resolved']);

/** Ctrl-C in a prompt: the exit code that shells give it. */
const INTERRUPTED = 130;

function plain(thrown: unknown): Error {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (error.name === 'ExitPromptError') return Object.assign(error, { code: INTERRUPTED });
  return 'code' in error && typeof error.code !== 'number' ? new Error(error.message, { cause: error }) : error;
}
