import { chmod, chown, mkdir, open, readFile, realpath, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A file's contents, or undefined where there is none. */
export async function readIfThere(file: string): Promise<Buffer | undefined> {
  return readFile(file).catch(absent);
}

/** Writes a file; it is on the disk, not only in the system's memory, when this returns. */
export async function writeSynced(file: string, contents: string | Buffer): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(contents);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes what was renamed in a folder last. Windows has no such thing, and needs none. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  try {
    await handle?.sync().catch(() => undefined);
  } finally {
    await handle?.close();
  }
}

/** Gives a file the mode and, where that is allowed, the owner of another one that it is going to replace. */
export async function takeModeOf(file: string, like: string): Promise<void> {
  const { mode, uid, gid } = await stat(like);
  const own = await stat(file);
  if (own.mode !== mode) await chmod(file, mode & 0o7777);
  if (own.uid !== uid || own.gid !== gid) await chown(file, uid, gid).catch(() => undefined);
}

/** Puts a file in another's place, in one step where both are on one disk. A symbolic link keeps leading to what is replaced. */
export async function moveInto(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const target = await realpath(to).catch(() => to);
  try {
    await rename(from, target);
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error;
    const beside = `${target}.autopilot-new`;
    await writeSynced(beside, await readFile(from));
    await takeModeOf(beside, from);
    await rename(beside, target);
    await rm(from);
  }
}

/** Removes a folder and those above it, as far as they are empty. */
export async function removeEmptyFolders(root: string, folder: string): Promise<void> {
  for (let at = folder; at !== '.'; at = dirname(at)) {
    const removed = await rmdir(join(root, at)).then(
      () => true,
      () => false,
    );
    if (!removed) return;
  }
}

/** For `catch`: nothing is there. */
export function absent(error: unknown): undefined {
  if (codeOf(error) === 'ENOENT') return undefined;
  throw error;
}

export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
