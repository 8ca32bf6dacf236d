import { createHash } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere, syncFolder, writeSynced } from './files.ts';

/** Where a project keeps what is about to be written, relative to its folder. It is there only while a command writes. */
export const TX_FOLDER = '.autopilot/tx';

/** A file's contents before and after; undefined where it is not there. */
export interface Change {
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly before: Buffer | undefined;
  readonly after: Buffer | undefined;
}

/** What the journal says of a change: digests of the contents, null where there is no file. The place in the list is its number. */
export interface Entry {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface Journal {
  readonly entries: readonly Entry[];
  /** Folders that were not there, outermost first. */
  readonly folders: readonly string[];
}

const JOURNAL = 'journal.json';
const UNDO = 'undo';

/** The place of a change's contents while they wait. */
export const staged = (tx: string, version: 'new' | 'old', index: number): string => join(tx, `${version}-${index}`);

export function digest(contents: Buffer | undefined): string | null {
  return contents === undefined ? null : createHash('sha256').update(contents).digest('hex');
}

/** From here on the write will be finished, whoever does it. */
export async function writeJournal(tx: string, journal: Journal): Promise<void> {
  const draft = join(tx, `${JOURNAL}.draft`);
  await writeSynced(draft, JSON.stringify(journal));
  await rename(draft, join(tx, JOURNAL));
  await syncFolder(tx);
}

/** From here on it will be undone. */
export async function markUndo(tx: string): Promise<void> {
  await writeSynced(join(tx, UNDO), '');
  await syncFolder(tx);
}

/**
 * The journal of an interrupted write; undefined where it came to none.
 *
 * @throws Error where it is not one of ours: a path that leads out of the project, for example.
 */
export async function readJournal(tx: string): Promise<(Journal & { readonly undo: boolean }) | undefined> {
  const text = (await readIfThere(join(tx, JOURNAL)))?.toString();
  if (text === undefined) return undefined;
  const value: unknown = JSON.parse(text);
  if (!isJournal(value)) throw new Error(`${join(tx, JOURNAL)} is not a journal of this tool: remove ${tx}`);
  return { ...value, undo: (await readIfThere(join(tx, UNDO))) !== undefined };
}

function isJournal(value: unknown): value is Journal {
  if (typeof value !== 'object' || value === null || !('entries' in value) || !('folders' in value)) return false;
  const { entries, folders } = value;
  if (!Array.isArray(entries) || !Array.isArray(folders)) return false;
  return entries.every((entry) => isEntry(entry)) && folders.every((folder) => isInside(folder));
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false;
  if (!('path' in value) || !('before' in value) || !('after' in value)) return false;
  return isInside(value.path) && isDigest(value.before) && isDigest(value.after);
}

const isDigest = (value: unknown): value is string | null => value === null || typeof value === 'string';

function isInside(path: unknown): path is string {
  return typeof path === 'string' && path !== '' && !/^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)/.test(path);
}
