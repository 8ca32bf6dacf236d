import type { Buffer } from 'node:buffer';
import { join, relative, sep } from 'node:path';
import type Generator from 'yeoman-generator';
import type { Owner } from '../project/code/rendered-file.ts';
import { FAULTS, ProjectError } from '../project/errors.ts';
import type { Problem } from '../project/model.ts';
import { readBases } from '../project/regeneration/base.ts';
import { staleBundles } from '../project/regeneration/bundle.ts';
import { readIfThere } from '../project/regeneration/commit.ts';
import type { Change } from '../project/regeneration/commit.ts';
import { DELETIONS, deletionsChange } from '../project/regeneration/deletions.ts';
import { readDisk } from '../project/regeneration/disk.ts';
import { leftMarker } from '../project/regeneration/merge/lines.ts';
import { changesOf, outdatedEdits, plan } from '../project/regeneration/plan.ts';
import type { Answer, PlannedFile, Start, WantedFile } from '../project/regeneration/plan.ts';
import { changedMeanwhile, notAFile } from './errors.ts';

export type MemoryFiles = Generator['fs'];

/** What is to become of the project in a folder, before anything is asked or written. */
export interface ProjectPlan {
  readonly folder: string;
  readonly wanted: readonly WantedFile[];
  readonly files: readonly PlannedFile[];
  readonly disk: ReadonlyMap<string, Buffer>;
  /** The deletions that the user was told about already. */
  readonly deletions: Buffer | undefined;
}

/**
 * Decides about every file that is pending in Yeoman's memory.
 *
 * @throws {ProjectError} where a file cannot be written, or is no longer what an edit was made from.
 */
export async function planProject(memory: MemoryFiles, folder: string, force: boolean): Promise<ProjectPlan> {
  const wanted = pending(memory, folder);
  const bases = await readBases(folder);
  const { files: disk, obstructed } = await readDisk(
    folder,
    new Set([...wanted.map(({ path }) => path), ...bases.keys()]),
  );
  if (obstructed.length > 0) throw new ProjectError(obstructed.map((path) => notAFile(path)));
  const outdated = outdatedEdits(wanted, disk);
  if (outdated.length > 0) throw new ProjectError([changedMeanwhile(outdated)]);
  const files = plan(force ? wanted.map((file) => restored(file)) : wanted, bases, disk, { force });
  return { folder, wanted, files, disk, deletions: await readIfThere(join(folder, DELETIONS)) };
}

/** All that is to be written, once it is known what becomes of the files about which was asked. */
export async function changesIn(planned: ProjectPlan, answers: ReadonlyMap<string, Answer>): Promise<Change[]> {
  const { files, deletions } = planned;
  const changes = changesOf(files, answers);
  return [...changes, ...deletionsChange(files, deletions), ...(await bundleRemovals(planned, changes))];
}

/** Edited files of the tool's in which somebody's merge has left its markers: nothing can be merged into them. */
export function leftConflicts({ files }: ProjectPlan): Problem[] {
  return files.flatMap(({ path, owner, decision, disk }) => {
    const isEdited = decision === 'keep' || decision === 'merge' || decision === 'ask';
    const line = isEdited && owner !== 'yours' && disk ? leftMarker(disk.toString()) : undefined;
    return line === undefined ? [] : [{ ...FAULTS.conflictMarkers(), file: path, line }];
  });
}

/** Tells Yeoman that nothing is left to be written. */
export function settle(memory: MemoryFiles): void {
  memory.store.each((file) => {
    if (file.state === undefined) return;
    file.committed = true;
    delete file.state;
  });
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
  if (typeof value !== 'object' || value === null || !('from' in value) || typeof value.from !== 'string') return false;
  return !('text' in value) || typeof value.text === 'string';
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
async function bundleRemovals({ folder, wanted, disk }: ProjectPlan, changes: readonly Change[]): Promise<Change[]> {
  const packageJson = changes.find(({ path }) => path === 'package.json')?.after ?? disk.get('package.json');
  const stale = await staleBundles(
    folder,
    wanted.map(({ path }) => path),
    packageJson?.toString() ?? '',
  );
  return stale.map(({ path, contents }) => ({ path, before: contents, after: undefined }));
}
