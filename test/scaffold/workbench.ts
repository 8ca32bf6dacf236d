import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import helpers from 'yeoman-test';
import { ROOT, installedPackages } from './packages.ts';

export { ROOT };

/** Packages are there, and nothing is installed. */
export const LINKED = { runtime: '*', devcluster: '*', skipInstall: true } as const;

export type GeneratorName = 'app' | 'phase' | 'deploy-manifests';

export interface Command {
  readonly args?: readonly string[];
  readonly options?: Readonly<Record<string, unknown>>;
  /**
   * Answers by question; with them, somebody is there to be asked. A menu is answered with the key of an entry, a list of answers is for
   * one time after the other.
   */
  readonly answers?: Readonly<Record<string, unknown>>;
  /** What somebody else does while a question is being answered. */
  readonly meanwhile?: () => void;
}

/** An empty folder, in which packages are as if they were installed. */
export async function openFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'autopilot-scaffold-')));
  await symlink(installedPackages(), join(folder, 'node_modules'));
  return folder;
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** Runs a generator in this process, as `yo` does, with the answers that a person would give. */
export async function generate(folder: string, name: GeneratorName, command: Command = {}): Promise<Asked> {
  const path = join(ROOT, 'generators', name, 'index.ts');
  const context = helpers.create(path, { forwardCwd: true }, { force: false });
  const typed = answersOf(command.answers ?? {});
  const options = { ...LINKED, interactive: command.answers !== undefined, force: false, ...command.options };
  try {
    await context
      .cd(folder)
      .withArguments([...(command.args ?? [])])
      .withOptions(options)
      .withAnswers(typed.first, {
        callback: (answer: unknown, { question }: { question: Question }) => {
          command.meanwhile?.();
          return typed.next(question, answer);
        },
      })
      .run();
  } finally {
    // Back to where the test runner was: the folder may go.
    context.restore();
  }
  return context.askedQuestions.map(({ name, answer }: { name: string; answer: unknown }) => ({
    question: name,
    answer,
  }));
}

interface Question {
  readonly name?: string;
  readonly choices?: unknown;
}

function answersOf(answers: Readonly<Record<string, unknown>>) {
  const times = new Map<string, number>();
  return {
    first: Object.fromEntries(Object.entries(answers).map(([name, answer]) => [name, first(answer)])),
    next: ({ name = '', choices }: Question, answer: unknown): unknown => {
      const time = times.get(name) ?? 0;
      times.set(name, time + 1);
      const wanted = answers[name];
      return entry(choices, Array.isArray(wanted) ? wanted[time] : answer);
    },
  };
}

function first(answer: unknown): unknown {
  return Array.isArray(answer) ? answer[0] : answer;
}

/** What the entry with this key stands for; the answer itself where there is none. */
function entry(choices: unknown, answer: unknown): unknown {
  if (!Array.isArray(choices)) return answer;
  const found: unknown = choices.find((choice: unknown) => property(choice, 'key') === answer);
  return found === undefined ? answer : property(found, 'value');
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

export type Asked = readonly { readonly question: string; readonly answer: unknown }[];

/** A new project with everything by default, but for these options. */
export async function scaffold(folder: string, options: Readonly<Record<string, unknown>> = {}): Promise<void> {
  await generate(folder, 'app', { options: { yes: true, ...options } });
}

/** All files of the folder but for installed packages, by path. Nothing below `node_modules` is looked at: it is most of what there is. */
export function tree(folder: string): Promise<ReadonlyMap<string, string>> {
  const files = [...filesBelow(folder)].map((path) => [path, readFileSync(join(folder, path), 'latin1')] as const);
  return Promise.resolve(new Map(files.sort(([left], [right]) => (left < right ? -1 : 1))));
}

function* filesBelow(folder: string, path = ''): Generator<string> {
  for (const entry of readdirSync(join(folder, path), { withFileTypes: true })) {
    const below = join(path, entry.name);
    if (entry.isFile()) yield below;
    else if (entry.isDirectory() && below !== 'node_modules') yield* filesBelow(folder, below);
  }
}

/** What a user sees of the tree: without what is kept below `.autopilot/`. */
export function visible(files: ReadonlyMap<string, string>): string[] {
  return [...files.keys()].filter((path) => !path.startsWith('.autopilot/'));
}

/** The paths at which two trees differ. */
export function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of Node's, without a terminal. */
export async function node(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** The `ap` command from its source, as a process of its own. */
export const AP = ['--conditions=autopilot-source', '--disable-warning=ExperimentalWarning', join(ROOT, 'cli/ap.ts')];

export async function ap(cwd: string, ...args: readonly string[]): Promise<Finished> {
  return node(cwd, [...AP, ...args]);
}

/** The compiler and the linter are programs in Go that end soon: without collections of garbage they need a quarter less of the processor. */
export const COMPILING = { GOGC: 'off' } as const;

/** What `npm run check` of the scaffold does before its tests. */
export async function check(folder: string): Promise<void> {
  const tool = (path: string, ...args: readonly string[]) =>
    node(folder, [join(ROOT, 'node_modules', path), ...args], COMPILING);
  const results = await Promise.all([
    tool('typescript/bin/tsc'),
    tool('oxlint/bin/oxlint', '--type-aware', '--deny-warnings'),
    tool('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'),
  ]);
  for (const { code, stdout, stderr } of results) assert.equal(code, 0, `${stdout}${stderr}`);
}

/** The scaffold's own tests. */
export async function runTests(folder: string): Promise<Finished> {
  // In CI mocha colours what it prints.
  return node(folder, [join(ROOT, 'node_modules/mocha/bin/mocha.js')], { NO_COLOR: '1', FORCE_COLOR: '0' });
}
