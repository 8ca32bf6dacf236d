import type { Buffer } from 'node:buffer';
import { mkdir, readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';

/** A file's contents before and after; undefined where it is not there. */
export interface Change {
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly before: Buffer | undefined;
  readonly after: Buffer | undefined;
}

/**
 * Makes all changes, or none where the disk is no longer as it was when they were decided. Each file is replaced as a whole.
 * Not guaranteed: a kill in the middle leaves some files changed and others not.
 *
 * @throws StaleDiskError names the files that somebody else changed meanwhile.
 */
export async function commit(folder: string, changes: readonly Change[]): Promise<void> {
  const stale: string[] = [];
  for (const { path, before } of changes) {
    const now = await readIfThere(join(folder, path));
    if (before === undefined ? now !== undefined : !now?.equals(before)) stale.push(path);
  }
  if (stale.length > 0) throw new StaleDiskError(stale);
  // All at once: each file is synced to the disk, which takes one about as long as a hundred.
  const writes = await Promise.allSettled(changes.map((change) => write(folder, change)));
  for (const written of writes) if (written.status === 'rejected') throw written.reason;
  for (const { path, after } of changes) {
    if (after !== undefined) continue;
    await rm(join(folder, path));
    await removeEmptyFolders(folder, dirname(path));
  }
}

async function write(folder: string, { path, after }: Change): Promise<void> {
  if (after === undefined) return;
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFileAtomic(file, after);
}

/** A file's contents, or undefined where there is none. */
export async function readIfThere(file: string): Promise<Buffer | undefined> {
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

async function removeEmptyFolders(root: string, folder: string): Promise<void> {
  for (let at = folder; at !== '.' && at !== ''; at = dirname(at)) {
    const removed = await rmdir(join(root, at)).then(
      () => true,
      () => false,
    );
    if (!removed) return;
  }
}

export class StaleDiskError extends Error {
  override name = 'StaleDiskError';
  readonly paths: readonly string[];

  constructor(paths: readonly string[]) {
    super(`changed while the command was running: ${paths.join(', ')}`);
    this.paths = paths;
  }
}
