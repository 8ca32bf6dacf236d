// What `npm start`, `npm test` and the other scripts run first, on whatever Node the machine has (18 or newer): installs what is
// missing, finds a Node that can run the sources, and hands over to it. Plain JavaScript without dependencies.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Files with tests; `specs`: those that need neither Go nor a cluster. Whoever names files or folders of their own runs those instead. */
const SUITES = {
  specs: ['scripts', 'project', 'generators', 'cli', 'runtime', 'devcluster', 'examples', 'bench', 'test'].map(
    (folder) => `${folder}/**/*.test.ts`,
  ),
  real: ['test/real/**/*.test.ts'],
  streaming: ['test/operator/*.test.ts'],
  // What depends on how a cache is filled, again on a server that has no streaming lists: what lists and watches tell, who catches up, who starts
  // again or over other objects. What deletions, own writes and reads do begins with events of a watch, which is the same on both.
  paged: [
    'leader-election',
    'older-data',
    'phase-machine',
    'races',
    'reload',
    'reload-replica',
    'watch-answers',
    'watch-connections',
    'watches',
    'writes',
  ].map((name) => `test/operator/${name}.test.ts`),
  packed: ['test/packed/**/*.test.ts'],
};

/**
 * How files of a suite run side by side, each in a process of its own: one more than there are processors, since they wait, too. On more
 * processors the clusters' memory would be felt.
 */
const parallel = (jobs, most) => ['--parallel', '--jobs', String(Math.min(jobs, most))];
const BESIDE = {
  specs: parallel(availableParallelism() + 1, 4),
  // The operators' tests run beside them.
  real: parallel(availableParallelism(), 3),
};

/**
 * Each command is a list of programs, run one after the other; the first that fails ends it. A list of programs instead of one: they run side by
 * side, and what fails keeps no other from being tried; a list in that: its programs run one after the other. `{args}` is what the user added.
 */
const bin = (name, file) => join(root, 'node_modules', name, file);
const source = (file) => ['--conditions=autopilot-source', join(root, file)];
const tsc = bin('typescript', 'bin/tsc');
const operatorsOn = (lists) => [
  bin('mocha', 'bin/mocha.js'),
  '--config',
  `test/real/operators/${lists}.mocharc.json`,
  `{args:${lists}}`,
];
const COMMANDS = {
  start: [[...source('examples/autorouter/show/show.ts'), '{args}']],
  test: [[bin('mocha', 'bin/mocha.js'), '{args:specs}']],
  'test:real': [
    // Once, not by each of those that need it.
    [...source('test/real/kubernetes/build.ts'), '--if-go'],
    // The operators' tests wait for controllers of the server half of their time.
    [
      [[bin('mocha', 'bin/mocha.js'), '--config', 'test/real/mocharc.json', '{args:real}'], operatorsOn('paged')],
      operatorsOn('streaming'),
    ],
  ],
  'test:packed': [[bin('mocha', 'bin/mocha.js'), '--config', 'test/packed/mocharc.json', '{args:packed}']],
  'test:mutants': [[...source('test/mutants/mutants.ts'), '{args}']],
  build: [[...source('scripts/build.ts'), '{args}']],
  'build:kubernetes': [source('test/real/kubernetes/build.ts')],
  kubernetes: [[...source('test/real/kubernetes/serve.ts'), '{args}']],
  lint: [[...source('scripts/lint.ts'), '{args}']],
  format: [[bin('prettier', 'bin/prettier.cjs'), '--write', '.', '{args}']],
  typecheck: [[tsc, '-p', 'tsconfig.json', '{args}']],
  examples: [source('scripts/examples.ts')],
  soak: [[...source('test/soak/soak.ts'), '{args}']],
  bench: [[...source('bench/bench.ts'), '{args}']],
};
const [build, lint, typecheck, test] = ['build', 'lint', 'typecheck', 'test'].map((name) =>
  COMMANDS[name].flatMap((words) => words.filter((word) => word !== '{args}')),
);
COMMANDS.check = [build, [lint, typecheck], test];
/** Programs in Go, or what starts them. */
const COMPILES = /bin\/tsc$|scripts[\\/](build|lint)\.ts$/;

function fail(message) {
  console.error(message);
  process.exit(1);
}

/** What npm recorded at its last install, against what the lock file asks for. */
function installed() {
  const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  let have;
  try {
    have = read('node_modules/.package-lock.json');
  } catch {
    return false;
  }
  return Object.entries(read('package-lock.json')).every(([path, wanted]) => {
    if (!path.includes('node_modules/')) return true;
    const found = have[path];
    if (!found) return wanted.optional === true || wanted.peer === true;
    return wanted.link === true || found.version === wanted.version;
  });
}

function install() {
  console.log('Installing dependencies (once, about half a minute) …');
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_config_(omit|include|only|production|dry_run|workspaces?|global|prefix)$/i.test(name),
    ),
  );
  // Not `npm ci`: npm 11 and 12 refuse a lock file that lacks other platforms' optional packages. `--no-save` leaves the lock alone.
  const npm = process.env.npm_execpath;
  const args = [
    'install',
    '--no-save',
    '--include=dev',
    '--include=optional',
    '--loglevel=error',
    '--no-fund',
    '--no-audit',
  ];
  const command = npm ? [process.execPath, [npm, ...args]] : ['npm', args];
  const { status, error } = spawnSync(command[0], command[1], {
    cwd: root,
    env,
    stdio: 'inherit',
    shell: !npm && process.platform === 'win32',
  });
  if (status !== 0)
    fail(`npm install failed (${error?.message ?? `exit code ${status}`}): see its output above; nothing was started.`);
}

