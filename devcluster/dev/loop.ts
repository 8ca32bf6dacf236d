import { readFile } from 'node:fs/promises';
import { getCompileCacheDir } from 'node:module';
import { join } from 'node:path';
import { describeKeys, listenToKeys } from './keys.ts';
import { missingPackage, readableLines } from '../terminal/error-text.ts';
import { OperatorProcess } from './operator-process.ts';
import { ProgressLines } from './progress-lines.ts';
import { readExample } from './example.ts';
import { readProject } from './project.ts';
import { resourceTable } from './resource-table.ts';
import { stringAt, valueAt } from '../schema/json.ts';
import { TypeCheck } from './type-check.ts';
import { watchProject } from './watch-project.ts';
import type { ReadStream } from 'node:tty';
import type { DevProject } from './project.ts';
import type { DevTarget } from './target.ts';
import type { JsonObject } from '../schema/json.ts';
import type { Keys } from './keys.ts';
import type { SavedKind } from './watch-project.ts';
import type { Screen } from '../terminal/screen.ts';

export interface DevLoopOptions {
  readonly project: DevProject;
  readonly target: DevTarget;
  readonly screen: Screen;
  readonly leaderElection: boolean;
  readonly now: () => Date;
}

const PROJECT_FILE = 'autopilot.yaml';
/** Written whenever the code is generated from autopilot.yaml in another way than before. */
const GENERATED = join('src', 'operator.ts');

/** What runs between the start of the dev loop and its end: the operator, the compiler, and what saves and keys do with them. */
export class DevLoop {
  readonly operator: OperatorProcess;
  /** Resolves at the first time that the operator watches its kind. */
  readonly ready: Promise<void>;
  /** Resolves when somebody wants to go. */
  readonly quit: Promise<void>;
  readonly #options: DevLoopOptions;
  readonly #types: TypeCheck;
  readonly #lines: ProgressLines;
  #stopWatching: (() => Promise<void>) | undefined;
  #tellReady: () => void = () => undefined;
  #tellQuit: () => void = () => undefined;
  /** When the save, key or start was that the present operator is the answer to. */
  #since = performance.now();
  #wellTyped: boolean | undefined;
  #project: DevProject;
  /** autopilot.yaml as the code that runs was made of, and as it was seen last. */
  #generatedFrom: string | undefined;
  #projectText: string | undefined;
  #stopping = false;

