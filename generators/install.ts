import { spawn } from 'node:child_process';
import type { PackageManager } from '../project/code/settings.ts';

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
