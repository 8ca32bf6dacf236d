// `npm run lint`: oxlint with types, its canary, the directions of imports, the formatter.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { forbiddenImports } from './import-directions.ts';

const root = join(import.meta.dirname, '..');
const CANARY = 'test/canary/floating-promise.canary.ts';

function run(
  program: string,
  args: readonly string[],
  show: boolean,
): { readonly ok: boolean; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'node_modules', program), ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: show ? 'inherit' : 'pipe',
  });
  return { ok: status === 0, output: `${stdout ?? ''}${stderr ?? ''}` };
}

const failures: string[] = [];

// Beside the others: it takes as long as they do, on one processor.
const formatter = spawn(
  process.execPath,
  [join(root, 'node_modules/prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  { cwd: root, stdio: 'inherit' },
);
const formatted = new Promise<boolean>((resolve) => {
  formatter.once('error', () => resolve(false));
  formatter.once('exit', (code) => resolve(code === 0));
});

if (!run('oxlint/bin/oxlint', ['--type-aware', '--quiet', '--ignore-pattern', '**/*.canary.ts'], true).ok) {
  failures.push('oxlint');
}

// Type-aware rules fall silent without a word where types are not found: a file that must fail shows that they were.
const canary = run('oxlint/bin/oxlint', ['--type-aware', CANARY], false);
if (canary.ok || !canary.output.includes('no-floating-promises')) {
  console.error(
    `${CANARY} must fail with no-floating-promises, and did not: the linter does not see types across packages.\n${canary.output}`,
  );
  failures.push('canary');
}

const forbidden = forbiddenImports(root);
if (forbidden.length > 0) {
  console.error(`Imports against the architecture (scripts/import-directions.ts):\n${forbidden.join('\n')}`);
  failures.push('directions of imports');
}

if (!(await formatted)) failures.push('formatter (npm run format mends it)');

if (failures.length > 0) {
  console.error(`lint: ${failures.join(', ')} failed`);
  process.exitCode = 1;
} else {
  console.log('lint: no findings');
}
