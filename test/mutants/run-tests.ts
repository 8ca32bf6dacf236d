import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Mutant } from './mutant.ts';

const ROOT = join(import.meta.dirname, '../..');
/** What stays the same from one process to the next is compiled once: that halves what a short test costs. */
const COMPILED = join(ROOT, 'node_modules/.cache/mutants');
/** Longest time of one test. */
export const LONGEST_TEST_MS = 60_000;
/** Longest time of a whole process, for a break that makes it spin. */
const PROCESS_MS = 180_000;

export interface Outcome {
  /** The titles, with how long each took in milliseconds. */
  readonly passed: ReadonlyMap<string, number>;
  /** The titles, also of hooks; one that did not end in its time is among them. */
  readonly failed: ReadonlySet<string>;
  /** What the process said where it ended without a result; undefined where it told one. */
  readonly crash: string | undefined;
}

/**
 * Runs the tests of one file that have these titles, in a process of their own, with the mutant in the code or without. Each may take so
 * many milliseconds.
 */
export function runTests(file: string, titles: readonly string[], limit: number, mutant?: Mutant): Promise<Outcome> {
  const hook = mutant && ['--import', join(ROOT, 'test/mutants/break-source.mjs')];
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  const child = spawn(
    process.execPath,
    [
      '--conditions=autopilot-source',
      '--disable-warning=ExperimentalWarning',
      ...(hook ?? []),
      join(ROOT, 'node_modules/mocha/bin/mocha.js'),
      '--no-config',
      '--exit',
      '--timeout',
      String(Math.ceil(limit)),
      '--reporter',
      'json',
      '--grep',
      `(${titles.map(literal).join('|')})$`,
      file,
    ],
    {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: PROCESS_MS,
      killSignal: 'SIGKILL',
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: COMPILED,
        ...(mutant && { MUTANT: JSON.stringify({ ...mutant, url: pathToFileURL(join(ROOT, mutant.file)).href }) }),
      },
    },
  );
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.on('error', reject);
  child.on('close', () =>
    resolve(outcomeOf(output) ?? { passed: new Map(), failed: new Set(), crash: errors.trim() || output.trim() }),
  );
  return promise;
}

/** What mocha's reporter `json` wrote, after whatever the tests wrote. */
function outcomeOf(output: string): Outcome | undefined {
  const start = output.lastIndexOf('\n{\n  "stats"');
  const text = output.slice(start + 1);
  if (!text.startsWith('{\n  "stats"')) return undefined;
  const report: unknown = JSON.parse(text);
  const passed = testsIn(report, 'passes').map(({ title, duration }) => [title, duration] as const);
  const failed = testsIn(report, 'failures').map(({ title }) => title);
  return { passed: new Map(passed), failed: new Set(failed), crash: undefined };
}

interface Test {
  readonly title: string;
  /** Milliseconds; 0 where it is not told. */
  readonly duration: number;
}

function testsIn(report: unknown, list: 'passes' | 'failures'): readonly Test[] {
  if (typeof report !== 'object' || report === null || !(list in report)) return [];
  const tests: unknown = Reflect.get(report, list);
  if (!Array.isArray(tests)) return [];
  return tests.map((test: unknown) => {
    if (typeof test !== 'object' || test === null) return { title: '', duration: 0 };
    return {
      title: 'title' in test ? String(test.title) : '',
      duration: 'duration' in test ? Number(test.duration) : 0,
    };
  });
}

/** A pattern that matches this text. */
export function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
