import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ALLOCATOR, NODE_FLAGS } from '../project/code/dockerfile.ts';
import { hasGo } from '../test/real/kubernetes/programs.ts';

const ROOT = join(import.meta.dirname, '..');
/** What is built for the benchmark alone. */
const FOLDER = join(ROOT, 'node_modules/.cache/bench');

/** Run as an image would run it. */
const BARE_LOOP = [
  'env',
  ALLOCATOR,
  process.execPath,
  ...NODE_FLAGS,
  join(import.meta.dirname, 'bare-loop/operator.mjs'),
].join(' ');

/** The operators that do the job of `flow-operator/`, by the names that `--peer` takes. Concurrency of controller-runtime: its best. */
export const OPERATORS = {
  autopilot: join(import.meta.dirname, 'flow-operator/run'),
  'controller-runtime': `${join(FOLDER, 'controller-runtime')} -concurrency 50`,
  'controller-runtime-1': `${join(FOLDER, 'controller-runtime')} -concurrency 1`,
  'controller-runtime-10': `${join(FOLDER, 'controller-runtime')} -concurrency 10`,
  'controller-runtime-conditions': `${join(FOLDER, 'controller-runtime')} -concurrency 50 -conditions`,
  'bare-loop': BARE_LOOP,
  'bare-loop-bodies': `${BARE_LOOP} --bodies`,
  kopf: `${join(FOLDER, 'python/bin/kopf')} run --all-namespaces --standalone --quiet ${join(import.meta.dirname, 'kopf/operator.py')}`,
} as const;

export type OperatorName = keyof typeof OPERATORS;

export const DRIVER = join(FOLDER, 'driver');
export const CRD = join(import.meta.dirname, 'flow-operator/deploy/base/crd.yaml');

/** Versions of the peer that pip installs; those of the others stand in `go.mod`. */
const PYTHON_PACKAGES = ['kopf==1.45.2', 'kubernetes'];

/** Builds the driver and these operators. Go keeps what it has built, so this is quick the second time. */
export function build(operators: readonly OperatorName[], tell: (line: string) => void): void {
  if (!hasGo())
    throw new Error(
      'The driver and controller-runtime are built with Go, and there is none on the PATH: install Go 1.26 or newer (https://go.dev/dl).',
    );
  mkdirSync(FOLDER, { recursive: true });
  const programs = [
    'driver',
    ...(operators.some((name) => name.startsWith('controller')) ? ['controller-runtime'] : []),
  ];
  for (const program of programs) {
    tell(`building ${program} …`);
    run('go', ['build', '-o', join(FOLDER, program), `./${program}`]);
  }
  if (operators.includes('kopf') && !existsSync(join(FOLDER, 'python/bin/kopf'))) {
    tell('installing kopf …');
    run('python3', ['-m', 'venv', join(FOLDER, 'python')]);
    run(join(FOLDER, 'python/bin/pip'), ['install', '--quiet', ...PYTHON_PACKAGES]);
  }
  if (operators.includes('autopilot') && !existsSync(join(import.meta.dirname, 'flow-operator/dist')))
    throw new Error('flow-operator is not built: `npm run build` first.');
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? `exit code ${status}`}`);
}
