import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Mutant } from './mutant.ts';

const ROOT = join(import.meta.dirname, '../..');
/** What stays the same from one process to the next is compiled once: that halves what a short test costs. */
const COMPILED = join(ROOT, 'node_modules/.cache/mutants');
/** Longest time of one test. A break may make it wait for what never comes; that counts as caught. */
const TEST_MS = 30_000;
/** Longest time of a whole process, for a break that makes it spin. */
const PROCESS_MS = 90_000;

export interface Outcome {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  /** What the process said where it ended without a result; undefined where it told one. */
  readonly crash: string | undefined;
}

/** Runs the tests of one file that have these titles, in a process of their own, with the mutant in the code or without. */
export function runTests(file: string, titles: readonly string[], mutant?: Mutant): Promise<Outcome> {
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
      String(TEST_MS),
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
    resolve(outcomeOf(output) ?? { passed: [], failed: [], crash: errors.trim() || output.trim() }),
  );
  return promise;
}

/** What mocha's reporter `json` wrote, after whatever the tests wrote. */
function outcomeOf(output: string): Outcome | undefined {
  const start = output.lastIndexOf('\n{\n  "stats"');
  const text = output.slice(start + 1);
  if (!text.startsWith('{\n  "stats"')) return undefined;
  const report: unknown = JSON.parse(text);
  return { passed: titlesIn(report, 'passes'), failed: titlesIn(report, 'failures'), crash: undefined };
}

function titlesIn(report: unknown, list: 'passes' | 'failures'): readonly string[] {
  if (typeof report !== 'object' || report === null || !(list in report)) return [];
  const tests: unknown = Reflect.get(report, list);
  if (!Array.isArray(tests)) return [];
  return tests.map((test: unknown) =>
    typeof test === 'object' && test !== null && 'title' in test ? String(test.title) : '',
  );
}

/** A pattern that matches this text. */
export function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
