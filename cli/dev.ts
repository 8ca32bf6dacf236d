import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findProject } from '../project/config/files.ts';
import { finishInterruptedWrite } from '../generators/unfinished-write.ts';
import { FAULTS, ProjectError } from '../project/errors.ts';
import { noDevCluster } from '../generators/errors.ts';

const DEVCLUSTER = 'autopilot-devcluster';

/** Runs the dev loop of the project's own autopilot-devcluster until it ends; its exit code. */
export async function dev(from: string, options: readonly string[]): Promise<number> {
  await finishInterruptedWrite(from, console.log);
  const folder = await findProject(from);
  if (folder === undefined) throw new ProjectError([{ ...FAULTS.projectMissing({ from }) }]);
  const command = await devclusterBin(folder);
  if (command === undefined) throw new ProjectError([noDevCluster(folder)]);
  const child = spawn(process.execPath, [...process.execArgv, command, 'dev', ...options], {
    cwd: folder,
    stdio: 'inherit',
  });
  // A terminal sends Ctrl-C to both; the loop ends in its own time, and then we do.
  const forward = (signal: NodeJS.Signals) => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  process.on('SIGINT', forward).on('SIGTERM', forward);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.off('SIGINT', forward).off('SIGTERM', forward);
      resolve(signal ? 128 + constants.signals[signal] : (code ?? 1));
    });
  });
}

/** The command of the package that is installed in the project, or undefined where there is none. */
async function devclusterBin(folder: string): Promise<string | undefined> {
  const file = installedManifest(folder);
  if (file === undefined) return undefined;
  const manifest: unknown = JSON.parse(await readFile(file, 'utf8'));
  const bin: unknown = typeof manifest === 'object' && manifest !== null ? Reflect.get(manifest, 'bin') : undefined;
  const path: unknown = typeof bin === 'object' && bin !== null ? Reflect.get(bin, DEVCLUSTER) : bin;
  return typeof path === 'string' ? join(dirname(file), path) : undefined;
}

function installedManifest(folder: string): string | undefined {
  try {
    return findPackageJSON(DEVCLUSTER, pathToFileURL(join(folder, 'package.json')));
  } catch {
    return undefined;
  }
}