  constructor(options: DevLoopOptions) {
    const { project, target, screen, leaderElection } = options;
    const { folder, entry, phases } = project;
    this.#options = options;
    this.#project = project;
    this.ready = new Promise((resolve) => (this.#tellReady = resolve));
    this.quit = new Promise((resolve) => (this.#tellQuit = resolve));
    this.#lines = new ProgressLines({ screen, folder, phases });
    this.#types = new TypeCheck(folder, (problems) => this.#tellTypes(problems));
    const cache = getCompileCacheDir();
    this.operator = new OperatorProcess({
      folder,
      entry,
      env: {
        ...target.env,
        AUTOPILOT_DEV: '1',
        AUTOPILOT_ENABLE_LEADER_ELECTION: String(leaderElection),
        ...(cache !== undefined && { NODE_COMPILE_CACHE: cache }),
      },
      onMessage: (message) => {
        if (message.type === 'log') this.#lines.log(message.line);
        else if (message.type === 'progress') this.#progress(message.progress);
      },
      onOutput: (line) => screen.more([line]),
      onExit: (how, errors) => this.#ended(how, errors),
    });
  }

  async start(): Promise<void> {
    const { project, screen } = this.#options;
    screen.say('operator', `starts ${project.entry}`);
    const started = this.operator.restart();
    this.#projectText = await this.#readProjectFile();
    this.#generatedFrom = this.#projectText;
    this.#stopWatching = await watchProject(project.folder, (kind, files) => void this.#saved(kind, files));
    if (this.#stopping) await this.#stopWatching();
    await started;
  }

  /** Takes keys from a terminal. Returns how to stop, which leaves the terminal as it was. */
  listen(input: ReadStream): () => void {
    const { screen } = this.#options;
    const keys: Keys = {
      a: { does: 'apply the example', press: () => void this.#apply() },
      s: { does: 'show resources', press: () => void this.#show() },
      r: { does: 'restart', press: () => this.#restart('r pressed') },
      h: { does: 'help', press: () => this.#help(keys) },
      q: { does: 'quit', press: () => this.#tellQuit() },
    };
    const stop = listenToKeys(input, {
      ...keys,
      '?': { does: '', press: () => this.#help(keys) },
      '\r': { does: '', press: () => screen.more(['']) },
    });
    screen.say('keys', describeKeys(keys), 'quiet');
    return stop;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#types.stop();
    await this.operator.stop();
    await this.#stopWatching?.();
  }

  #progress(progress: JsonObject): void {
    if (stringAt(progress, 'type') !== 'ready') return this.#lines.progress(progress);
    const seconds = ((performance.now() - this.#since) / 1000).toFixed(2);
    const count = String(valueAt(progress, 'resources'));
    this.#options.screen.say(
      'operator',
      `watches ${stringAt(progress, 'kind')} (${count} there), ready after ${seconds} s`,
      'good',
    );
    this.#tellReady();
    // Only now: the two would take each other's time.
    this.#types.start();
  }

  #ended(how: string, errors: string): void {
    const { screen, project } = this.#options;
    if (this.#stopping) return;
    const [first, ...more] = readableLines(errors.trim(), project.folder).filter((line) => line !== '');
    if (first !== undefined) screen.say('operator', [first, ...more].join('\n'), 'bad');
    const missing = missingPackage(errors);
    if (missing !== undefined)
      screen.more([`The package ${missing} is not installed: npm install brings what package.json names.`]);
    screen.say('operator', `${how}; the next save starts it again`, 'bad');
    this.#types.start();
  }

  #restart(why: string): void {
    this.#since = performance.now();
    this.#types.stop();
    this.#lines.forgetFailures();
    this.#options.screen.say('operator', `${why}: starts again`, 'quiet');
    void this.operator.restart();
  }

  async #saved(kind: SavedKind, files: readonly string[]): Promise<void> {
    const [first = '', ...more] = files;
    const names = more.length === 0 ? first : `${first} and ${more.length} more`;
    switch (kind) {
      case 'operator':
        if (files.includes(GENERATED)) await this.#takeUpProject();
        return this.#restart(`${names} saved`);
      case 'types':
        return this.#types.start();
      case 'crds':
        return this.#installCrds(names);
      case 'project':
        return this.#tellOfProject();
    }
  }

  async #installCrds(names: string): Promise<void> {
    const { target, screen, project } = this.#options;
    if (!target.cluster)
      return screen.say('crd', `${names} saved; install it in this cluster yourself: kubectl apply -f crds`, 'warning');
    try {
      await target.cluster.installCrdFolder(join(project.folder, 'crds'));
      screen.say('crd', `${names} installed`, 'good');
    } catch (error) {
      screen.say('crd', messageOf(error), 'bad');
    }
  }

  /** The operator's code follows from autopilot.yaml only once it is generated. */
  async #tellOfProject(): Promise<void> {
    const { screen, project } = this.#options;
    const text = await this.#readProjectFile();
    if (text === this.#projectText) return;
    this.#projectText = text;
    if (text === undefined) return screen.say('project', `${PROJECT_FILE} is gone`, 'bad');
    try {
      readProject(project.folder, text);
    } catch (error) {
      return screen.say('project', messageOf(error), 'bad');
    }
    if (text === this.#generatedFrom)
      return screen.say('project', `${PROJECT_FILE} is as it was: nothing is due`, 'good');
    screen.say(
      'project',
      `${PROJECT_FILE} changed: \`ap generate\` (or \`yo autopilot\`) is due, which makes code and manifests follow`,
      'warning',
    );
  }

  /** The code was made anew, of what autopilot.yaml says now. */
  async #takeUpProject(): Promise<void> {
    const text = await this.#readProjectFile();
    this.#generatedFrom = text;
    this.#projectText = text;
    try {
      this.#project = readProject(this.#project.folder, text ?? '');
    } catch {
      // Half a file, or a wrong one, is told of when it is saved.
    }
  }

  #readProjectFile(): Promise<string | undefined> {
    return readFile(join(this.#options.project.folder, PROJECT_FILE), 'utf8').catch(() => undefined);
  }

  #tellTypes(problems: readonly string[]): void {
    const { screen } = this.#options;
    const good = problems.length === 0;
    // That all is well is worth a line once, and after it was not.
    if (good && this.#wellTyped !== true) screen.say('types', 'no errors', 'good');
    if (!good) {
      screen.say(
        'types',
        `${problems.length} ${problems.length === 1 ? 'error' : 'errors'}; the operator runs all the same`,
        'bad',
      );
      screen.more(problems, 'bad');
    }
    this.#wellTyped = good;
  }

  async #apply(): Promise<void> {
    const { screen, target } = this.#options;
    const project = this.#project;
    try {
      for (const object of await readExample(project)) {
        const key = await target.apply(object);
        screen.say('apply', `${String(object.kind)} ${key} from ${project.example}`, 'good');
      }
    } catch (error) {
      screen.say('apply', `${project.example} could not be applied: ${messageOf(error)}`, 'bad');
    }
  }

  async #show(): Promise<void> {
    const { screen, target, now } = this.#options;
    const project = this.#project;
    try {
      const resources = await target.resources(project);
      if (resources.length === 0) return screen.say('show', `There is no ${project.kind} yet.`);
      screen.say('show', `${resources.length} of kind ${project.kind}`);
      screen.more(resourceTable(resources, now()));
    } catch (error) {
      screen.say('show', `The resources cannot be shown: ${messageOf(error)}`, 'bad');
    }
  }

  #help(keys: Keys): void {
    const { screen, project, target } = this.#options;
    screen.say('keys', describeKeys(keys));
    screen.more([
      `a applies ${project.example}`,
      ...(target.kubeconfig ? [`export KUBECONFIG=${target.kubeconfig}`] : []),
    ]);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
