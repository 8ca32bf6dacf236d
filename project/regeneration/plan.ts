import { Buffer } from 'node:buffer';
import type { Owner } from '../code/rendered-file.ts';
import { basePath } from './base.ts';
import type { Base } from './base.ts';
import type { Change } from './commit.ts';
import { decide, withLinesOf } from './decide.ts';
import type { Decision } from './decide.ts';

/** A file that a command wants to have in the project. */
export interface WantedFile {
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly contents: Buffer;
  /**
   * `tool`: always written, and without a base version: what is kept below `.autopilot/`, bundled packages, `.yo-rc.json`, and
   * the edits of the user's YAML files that a command was asked for.
   */
  readonly owner: Owner | 'tool';
  readonly required: boolean;
  /** The text that these contents were made from, where they are an edit; null: there was no such file. */
  readonly from?: string | null;
  /** What a new file begins with instead. The base version is not this: it is the user's own work from the first. */
  readonly start?: Start;
}

/** What a new file of the user's takes over, and the file that has it. */
export interface Start {
  readonly text: string;
  readonly from: string;
}

/** Edits of files that are no longer as they were when they were read. */
export function outdatedEdits(wanted: readonly WantedFile[], disk: ReadonlyMap<string, Buffer>): string[] {
  return wanted.flatMap(({ path, from }) =>
    from === undefined || (disk.get(path)?.toString() ?? null) === from ? [] : [path],
  );
}

/** One file and what becomes of it. */
export interface PlannedFile {
  readonly path: string;
  readonly owner: Owner | 'tool';
  readonly decision: Decision;
  readonly disk: Buffer | undefined;
  readonly base: Base | undefined;
  /** What would be written, with the line endings of the version on disk; undefined: a file that is to go. */
  readonly next: Buffer | undefined;
  /** As in `WantedFile`, where there is no such file yet. */
  readonly start?: Start;
}

/**
 * Decides about every file, before any is written. `wanted` is everything that belongs to the project by now: a file of which
 * only a base version is left is one that the tool has no use for any more.
 */
export function plan(
  wanted: readonly WantedFile[],
  bases: ReadonlyMap<string, Base>,
  disk: ReadonlyMap<string, Buffer>,
): PlannedFile[] {
  const paths = new Set(wanted.map(({ path }) => path));
  const gone = [...bases].filter(([path]) => !paths.has(path));
  return [
    ...wanted.map((file) => planWanted(file, bases.get(file.path), disk.get(file.path))),
    ...gone.map(([path, base]) => planGone(path, base, disk.get(path))),
  ];
}

function planWanted(file: WantedFile, base: Base | undefined, disk: Buffer | undefined): PlannedFile {
  const { path, owner } = file;
  if (owner === 'tool') {
    const decision = disk?.equals(file.contents) ? 'unchanged' : 'write';
    return { path, owner, decision, disk, base: undefined, next: file.contents };
  }
  const text = disk?.toString();
  const next = file.contents.toString();
  const decision = decide({ owner, required: file.required, base: base?.text, disk: text, next });
  return {
    path,
    owner,
    decision,
    disk,
    base,
    next: Buffer.from(withLinesOf(text, next)),
    ...(file.start && disk === undefined && { start: file.start }),
  };
}

function planGone(path: string, base: Base, disk: Buffer | undefined): PlannedFile {
  const { owner, text } = base;
  const decision = decide({ owner, required: false, base: text, disk: disk?.toString(), next: undefined });
  return { path, owner, decision, disk, base, next: undefined };
}

/** What was answered for a file about which was asked: keep it, or write this; undefined contents: remove it. */
export type Answer = { readonly action: 'keep' } | { readonly action: 'write'; readonly contents: Buffer | undefined };

/**
 * The changes that follow from the decisions: the files themselves and their base versions. `answers` has one for each file
 * whose decision is `ask`; a file without one is kept.
 */
export function changesOf(files: readonly PlannedFile[], answers: ReadonlyMap<string, Answer>): Change[] {
  return files.flatMap((file) => {
    const answer = answers.get(file.path);
    const written = file.start ? Buffer.from(file.start.text) : file.next;
    if (file.decision === 'write' || file.decision === 'remove') return [change(file, written), ...baseChanges(file)];
    if (file.decision === 'ask' && answer?.action === 'write')
      return [change(file, answer.contents), ...baseChanges(file)];
    return baseChanges(file);
  });
}

function change({ path, disk }: PlannedFile, after: Buffer | undefined): Change {
  return { path, before: disk, after };
}

/**
 * The base version becomes what was written, or what was offered and declined: a scaffold file is not asked about again before
 * there is something new to say; a generated one is, as long as it differs. It stays where the user's own version stays, so that
 * going back to it makes the file untouched again.
 */
function baseChanges({ owner, path, decision, base, next }: PlannedFile): Change[] {
  if (owner === 'tool' || decision === 'keep' || decision === 'deleted' || decision === 'orphan') return [];
  const old = base && { path: basePath(base.owner, path), before: Buffer.from(base.text) };
  const now = next && { path: basePath(owner, path), after: Buffer.from(next.toString().replace(/\r\n/g, '\n')) };
  if (old?.path === now?.path) {
    const same = old && now && old.before.equals(now.after);
    return now && !same ? [{ path: now.path, before: old?.before, after: now.after }] : [];
  }
  return [
    ...(old ? [{ path: old.path, before: old.before, after: undefined }] : []),
    ...(now ? [{ path: now.path, before: undefined, after: now.after }] : []),
  ];
}
