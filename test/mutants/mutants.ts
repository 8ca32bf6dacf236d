/**
 * Breaks our code on purpose, one line at a time, and runs the test that has to notice: `npm run test:mutants`. Nothing is written; each
 * break exists only in the process that tries it.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { MUTANTS } from './list.ts';
import type { Mutant } from './mutant.ts';
import { runTests, type Outcome } from './run-tests.ts';

const HELP = `npm run test:mutants [-- TEXT…]

Breaks one line of our own code at a time, and runs the test that has to notice. With TEXT: those breaks only whose file, rule or test
contains it. A break that nothing notices is a hole in the tests: mend the test that is named beside it in test/mutants/list.ts, or
name one that does notice.

  --list     prints the breaks, and runs nothing
  --jobs N   so many at a time (default: as many as there are processors)
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean' }, list: { type: 'boolean' }, jobs: { type: 'string' } },
});
const chosen = MUTANTS.filter(
  ({ file, breaks, test, title }) =>
    positionals.length === 0 ||
    positionals.some((text) => [file, breaks, test, title].some((each) => each.includes(text))),
);
const jobs = Number(values.jobs ?? availableParallelism());

if (values.help) {
  console.log(HELP);
} else if (!Number.isInteger(jobs) || jobs < 1) {
  console.error(`--jobs has to be a number from 1 on, and is ${values.jobs}.`);
  process.exitCode = 2;
} else if (chosen.length === 0) {
  console.error(`No break has ${positionals.join(' or ')} in its file, rule or test: --list shows all.`);
  process.exitCode = 2;
} else if (values.list) {
  for (const { file, breaks, test, title } of chosen) console.log(`${file}: ${breaks}\n    ${test}: ${title}`);
} else {
  await run(chosen);
}

async function run(mutants: readonly Mutant[]): Promise<void> {
  const problems: string[] = [];
  const tell = (name: string, started: number, problem: string | undefined): void => {
    const mark = problem === undefined ? '✔' : `${problems.push(`${name}\n     ${problem}`)})`;
    console.log(`  ${mark} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  };
  await side(Object.entries(Object.groupBy(mutants, ({ test }) => test)), async ([file, group = []]) => {
    const started = performance.now();
    const titles = [...new Set(group.map(({ title }) => title))];
    const { passed, failed, crash } = await runTests(file, titles);
    const missing = titles.filter((title) => !passed.includes(title));
    tell(
      `unbroken: ${file}`,
      started,
      crash ?? (missing.length > 0 ? `did not pass: ${missing.join('; ')} (failed: ${failed.join('; ')})` : undefined),
    );
  });
  await side(mutants, async (mutant) => {
    const started = performance.now();
    const outcome = await runTests(mutant.test, [mutant.title], mutant);
    tell(`${mutant.file}: ${mutant.breaks}`, started, problemOf(mutant, outcome));
  });
  const tests = mutants.length + new Set(mutants.map(({ test }) => test)).size;
  console.log(`\n  ${tests - problems.length} passing`);
  if (problems.length === 0) return;
  console.log(
    `  ${problems.length} failing\n\n${problems.map((problem, index) => `  ${index + 1}) ${problem}`).join('\n\n')}`,
  );
  process.exitCode = 1;
}

/** Why it does not count as caught: only the test itself may fail by it, and no hook before or after; undefined where it does. */
function problemOf({ code, broken, test, title }: Mutant, { failed, crash }: Outcome): string | undefined {
  if (failed.includes(title)) return undefined;
  const what = crash === undefined ? 'survives' : `ended without a result (${crash.slice(-500)})`;
  const beside = failed.length > 0 ? ` (failed beside it: ${failed.join('; ')})` : '';
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
