import type { Buffer } from 'node:buffer';
import { relative, sep } from 'node:path';
import type Generator from 'yeoman-generator';
import type { Owner } from '../project/code/rendered-file.ts';
import { ProjectError } from '../project/errors.ts';
import { readBases } from '../project/regeneration/base.ts';
import { staleBundles } from '../project/regeneration/bundle.ts';
import { BusyError, StaleDiskError, commit } from '../project/regeneration/commit.ts';
import type { Change } from '../project/regeneration/commit.ts';
import { readDisk } from '../project/regeneration/disk.ts';
import { changesOf, outdatedEdits, plan } from '../project/regeneration/plan.ts';
import type { Answer, PlannedFile, Start, WantedFile } from '../project/regeneration/plan.ts';
import { askAboutEdits } from './conflict-menu.ts';
import type { Menu } from './conflict-menu.ts';
import { busy, changedMeanwhile, notAFile, notWritten } from './errors.ts';

type MemoryFiles = Generator['fs'];

/** What a commit did, by path; without what is kept below `.autopilot/`. */
export interface ProjectChange {
  readonly written: readonly string[];
  readonly removed: readonly string[];
  /** Edited files of the tool's of which the user said that they stay. */
  readonly declined: readonly string[];
  /** Files of the user that nothing uses any more. */
  readonly orphans: readonly string[];
  /** New files that began with the contents of one of the orphans. */
  readonly moved: readonly { readonly path: string; readonly from: string }[];
  /** Files that the user deleted, and that stay so. */
  readonly deleted: readonly { readonly path: string; readonly owner: Owner | 'tool' }[];
}

/**
 * Takes the place of Yeoman's own commit, which writes file by file while it asks: decides about every file that is pending in
 * memory, asks where that is needed, and hands all changes to one write.
 */
export async function commitProject(memory: MemoryFiles, folder: string, menu: Menu): Promise<ProjectChange> {
  const wanted = pending(memory, folder);
  const bases = await readBases(folder);
  const disk = await readDisk(folder, new Set([...wanted.map(({ path }) => path), ...bases.keys()]));
  if (disk.obstructed.length > 0) throw new ProjectError(disk.obstructed.map((path) => notAFile(path)));
  const outdated = outdatedEdits(wanted, disk.files);
  if (outdated.length > 0) throw new ProjectError([changedMeanwhile(outdated)]);
  const files = plan(menu.force ? wanted.map((file) => restored(file)) : wanted, bases, disk.files);
  const answers = await askAboutEdits(files, menu);
  const changes = changesOf(files, answers);
  const all = [...changes, ...(await bundleRemovals(folder, wanted, changes, disk.files))];
  await commit(folder, all).catch((error: unknown) => {
    if (error instanceof StaleDiskError) throw new ProjectError([changedMeanwhile(error.paths)]);
    throw new ProjectError([error instanceof BusyError ? busy(folder, error.pid) : notWritten(folder, error)]);
  });
  settle(memory);
  return report(files, all, answers, menu);
}

/** The files that the generators of this run have written to Yeoman's memory. */
function pending(memory: MemoryFiles, folder: string): WantedFile[] {
  const wanted: WantedFile[] = [];
  memory.store.each((file) => {
    if (file.state !== 'modified' || file.contents === null) return;
    const path = relative(folder, file.path).replaceAll(sep, '/');
    if (path.startsWith('../')) return;
    const { owner, required, from, start } = file.editorMetadata ?? {};
    wanted.push({
      path,
      contents: file.contents,
      owner: ownerOf(path, owner),
      required: required === true,
      ...(typeof from === 'string' || from === null ? { from } : {}),
      ...(isStart(start) ? { start } : {}),
    });
  });
  return wanted;
}

function isStart(value: unknown): value is Start {
  if (typeof value !== 'object' || value === null || !('text' in value) || !('from' in value)) return false;
  return typeof value.text === 'string' && typeof value.from === 'string';
}

/** Files of other generators have no owner: they are asked about as any that a tool started. */
function ownerOf(path: string, owner: unknown): Owner | 'tool' {
  if (path === '.yo-rc.json') return 'tool';
  return owner === 'generated' || owner === 'yours' || owner === 'tool' ? owner : 'scaffold';
}

/** `--force` writes again what the tool started and the user deleted; never what is the user's own. */
function restored(file: WantedFile): WantedFile {
  return file.owner === 'scaffold' ? { ...file, required: true } : file;
}

/** Bundled packages of an older generator go, once package.json asks for others. */
async function bundleRemovals(
  folder: string,
  wanted: readonly WantedFile[],
  changes: readonly Change[],
  disk: ReadonlyMap<string, Buffer>,
): Promise<Change[]> {
  const packageJson = changes.find(({ path }) => path === 'package.json')?.after ?? disk.get('package.json');
  const stale = await staleBundles(
    folder,
    wanted.map(({ path }) => path),
    packageJson?.toString() ?? '',
  );
  return stale.map(({ path, contents }) => ({ path, before: contents, after: undefined }));
}

/** Tells Yeoman that nothing is left to be written. */
function settle(memory: MemoryFiles): void {
  memory.store.each((file) => {
    if (file.state === undefined) return;
    file.committed = true;
    delete file.state;
  });
}

function report(
  files: readonly PlannedFile[],
  changes: readonly Change[],
  answers: ReadonlyMap<string, Answer>,
  { adapter }: Menu,
): ProjectChange {
  const visible = changes.filter(({ path }) => !path.startsWith('.autopilot/'));
  const created = visible.filter(({ before }) => before === undefined).map(({ path }) => path);
  const updated = visible.filter(({ before, after }) => before && after).map(({ path }) => path);
  const removed = visible.filter(({ after }) => after === undefined).map(({ path }) => path);
  for (const path of created) adapter.log.create(path);
  for (const path of updated) adapter.log(`   update ${path}`);
  for (const path of removed) adapter.log(`   remove ${path}`);
  return {
    written: [...created, ...updated],
    removed,
    declined: [...answers].flatMap(([path, { action }]) => (action === 'keep' ? [path] : [])),
    orphans: files.flatMap(({ path, decision }) => (decision === 'orphan' ? [path] : [])),
    moved: files.flatMap(({ path, start }) => (start ? [{ path, from: start.from }] : [])),
    deleted: files.filter(({ decision }) => decision === 'deleted'),
  };
}
