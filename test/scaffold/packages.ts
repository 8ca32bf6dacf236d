import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The repository. */
export const ROOT = join(import.meta.dirname, '../..');

const OURS = ['runtime', 'devcluster'] as const;

let folder: string | undefined;

/**
 * A `node_modules` as a project has it: our packages compiled, as their tarballs hold them, and the others those of this
 * repository. Made once for all tests, and gone at the end.
 */
export function installedPackages(): string {
  folder ??= install();
  return folder;
}

function install(): string {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'autopilot-packages-')));
  process.once('exit', () => rmSync(base, { recursive: true, force: true }));
  const modules = join(base, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (!name.startsWith('autopilot-') && !name.startsWith('.')) {
      symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
    }
  }
  for (const name of OURS) compile(name, join(modules, `autopilot-${name}`), base);
  return modules;
}

function compile(name: (typeof OURS)[number], target: string, base: string): void {
  const options = ['--outDir', join(target, 'dist'), '--tsBuildInfoFile', join(base, `${name}.tsbuildinfo`)];
  const config = join(ROOT, name, 'tsconfig.build.json');
  // Whether the packages are free of errors is another test's business.
  spawnSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', config, ...options], {
    env: { ...process.env, GOGC: 'off' },
  });
  const manifest = readFileSync(join(ROOT, name, 'package.json'), 'utf8').replaceAll('autopilot-source', 'not-here');
  writeFileSync(join(target, 'package.json'), manifest);
}
