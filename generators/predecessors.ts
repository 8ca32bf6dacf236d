import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { phaseNames } from '../project/code/names.ts';
import { projectPaths } from '../project/code/paths.ts';
import type { RenderedFile } from '../project/code/rendered-file.ts';
import type { Project } from '../project/model.ts';
import type { Base } from '../project/regeneration/base.ts';
import { readIfThere } from '../project/regeneration/commit.ts';
import { sameText } from '../project/regeneration/decide.ts';
import type { Start } from '../project/regeneration/plan.ts';

/**
 * The edited files whose work new ones take over, by the new ones' paths: `spec.ts` where the API got another name or version,
 * workers where a phase says that it was renamed. Not those whose imports lead nowhere from the new place.
 */
export async function predecessors(
  folder: string,
  project: Project,
  code: readonly RenderedFile[],
  bases: ReadonlyMap<string, Base>,
): Promise<ReadonlyMap<string, Start>> {
  const wanted = new Set(code.map(({ path }) => path));
  const starts = new Map<string, Start>();
  for (const { from, to, rename } of moves(project, bases)) {
    if (!wanted.has(to) || wanted.has(from) || bases.has(to) || existsSync(join(folder, to))) continue;
    const text = (await readIfThere(join(folder, from)))?.toString();
    const base = bases.get(from)?.text;
    if (text === undefined || (base !== undefined && sameText(text, base))) continue;
    const isThere = (path: string) => wanted.has(path) || existsSync(join(folder, path));
    if (importsOf(text, to).every(isThere)) starts.set(to, { text: rename(text), from });
  }
  return starts;
}

interface Move {
  readonly from: string;
  readonly to: string;
  readonly rename: (text: string) => string;
}

/** The generated file beside it tells which file was in use until now: it is still known, and about to go. */
function moves(project: Project, bases: ReadonlyMap<string, Base>): Move[] {
  const paths = projectPaths(project);
  const former = [...bases.keys()].filter((path) => /^src\/api\/[^/]+\/[^/]+\/types\.ts$/.test(path));
  const specs = former.map((types) => ({
    from: posix.join(posix.dirname(types), posix.basename(paths.spec)),
    to: paths.spec,
    rename: (text: string) => text,
  }));
  const workers = project.phases.flatMap(({ name, renamedFrom }) =>
    renamedFrom
      .filter((old) => bases.has(paths.io(old)))
      .map((old) => ({
        from: paths.worker(old),
        to: paths.worker(name),
        rename: (text: string) =>
          text.replaceAll(new RegExp(`\\b${phaseNames(old).worker}\\b`, 'g'), phaseNames(name).worker),
      })),
  );
  return [...specs, ...workers].filter(({ from, to }) => from !== to);
}

/** The project's files that a text imports, were it at `path`. */
function importsOf(text: string, path: string): string[] {
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)].map(([, specifier = '']) =>
    posix.join(posix.dirname(path), specifier),
  );
}
