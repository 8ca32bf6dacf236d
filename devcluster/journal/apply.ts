import { rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { absent, codeOf, moveInto, readIfThere, removeEmptyFolders, syncFolder } from './files.ts';
import { digest, markUndo, staged } from './journal.ts';
import type { Entry, Journal } from './journal.ts';

/**
 * Makes what the journal says, as far as it is not made yet: a change is made once its staged contents are gone. A file that is
 * neither as it was nor as it is to be was changed by somebody else meanwhile, and stays; so does its base version, so that the
 * next command still sees the edit. Returns the paths of those.
 */
export async function rollForward(folder: string, tx: string, { entries }: Journal): Promise<string[]> {
  const kept = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    if (!(await isDue(folder, tx, entry, index))) continue;
    const now = await digestOf(folder, entry.path);
    if (now !== entry.before && now !== entry.after) kept.add(entry.path);
  }
  for (const [index, entry] of entries.entries()) {
    if (kept.has(entry.path) || kept.has(baseOf(entry.path)) || !(await isDue(folder, tx, entry, index))) continue;
    await make(folder, entry, staged(tx, 'new', index));
  }
  await syncFolders(folder, entries);
  return [...kept];
}

/** Takes back what was made of the journal. Files that somebody else changed meanwhile stay; returns their paths. */
export async function rollBack(folder: string, tx: string, { entries, folders }: Journal): Promise<string[]> {
  await markUndo(tx);
  const kept: string[] = [];
  for (const [index, { path, before, after }] of entries.entries()) {
    const now = await digestOf(folder, path);
    if (now === before) continue;
    if (now !== after) kept.push(path);
    else await make(folder, { path, before: after, after: before }, staged(tx, 'old', index));
  }
  for (const made of folders.toReversed()) await rmdir(join(folder, made)).catch(() => undefined);
  await syncFolders(folder, entries);
  return kept;
}

/** Of what is at the path now. Below a file there is nothing. */
async function digestOf(folder: string, path: string): Promise<string | null> {
  const contents = await readIfThere(join(folder, path)).catch((error: unknown) => {
    if (codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  });
  return digest(contents);
}

/** Whether a change is still to be made. */
async function isDue(folder: string, tx: string, { path, after }: Entry, index: number): Promise<boolean> {
  const file = after === null ? join(folder, path) : staged(tx, 'new', index);
  return (await stat(file).catch(absent)) !== undefined;
}

async function make(folder: string, { path, after }: Entry, contents: string): Promise<void> {
  const file = join(folder, path);
  if (after === null) {
    await rm(file);
    await removeEmptyFolders(folder, dirname(path));
  } else {
    await moveInto(contents, file);
  }
}

async function syncFolders(folder: string, entries: readonly Entry[]): Promise<void> {
  await Promise.all([...new Set(entries.map(({ path }) => dirname(path)))].map((at) => syncFolder(join(folder, at))));
}

/** The file that a base version is of. */
function baseOf(path: string): string {
  return path.replace(/^\.autopilot\/base\/[^/]+\//, '');
}
