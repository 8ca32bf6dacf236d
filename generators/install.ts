import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackageManager } from '../project/code/settings.ts';
import { readIfThere, type Change } from '../project/regeneration/commit.ts';

/** Stands beside the packages from the moment in which package.json is written until they were installed: what is killed between is done again. */
const MARK = 'node_modules/.autopilot-install';

/** The change that comes with one of package.json. */
export async function markInstall(folder: string): Promise<Change> {
  return { path: MARK, before: await readIfThere(join(folder, MARK)), after: Buffer.from('') };
}

/** Whether an earlier command was to install packages, and did not come to the end of it. */
export function isInstallMissing(folder: string): boolean {
  return existsSync(join(folder, MARK));
}

/** Runs `<package manager> install` in the project, its output in the user's terminal. Says why it failed, if it did. */
export async function install(packageManager: PackageManager, folder: string): Promise<string | undefined> {
  const reason = await run(packageManager, folder);
  if (reason === undefined) await rm(join(folder, MARK), { force: true });
  return reason;
}

function run(packageManager: PackageManager, folder: string): Promise<string | undefined> {
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
