import { rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { rollBack, rollForward } from './apply.ts';
import { absent, readIfThere, syncFolder, takeModeOf, writeSynced } from './files.ts';
import { TX_FOLDER, digest, readJournal, staged, writeJournal } from './journal.ts';
import type { Change, Journal } from './journal.ts';
import { claim, takeOver, whenAbandoned } from './owner.ts';

/** What became of a write that was interrupted after its changes had been decided and staged. */
export interface Recovery {
  /** `undone`: the project is as it was before that command. */
  readonly outcome: 'finished' | 'undone';
  /** The files that it was about, relative to the project. */
  readonly paths: readonly string[];
  /** Of these, the ones that somebody changed since: they are left as they are. */
  readonly kept: readonly string[];
}

/** Milliseconds that a command waits for another one to end its write. */
const PATIENCE = 10_000;

/** Files that are no longer as they were when the changes were decided. */
export class StaleDiskError extends Error {
  override name = 'StaleDiskError';
  readonly paths: readonly string[];

  constructor(paths: readonly string[]) {
    super(`changed while the command was running: ${paths.join(', ')}`);
    this.paths = paths;
  }
}

/** A write that failed, and could not be undone either: the next {@link recover} tries again. */
export class UnsettledError extends Error {
  override name = 'UnsettledError';
}

/**
 * Makes all changes to the files of the project in `folder`, or none. New and old contents are staged in `.autopilot/tx`, synced to
 * the disk, and told of in a journal; only then files are put in their places. Whatever ends the process, {@link recover} finishes
 * the write or undoes it. An error undoes it here.
 *
 * @throws StaleDiskError names the files that somebody else changed since the changes were decided.
 * @throws BusyError Another process is writing to this project, and has not ended within 10 s.
 * @throws UnsettledError What the file system says, where the write could not even be undone.
 * @throws Error What the file system says; the project is as it was.
 */
export async function writeAll(folder: string, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  const tx = join(folder, TX_FOLDER);
  while (!(await claim(tx))) await recover(folder);
  let journal: Journal | undefined;
  try {
    const stale = await staleFiles(folder, changes);
    if (stale.length > 0) throw new StaleDiskError(stale);
    await stage(folder, tx, changes);
    journal = await journalOf(folder, changes);
    await writeJournal(tx, journal);
    const kept = await rollForward(folder, tx, journal);
    if (kept.length > 0) throw new StaleDiskError(kept);
  } catch (error) {
    try {
      if (journal) await rollBack(folder, tx, journal);
    } catch (cause) {
      throw new UnsettledError(error instanceof Error ? error.message : String(error), { cause });
    }
    await end(folder);
    throw error;
  }
  await end(folder);
}

/**
 * Finishes or undoes what an interrupted command left in the project in `folder`; undefined where it had changed nothing yet. To be
 * called before anything of the project is read.
 *
 * @param patience Milliseconds to wait for another command that is still at work.
 * @throws BusyError It has not ended by then.
 * @throws Error The write can neither be finished nor undone; says why.
 */
export async function recover(folder: string, patience = PATIENCE): Promise<Recovery | undefined> {
  const tx = join(folder, TX_FOLDER);
  for (;;) {
    const last = await whenAbandoned(tx, patience);
    if (!last) return undefined;
    if (await takeOver(tx, last)) break;
  }
  const journal = await readJournal(tx);
  const settled = journal && (await settle(folder, tx, journal));
  await end(folder);
  return journal && settled && { ...settled, paths: journal.entries.map(({ path }) => path) };
}

/** The folder, from this one upward, in which a write was interrupted or is under way. */
export async function findInterrupted(from: string): Promise<string | undefined> {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = await stat(join(folder, TX_FOLDER)).catch(() => undefined);
    if (found?.isDirectory()) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

async function settle(
  folder: string,
  tx: string,
  journal: Journal & { readonly undo: boolean },
): Promise<Pick<Recovery, 'outcome' | 'kept'>> {
  if (!journal.undo) {
    try {
      return { outcome: 'finished', kept: await rollForward(folder, tx, journal) };
    } catch (error) {
      return { outcome: 'undone', kept: await rollBack(folder, tx, journal).catch(() => Promise.reject(error)) };
    }
  }
  return { outcome: 'undone', kept: await rollBack(folder, tx, journal) };
}

async function staleFiles(folder: string, changes: readonly Change[]): Promise<string[]> {
  const stale: string[] = [];
  for (const { path, before } of changes) {
    const now = await readIfThere(join(folder, path));
    if (before === undefined ? now !== undefined : !now?.equals(before)) stale.push(path);
  }
  return stale;
}

/** All at once: each file is synced to the disk, which takes one about as long as a hundred. */
async function stage(folder: string, tx: string, changes: readonly Change[]): Promise<void> {
  const writes = changes.map(async ({ path, before, after }, index) => {
    const versions = [
      ['new', after],
      ['old', before],
    ] as const;
    for (const [version, contents] of versions) {
      if (contents === undefined) continue;
      await writeSynced(staged(tx, version, index), contents);
      if (before !== undefined) await takeModeOf(staged(tx, version, index), join(folder, path));
    }
  });
  for (const written of await Promise.allSettled(writes)) if (written.status === 'rejected') throw written.reason;
  await syncFolder(tx);
}

async function journalOf(folder: string, changes: readonly Change[]): Promise<Journal> {
  const folders = new Set<string>();
  for (const { path, after } of changes) {
    if (after === undefined) continue;
    for (let at = dirname(path); at !== '.'; at = dirname(at)) {
      if (!(await stat(join(folder, at)).catch(absent))) folders.add(at);
    }
  }
  return {
    entries: changes.map(({ path, before, after }) => ({ path, before: digest(before), after: digest(after) })),
    folders: [...folders].sort(),
  };
}

/** The journal goes first: what is left then is rubbish. */
async function end(folder: string): Promise<void> {
  const tx = join(folder, TX_FOLDER);
  await rm(join(tx, 'journal.json'), { force: true });
  await rm(tx, { recursive: true, force: true });
  await rmdir(dirname(tx)).catch(() => undefined);
}
