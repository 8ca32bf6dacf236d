import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { formatted, renderCode } from '../project/code/code.ts';
import { projectPaths } from '../project/code/paths.ts';
import type { RenderedFile } from '../project/code/rendered-file.ts';
import type { ScaffoldSettings } from '../project/code/settings.ts';
import { schemaText } from '../project/config/json-schema.ts';
import { SCHEMA_PATHS } from '../project/config/write.ts';
import { ProjectError } from '../project/errors.ts';
import {
  kindsWrittenBy,
  readWrittenKinds,
  WRITTEN_KINDS,
  writtenKindsText,
} from '../project/leftovers/written-kinds.ts';
import { manifestFiles } from '../project/manifests/manifests.ts';
import type { Project } from '../project/model.ts';
import { readBases } from '../project/regeneration/base.ts';
import type { Base } from '../project/regeneration/base.ts';
import { readBundle } from '../project/regeneration/bundle.ts';
import type { BundledName, BundledPackage } from '../project/regeneration/bundle.ts';
import { readIfThere } from '../project/regeneration/commit.ts';
import { sameText } from '../project/regeneration/decide.ts';
import type { Start, WantedFile } from '../project/regeneration/plan.ts';
import { projectCrd } from '../project/spec/project-crd.ts';
import { noBundle } from './errors.ts';
import { predecessors } from './predecessors.ts';
import { manifestSettings } from './stored-settings.ts';
import type { StoredSettings } from './stored-settings.ts';

export interface EditedText {
  readonly text: string;
  readonly from: string | null;
}

/** What a command decided: the project as it shall be. */
export interface Work {
  /** Absolute. */
  readonly folder: string;
  readonly project: Project;
  /** The project's YAML files, by path: as they shall be, and as they were read; null: there was none. */
  readonly texts: Readonly<Record<string, EditedText>>;
  readonly settings: Partial<StoredSettings>;
  /** What was changed in the YAML files: a sentence each. */
  readonly edits: readonly string[];
  /** All of `deploy/` is asked for, also what was deleted and can be done without. */
  readonly wholeDeploy?: boolean;
}

/**
 * All files that the project shall have. Reads the disk for the user's own `spec.ts`, and writes nothing.
 *
 * @param bundled The packages that scaffolds get as tarballs. Default: those that this copy of the generator carries.
 * @throws ProjectError where no CRD can be made of the user's schemas.
 */
export async function wantedFiles(work: Work, bundled = readBundle()): Promise<WantedFile[]> {
  const bundle = await bundled;
  const settings = scaffoldSettings(work.settings, bundle);
  const code = renderCode(work.project, settings);
  const bases = await readBases(work.folder);
  const starts = await predecessors(work.folder, work.project, code, bases);
  const rendered = (
    await Promise.all([Promise.all(code.map((file) => formatted(file))), deployFiles(work, code, bases, starts)])
  ).flat();
  const tools = [
    ...Object.entries(work.texts).map(([path, { text, from }]) => Object.assign(tool(path, text), { from })),
    tool(SCHEMA_PATHS.autopilot, schemaText('autopilot')),
    tool(SCHEMA_PATHS.operator, schemaText('operator')),
    tool('.autopilot/README.md', ABOUT),
    ...(await writtenKinds(work)),
    ...bundle
      .filter(({ specifier }) => specifier === settings.runtime || specifier === settings.devcluster)
      .map(({ path, contents }) => tool(path, contents)),
  ];
  const files = rendered.map(({ path, contents, owner, required }) => {
    const start = starts.get(path);
    return Object.assign(wanted(path, contents, owner, required), start && { start });
  });
  return [...files, ...tools];
}

const ABOUT = `What generator-autopilot wrote last, so that it can tell your edits from its own old versions, and JSON
schemas for editors. Commit this folder; there is nothing to edit in it.
`;

/** Kept once something is written. */
async function writtenKinds({ folder, project }: Work): Promise<WantedFile[]> {
  const before = readWrittenKinds((await readIfThere(join(folder, WRITTEN_KINDS)))?.toString() ?? '');
  const text = writtenKindsText(before, kindsWrittenBy(project));
  return text === '' ? [] : [tool(WRITTEN_KINDS, text)];
}

function tool(path: string, contents: string | Buffer): WantedFile {
  return wanted(path, contents, 'tool', true);
}

function wanted(path: string, contents: string | Buffer, owner: WantedFile['owner'], required: boolean): WantedFile {
  return { path, contents: typeof contents === 'string' ? Buffer.from(contents) : contents, owner, required };
}

/** What package.json asks for: what the user named, else the bundled packages. */
function scaffoldSettings(stored: Partial<StoredSettings>, bundle: readonly BundledPackage[]): ScaffoldSettings {
  const specifier = (name: BundledName, named: string | undefined) => {
    const found = named ?? bundle.find((candidate) => candidate.name === name)?.specifier;
    if (found === undefined) throw new ProjectError([noBundle(name)]);
    return found;
  };
  return {
    packageManager: stored.packageManager ?? 'npm',
    runtime: specifier('autopilot-runtime', stored.runtime),
    devcluster: specifier('autopilot-devcluster', stored.devcluster),
  };
}

/** `deploy/`, once there is something to deploy. */
async function deployFiles(
  work: Work,
  code: readonly RenderedFile[],
  bases: ReadonlyMap<string, Base>,
  starts: ReadonlyMap<string, Start>,
): Promise<RenderedFile[]> {
  const { folder, project } = work;
  if (project.phases.length === 0) return [];
  const { crd, problems } = await projectCrd(folder, project, await specText(work, code, bases, starts));
  if (!crd) throw new ProjectError(problems);
  return manifestFiles(project, manifestSettings(work.settings), crd).map(({ path, contents, owner }) => ({
    path,
    contents,
    owner,
    // `kubectl apply -k` needs each of the kustomizations, whatever the user made of them.
    required: owner === 'generated' || path.endsWith('/kustomization.yaml') || work.wholeDeploy === true,
  }));
}

/**
 * The text of `spec.ts` where the tool writes it; undefined where the user's own stays. Not formatted, which changes nothing
 * about what it says, and saves the time that a formatter takes to load.
 */
async function specText(
  { folder, project }: Work,
  code: readonly RenderedFile[],
  bases: ReadonlyMap<string, Base>,
  starts: ReadonlyMap<string, Start>,
): Promise<string | undefined> {
  const path = projectPaths(project).spec;
  const start = starts.get(path);
  if (start?.text !== undefined) return start.text;
  const disk = (await readIfThere(join(folder, path)))?.toString();
  const base = bases.get(path)?.text;
  const isTheTools = disk === undefined || (base !== undefined && sameText(disk, base));
  return isTheTools ? code.find((file) => file.path === path)?.contents : undefined;
}
