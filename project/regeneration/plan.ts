import { Buffer } from 'node:buffer';
import type { Owner } from '../code/rendered-file.ts';
import { basePath } from './base.ts';
import type { Base } from './base.ts';
import type { Change } from './commit.ts';
import { decide, sameText } from './decide.ts';
import type { Decision } from './decide.ts';
import { mergeTexts } from './merge/merge.ts';
import type { Merge } from './merge/merge.ts';
import { inFormOf, plainText } from './merge/text-form.ts';

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
  /** Which file's place a new one takes. */
  readonly start?: Start;
}

/** The file of the user's whose place a new one takes, and which goes. */
export interface Start {
  readonly from: string;
  /** What the new file begins with, where the former one was edited. The base version is not this: it is the user's own work. */
  readonly text?: string;
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
  /** What the tool would write, with the line endings of the version on disk; undefined: a file that is to go. */
  readonly next: Buffer | undefined;
  /** Of an edited file of the tool's that is text: it and the tool's new version in one. */
  readonly merge?: Merge;
  /** As in `WantedFile`, where there is no such file yet. */
  readonly start?: Start;
}

export interface PlanOptions {
  /** Edited files that are generated are written anew, instead of merged. Default: false. */
  readonly force?: boolean;
}

/**
 * Decides about every file, before any is written. `wanted` is everything that belongs to the project by now: a file of which
 * only a base version is left is one that the tool has no use for any more.
 */
export function plan(
  wanted: readonly WantedFile[],
  bases: ReadonlyMap<string, Base>,
  disk: ReadonlyMap<string, Buffer>,
  options: PlanOptions = {},
): PlannedFile[] {
  const paths = new Set(wanted.map(({ path }) => path));
  const gone = [...bases].filter(([path]) => !paths.has(path));
  const planned = wanted.map((file) => planWanted(file, bases.get(file.path), disk.get(file.path), options));
  const left = new Set(planned.flatMap(({ start }) => (start ? [start.from] : [])));
  return [...planned, ...gone.map(([path, base]) => planGone(path, base, disk.get(path), left.has(path)))];
}

function planWanted(
  file: WantedFile,
  base: Base | undefined,
  disk: Buffer | undefined,
  { force = false }: PlanOptions,
): PlannedFile {
  const { path, owner } = file;
  if (owner === 'tool') {
    const decision = disk?.equals(file.contents) ? 'unchanged' : 'write';
    return { path, owner, decision, disk, base: undefined, next: file.contents };
  }
  const text = disk?.toString();
  const next = file.contents.toString();
  const decision = decide({ owner, required: file.required, base: base?.text, disk: text, next });
  const planned = {
    path,
    owner,
    decision,
    disk,
    base,
    next: Buffer.from(inFormOf(text, next)),
    ...(file.start && disk === undefined && { start: file.start }),
  };
  if (decision === 'unchanged' || decision === 'write') return planned;
  if (force && owner === 'generated') return { ...planned, decision: 'write' };
  return decision === 'merge' || decision === 'ask' ? merged(planned, next) : planned;
}

/** With the merge; only its user can decide about a file that has conflicts, or that is no text. */
function merged(file: PlannedFile, next: string): PlannedFile {
  const user = file.disk?.toString() ?? '';
  if (!file.disk?.equals(Buffer.from(user))) return { ...file, decision: 'ask' };
  const merge = mergeTexts(file.path, { base: file.base?.text, user, next });
  return { ...file, merge, decision: merge.conflicts.length > 0 ? 'ask' : file.decision };
}

function planGone(path: string, base: Base, disk: Buffer | undefined, isMoved: boolean): PlannedFile {
  const { owner, text } = base;
  const decision = decide({ owner, required: false, base: text, disk: disk?.toString(), next: undefined });
  return { path, owner, decision: isMoved && disk ? 'moved' : decision, disk, base, next: undefined };
}

/** What was answered for a file about which was asked: keep it, or write this; undefined contents: remove it. */
export type Answer = { readonly action: 'keep' } | { readonly action: 'write'; readonly contents: Buffer | undefined };

/**
 * The changes that follow from the decisions: the files themselves and their base versions. `answers` has one for each file
 * whose decision is `ask`; a file without one is kept.
 */
export function changesOf(files: readonly PlannedFile[], answers: ReadonlyMap<string, Answer>): Change[] {
  return files.flatMap((file) => [...fileChanges(file, answers.get(file.path)), ...baseChanges(file)]);
}

function fileChanges(file: PlannedFile, answer: Answer | undefined): Change[] {
  const { decision, start, next, merge } = file;
  if (decision === 'remove' || decision === 'moved') return change(file, undefined);
  if (decision === 'write') return change(file, start?.text === undefined ? next : Buffer.from(start.text));
  if (decision === 'merge' && merge) return change(file, Buffer.from(merge.text));
  return decision === 'ask' && answer?.action === 'write' ? change(file, answer.contents) : [];
}

function change({ path, disk }: PlannedFile, after: Buffer | undefined): Change[] {
  return after && disk?.equals(after) ? [] : [{ path, before: disk, after }];
}

/**
 * The base version becomes what was written, or what was offered and declined: a file is not asked about again before there is
 * something new to say. It stays where the user's own version stays, so that going back to it makes the file untouched again;
 * where there was none, what the tool would have written is one from now on.
 */
function baseChanges({ owner, path, decision, base, next }: PlannedFile): Change[] {
  if (owner === 'tool' || decision === 'deleted' || decision === 'orphan') return [];
  if (decision === 'keep' && base) return [];
  const old = base && { path: basePath(base.owner, path), before: Buffer.from(base.text) };
  const now = next && { path: basePath(owner, path), after: Buffer.from(plainText(next.toString())) };
  if (old?.path === now?.path) {
    // However the repository writes its line ends.
    const isSame = base && now && sameText(base.text, now.after.toString());
    return now && !isSame ? [{ path: now.path, before: old?.before, after: now.after }] : [];
  }
  return [
    ...(old ? [{ path: old.path, before: old.before, after: undefined }] : []),
    ...(now ? [{ path: now.path, before: undefined, after: now.after }] : []),
  ];
}

/** The user's own files that the tool would now write differently than it did when it wrote them. */
export function outgrown(files: readonly PlannedFile[]): PlannedFile[] {
  return files.filter(
    ({ owner, decision, base, next }) =>
      owner === 'yours' && decision === 'keep' && next !== undefined && !(base && sameText(base.text, next.toString())),
  );
}
