import type { Owner } from '../project/code/rendered-file.ts';
import { ProjectError } from '../project/errors.ts';
import type { Problem } from '../project/model.ts';
import { BusyError, StaleDiskError, UnsettledError, commit } from '../project/regeneration/commit.ts';
import type { Change } from '../project/regeneration/commit.ts';
import { newDeletions } from '../project/regeneration/deletions.ts';
import { leftMarker } from '../project/regeneration/merge/lines.ts';
import { outgrown } from '../project/regeneration/plan.ts';
import type { Answer, PlannedFile } from '../project/regeneration/plan.ts';
import { askAboutEdits } from './conflict-menu.ts';
import type { Menu } from './conflict-menu.ts';
import { markInstall } from './install.ts';
import { busy, changedMeanwhile, notRecovered, notWritten } from './errors.ts';
import { changesIn, leftConflicts, planProject, settle } from './project-plan.ts';
import type { MemoryFiles, ProjectPlan } from './project-plan.ts';

/** What a commit did, by path; without what is kept below `.autopilot/`. */
export interface ProjectChange {
  readonly written: readonly string[];
  readonly removed: readonly string[];
  /** Edited files of the tool's into which its new version was merged. */
  readonly merged: readonly string[];
  /** Of these, those in which both versions stand between markers, as was answered. */
  readonly marked: readonly string[];
  /** Edited files of the tool's of which the user said that they stay. */
  readonly declined: readonly string[];
  /** Files of the user that nothing uses any more. */
  readonly orphans: readonly string[];
  /** New files that have the contents of ones that are gone. */
  readonly moved: readonly { readonly path: string; readonly from: string }[];
  /** Files that the user deleted, that stay so, and that nothing was said about yet. */
  readonly deleted: readonly { readonly path: string; readonly owner: Owner | 'tool' }[];
  /** The user's own files that the tool would now write differently. */
  readonly outgrown: readonly PlannedFile[];
}

/**
 * Takes the place of Yeoman's own commit, which writes file by file while it asks: decides about every file that is pending in
 * memory, asks where that is needed, and hands all changes to one write. `installs`: packages are installed after it where package.json changed.
 */
export async function commitProject(
  memory: MemoryFiles,
  folder: string,
  menu: Menu,
  installs: boolean,
): Promise<ProjectChange> {
  const planned = await planProject(memory, folder, menu.force);
  const left = menu.force ? [] : leftConflicts(planned);
  if (left.length > 0) throw new ProjectError(left);
  const answers = await askAboutEdits(planned.files, menu);
  const all = await changesIn(planned, answers);
  const isInstallDue = installs && all.some(({ path, after }) => path === 'package.json' && after !== undefined);
  await commit(folder, isInstallDue ? [...all, await markInstall(folder)] : all).catch((error: unknown) => {
    throw new ProjectError([failedWrite(folder, error)]);
  });
  settle(memory);
  return report(planned, all, answers, menu);
}

function failedWrite(folder: string, error: unknown): Problem {
  if (error instanceof StaleDiskError) return changedMeanwhile(error.paths);
  if (error instanceof BusyError) return busy(folder, error.pid);
  return error instanceof UnsettledError ? notRecovered(folder, error) : notWritten(folder, error);
}

function report(
  { files, deletions }: ProjectPlan,
  changes: readonly Change[],
  answers: ReadonlyMap<string, Answer>,
  { adapter }: Menu,
): ProjectChange {
  const visible = changes.filter(({ path }) => !path.startsWith('.autopilot/'));
  const isMerged = new Set(files.flatMap(({ path, decision }) => (decision === 'merge' ? [path] : [])));
  const created = visible.filter(({ before }) => before === undefined).map(({ path }) => path);
  const updated = visible.filter(({ before, after }) => before && after);
  const removed = visible.filter(({ after }) => after === undefined).map(({ path }) => path);
  for (const path of created) adapter.log.create(path);
  for (const { path } of updated) adapter.log(`${isMerged.has(path) ? '    merge' : '   update'} ${path}`);
  for (const path of removed) adapter.log(`   remove ${path}`);
  return {
    written: [...created, ...updated.map(({ path }) => path)],
    removed,
    merged: updated.flatMap(({ path }) => (isMerged.has(path) ? [path] : [])),
    marked: updated.flatMap(({ path, after }) => (after && answers.has(path) && hasMarkers(after) ? [path] : [])),
    declined: [...answers].flatMap(([path, { action }]) => (action === 'keep' ? [path] : [])),
    orphans: files.flatMap(({ path, decision }) => (decision === 'orphan' ? [path] : [])),
    moved: files.flatMap(({ path, start }) => (start?.text === undefined ? [] : [{ path, from: start.from }])),
    deleted: newDeletions(files, deletions),
    outgrown: outgrown(files),
  };
}

function hasMarkers(contents: { toString(): string }): boolean {
  return leftMarker(contents.toString()) !== undefined;
}
