/**
 * Breaks our code on purpose, one line at a time, and runs the test that has to notice: `npm run test:mutants`. Nothing is written; each
 * break exists only in the process that tries it.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { MUTANTS } from './list.ts';
import type { Mutant } from './mutant.ts';
import { LONGEST_TEST_MS, runTests, type Outcome } from './run-tests.ts';

const HELP = `npm run test:mutants [-- TEXT… | NUMBER…]

Breaks one line of our own code at a time, and runs the test that has to notice. With TEXT: those breaks only whose file, rule or test
contains it; with a NUMBER: that one. A break that nothing notices is a hole in the tests: mend the test that is named beside it in
test/mutants/list/, or name one that does notice.

  --list     prints the breaks, and runs nothing
  --part K/N every Nth break only, from the Kth on
  --jobs N   so many at a time (default: twice as many as there are processors)
`;

/** A test that waits for what never comes has failed after so many times its usual time, and no sooner than this. */
const TIMES_USUAL = 6;
const SHORTEST_LIMIT_MS = 10_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean' }, list: { type: 'boolean' }, part: { type: 'string' }, jobs: { type: 'string' } },
});
const { part = '1/1' } = values;
const [first = 0, of = 0] = /^\d+\/\d+$/.test(part) ? part.split('/').map(Number) : [];
const chosen = MUTANTS.filter(
  (mutant, index) =>
    index % of === first - 1 && (positionals.length === 0 || positionals.some((wanted) => isMeant(wanted, mutant))),
);
// Many breaks have a test wait until its time is over.
const jobs = Number(values.jobs ?? 2 * availableParallelism());

if (values.help) {
  console.log(HELP);
} else if (!Number.isInteger(jobs) || jobs < 1) {
  console.error(`--jobs has to be a number from 1 on, and is ${values.jobs}.`);
  process.exitCode = 2;
} else if (first < 1 || first > of) {
  console.error(`--part has to be such as 2/6, and is ${part}.`);
  process.exitCode = 2;
} else if (chosen.length === 0) {
  console.error(`No break is or has ${positionals.join(' or ')}, in its file, rule or test: --list shows all.`);
  process.exitCode = 2;
} else if (values.list) {
  for (const mutant of chosen) console.log(`${nameOf(mutant)}\n    ${mutant.test}: ${mutant.title}`);
} else {
  await run(chosen);
}

function isMeant(wanted: string, mutant: Mutant): boolean {
  if (/^\d+$/.test(wanted)) return MUTANTS[Number(wanted) - 1] === mutant;
  return [mutant.file, mutant.breaks, mutant.test, mutant.title].some((each) => each.includes(wanted));
}

function nameOf(mutant: Mutant): string {
  return `${MUTANTS.indexOf(mutant) + 1} ${mutant.file}: ${mutant.breaks}`;
}

async function run(mutants: readonly Mutant[]): Promise<void> {
  const problems: string[] = [];
  const tell = (name: string, started: number, problem: string | undefined): void => {
    const mark = problem === undefined ? '✔' : `${problems.push(`${name}\n     ${problem}`)})`;
    console.log(`  ${mark} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  };
  /** How long each test takes where nothing is broken. */
  const usual = new Map<string, number>();
  await side(Object.entries(Object.groupBy(mutants, ({ test }) => test)), async ([file, group = []]) => {
    const started = performance.now();
    const titles = [...new Set(group.map(({ title }) => title))];
    const { passed, failed, crash } = await runTests(file, titles, LONGEST_TEST_MS);
    for (const [title, milliseconds] of passed) usual.set(`${file} ${title}`, milliseconds);
    const missing = titles.filter((title) => !passed.has(title));
    tell(
      `unbroken: ${file}`,
      started,
      crash ??
        (missing.length > 0 ? `did not pass: ${missing.join('; ')} (failed: ${[...failed].join('; ')})` : undefined),
    );
  });
  await side(mutants, async (mutant) => {
    const started = performance.now();
    const milliseconds = usual.get(`${mutant.test} ${mutant.title}`) ?? LONGEST_TEST_MS;
    const limit = Math.min(Math.max(milliseconds * TIMES_USUAL, SHORTEST_LIMIT_MS), LONGEST_TEST_MS);
    const titles = [mutant.title];
    let outcome = await runTests(mutant.test, titles, limit, mutant);
    // On a busy machine what comes before the test may need longer than that, and it was not begun.
    const isHookLate = outcome.failed.size > 0 && !outcome.failed.has(mutant.title);
    if (isHookLate) outcome = await runTests(mutant.test, titles, LONGEST_TEST_MS, mutant);
    tell(nameOf(mutant), started, problemOf(mutant, outcome));
  });
  const tests = mutants.length + new Set(mutants.map(({ test }) => test)).size;
  console.log(`\n  ${tests - problems.length} passing`);
  if (problems.length === 0) return;
  const told = problems.map((problem, index) => `  ${index + 1}) ${problem}`);
  console.log(`  ${problems.length} failing\n\n${told.join('\n\n')}`);
  process.exitCode = 1;
}

/** Why it does not count as caught: the test itself has to fail by it, and no hook before or after. Undefined where it does. */
function problemOf({ code, broken, test, title }: Mutant, { failed, crash }: Outcome): string | undefined {
  if (failed.has(title)) return undefined;
  const what = crash === undefined ? 'survives' : `ended without a result (${crash.slice(0, 500)})`;
  const beside = failed.size > 0 ? ` (failed beside it: ${[...failed].join('; ')})` : '';
  return `${what}${beside}: \`${code}\` as \`${broken}\`, in ${test}: ${title}`;
}

/** So many of them at a time as `--jobs` says. */
async function side<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}
