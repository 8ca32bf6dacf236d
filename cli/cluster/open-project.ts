import { finishInterruptedWrite } from '../../generators/unfinished-write.ts';
import { findProject, readProject } from '../../project/config/files.ts';
import { FAULTS, ProjectError } from '../../project/errors.ts';
import type { Project } from '../../project/model.ts';

/** A project that a command works on. */
export interface OpenProject {
  /** Absolute. */
  readonly folder: string;
  readonly project: Project;
}

/**
 * The project that `from` is in. What a killed command left of a write to it is finished or undone first; `say` hears of it. Problems name files
 * as they are seen from `cwd`.
 *
 * @throws ProjectError with all that is wrong with its files, ERR_AP_PROJECT_MISSING where there is none.
 */
export async function openProject(from: string, say: (line: string) => void, cwd = from): Promise<OpenProject> {
  await finishInterruptedWrite(from, say);
  const folder = await findProject(from);
  if (folder === undefined) throw new ProjectError([{ ...FAULTS.projectMissing({ from }) }]);
  const { project, problems } = await readProject(folder, cwd);
  if (!project) throw new ProjectError(problems);
  return { folder, project };
}
