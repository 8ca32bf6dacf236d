import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { PackageManager } from '../project/code/settings.ts';

/** Each is written once an install has ended well, by npm, pnpm, yarn or bun. */
const NPM_LOCK = 'package-lock.json';
const LOCK_FILES = [NPM_LOCK, 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb'];

/**
 * Whether an install is still to be done that an earlier command had begun, or had been killed before: the packages were never installed to the
 * end, or npm's lock file is of other ones than package.json asks for. Not where they are those of a workspace around it.
 */
export function isInstallMissing(folder: string): boolean {
  if (existsSync(join(folder, NPM_LOCK))) return isOutdated(folder);
  if (LOCK_FILES.some((file) => existsSync(join(folder, file)))) return false;
  if (existsSync(join(folder, 'node_modules'))) return true;
  try {
    createRequire(join(folder, 'package.json')).resolve('autopilot-runtime/package.json');
    return false;
  } catch {
    return true;
  }
}

/** npm keeps in its lock file what package.json asked for. */
function isOutdated(folder: string): boolean {
  const manifest = readJson(join(folder, 'package.json'));
  const root = memberOf(memberOf(readJson(join(folder, NPM_LOCK)), 'packages'), '');
  return ['dependencies', 'devDependencies'].some(
    (kind) => !isDeepStrictEqual(memberOf(manifest, kind) ?? {}, memberOf(root, kind) ?? {}),
  );
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** Runs `<package manager> install` in the project, its output in the user's terminal. Says why it failed, if it did. */
export async function install(packageManager: PackageManager, folder: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(packageManager, ['install'], {
      cwd: folder,
      stdio: 'inherit',
      // On Windows, package managers are scripts.
      shell: process.platform === 'win32',
    });
    child.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ENOENT' ? `${packageManager} is not installed` : error.message),
    );
    child.once('exit', (code, signal) =>
      resolve(code === 0 ? undefined : signal ? `ended by ${signal}` : `exit code ${code}`),
    );
  });
}
