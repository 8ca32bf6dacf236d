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
 * The user's files whose place new ones take, by the new ones' paths: `spec.ts` where the API got another name or version, workers
 * and their tests where a phase says that it was renamed. What was edited goes along; not where its imports would lead nowhere from
 * the new place: then the new file begins anew, and the former one stays.
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
    const isTaken = starts.has(to) || bases.has(to) || existsSync(join(folder, to));
    if (!wanted.has(to) || wanted.has(from) || isTaken) continue;
    const text = (await readIfThere(join(folder, from)))?.toString();
    const base = bases.get(from)?.text;
    if (text === undefined) continue;
    if (base !== undefined && sameText(text, base)) {
      starts.set(to, { from });
      continue;
    }
    const isThere = (path: string) => wanted.has(path) || existsSync(join(folder, path));
    const renamed = rename(text);
    if (importsOf(renamed, to).every(isThere)) starts.set(to, { text: renamed, from });
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
  const phases = project.phases.flatMap(({ name, renamedFrom }) =>
    renamedFrom.flatMap((old) => {
      if (!bases.has(paths.io(old))) return [];
      const rename = (text: string) => renamePhase(text, old, name);
      return [
        { from: paths.worker(old), to: paths.worker(name), rename },
        { from: paths.workerTest(old), to: paths.workerTest(name), rename },
      ];
    }),
  );
  return [...specs, ...phases].filter(({ from, to }) => from !== to);
}

/** The names that follow from the phase's: of the worker's type, of its folder in imports, and its own as a text. */
function renamePhase(text: string, old: string, name: string): string {
  const [former, now] = [phaseNames(old), phaseNames(name)];
  return text
    .replaceAll(new RegExp(`\\b${former.worker}\\b`, 'g'), now.worker)
    .replaceAll(`/workers/${former.folder}/`, `/workers/${now.folder}/`)
    .replaceAll(new RegExp(`(['"])${old}\\1`, 'g'), (_, quote: string) => quote + name + quote);
}

/** The project's files that a text imports, were it at `path`. */
function importsOf(text: string, path: string): string[] {
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)].map(([, specifier = '']) =>
    posix.join(posix.dirname(path), specifier),
  );
}
