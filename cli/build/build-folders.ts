import { readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

/** How the temporary folder of a process that builds is called; of another machine or container that has the same /tmp nothing can be told. */
export function folderPrefix(pid: number): string {
  return `ap-build-${hostname()}-${pid}`;
}

/** Removes the folders of processes that were killed while they built. Others' folders, which may not be removed, stay. */
export async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const [, pid] = /^ap-build-.*-(\d+)-\w+$/.exec(name) ?? [];
    if (pid === undefined || !name.startsWith(`${folderPrefix(Number(pid))}-`) || isAlive(Number(pid))) continue;
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // One of another user's cannot be asked.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