/** Sources run on Node ^22.19 and >=24.11: types are stripped, and undici's and Yeoman's requirements are met. */
function fits(version) {
  const [major, minor] = version.split('.').map(Number);
  return (major === 22 && minor >= 19) || (major === 24 && minor >= 11) || major > 24;
}

/** Where Node keeps what it compiled, so that the next process loads it in a third of the time. */
function compileCache() {
  // The show is watched: half a second less of it, from the second time on.
  if (command === 'start') return join(root, 'node_modules/.cache/node');
  if (command !== 'check' && !command.startsWith('test')) return undefined;
  // Tests start hundreds of processes. What they run lies in new folders each time, and is of no use to the next run.
  const folder = mkdtempSync(join(tmpdir(), 'autopilot-compiled-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function findNode() {
  if (fits(process.versions.node)) return process.execPath;
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const path = join('node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  const found = [root, join(root, 'tools/node')].map((folder) => join(folder, path)).find((file) => existsSync(file));
  return (
    found ??
    fail(
      `This project needs Node ^22.19 or >=24.11, and this is Node ${process.versions.node}. npm has no Node 24 for ${process.platform} on ` +
        `${process.arch} that could be installed for you: install one from https://nodejs.org and try again.`,
    )
  );
}

/** What it prints goes to the terminal, or, with `later`, to there as soon as that resolves. */
function run(node, args, later) {
  return new Promise((resolve) => {
    const env = {
      ...(compiled && { NODE_COMPILE_CACHE: compiled }),
      // What collects no garbage, as it ends soon: the compiler and the linter need a quarter less of the processor.
      ...(args.some((word) => COMPILES.test(word)) && { GOGC: 'off' }),
      ...process.env,
      PATH: `${dirname(node)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH ?? ''}`,
    };
    const child = spawn(node, args, { cwd: root, stdio: later ? ['ignore', 'pipe', 'pipe'] : 'inherit', env });
    const printed = [];
    for (const stream of later ? [child.stdout, child.stderr] : []) stream.on('data', (chunk) => printed.push(chunk));
    // A terminal's Ctrl-C reaches the child by itself; whoever kills npm's child alone must not leave ours running.
    const forward = (signal) => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal));
    for (const signal of SIGNALS) process.on(signal, forward);
    const watch = whenOrphaned(() => child.kill('SIGTERM'));
    child.on('error', (error) => fail(`${node} could not be started: ${error.message}`));
    child.on('close', async (code, signal) => {
      clearInterval(watch);
      for (const name of SIGNALS) process.off(name, forward);
      await later;
      process.stdout.write(Buffer.concat(printed));
      resolve(signal ? 128 + constants.signals[signal] : code);
    });
  });
}

/**
 * npm passes a signal on to the shell between it and this process, and the shell dies of it without passing it on: calls `end`
 * when there is another parent. Whoever starts this file without npm may well leave it behind.
 */
function whenOrphaned(end) {
  const parent = process.ppid;
  if (!process.env.npm_lifecycle_event) return undefined;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    end();
  }, 250);
  return watch;
}

/** What a user's own arguments are to a program. */
function fill(word, args) {
  if (word === '{args}') return args;
  const [, suite] = /^\{args:(\w+)\}$/.exec(word) ?? [];
  if (suite !== undefined)
    return args.some((arg) => arg.endsWith('.ts')) ? args : [...SUITES[suite], ...(BESIDE[suite] ?? []), ...args];
  return [word];
}

/**
 * Runs programs, or lists of them, side by side: the first prints at once, each other one when those before it have ended. Returns the first code
 * that is none of success.
 */
async function runAll(node, tracks) {
  const running = [];
  for (const track of tracks) running.push(runTrack(node, Array.isArray(track[0]) ? track : [track], running.at(-1)));
  const codes = await Promise.all(running);
  return codes.find((code) => code !== 0) ?? 0;
}

/** One program after the other, whatever becomes of it, unless it is ended by a signal. */
async function runTrack(node, programs, later) {
  let first = 0;
  for (const program of programs.filter((each) => !isOfOthers(each))) {
    const args = program.flatMap((word) => fill(word, userArgs));
    const code = await run(node, args, later);
    first ||= code;
    if (code >= 128) break;
  }
  return first;
}

/** Whether a program of `test:real` runs other files than those that the user named: the operators' tests run on real servers of their own. */
function isOfOthers(program) {
  const named = userArgs.filter((arg) => arg.endsWith('.ts'));
  if (command !== 'test:real' || named.length === 0) return false;
  return (
    program.some((word) => word.startsWith('test/real/operators/')) !==
    named.every((file) => file.includes('test/operator/'))
  );
}

/** A folder stands for all tests in it, unless it may be the value of an option. */
function testsOf(word, index, all) {
  if (all[index - 1]?.startsWith('-')) return word;
  return statSync(word, { throwIfNoEntry: false })?.isDirectory() ? `${word.replace(/\/+$/, '')}/**/*.test.ts` : word;
}

const [command, ...words] = process.argv.slice(2);
const userArgs = command?.startsWith('test') ? words.map(testsOf) : words;
const steps = COMMANDS[command];
if (!steps) fail(`Unknown command ${command}. There are: ${Object.keys(COMMANDS).join(', ')}.`);
if (!installed()) install();
const node = findNode();
const compiled = compileCache();
for (const step of steps) {
  const code = await runAll(node, Array.isArray(step[0]) ? step : [step]);
  if (code !== 0) process.exit(code);
}
