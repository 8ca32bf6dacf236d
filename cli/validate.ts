import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { finishInterruptedWrite } from '../generators/unfinished-write.ts';
import { FAULTS, describeProblem } from '../project/errors.ts';
import { findProject, readProject } from '../project/config/files.ts';
import { projectPaths } from '../project/code/paths.ts';
import { leftoversOf } from '../project/leftovers/leftovers.ts';
import { readWrittenKinds, WRITTEN_KINDS } from '../project/leftovers/written-kinds.ts';
import type { Problem } from '../project/model.ts';
import { projectCrd } from '../project/spec/project-crd.ts';
import { tellLeftover } from './leftovers.ts';

/**
 * Checks the project that `from` is in. Prints all that is wrong, each on a line, and what former versions have left in clusters, or in that
 * of `context`; the exit code.
 */
export async function validate(from: string, context?: string): Promise<number> {
  await finishInterruptedWrite(resolve(from), console.log);
  const folder = await findProject(resolve(from));
  if (folder === undefined) return refuse([{ ...FAULTS.projectMissing({ from: resolve(from) }) }]);
  const { project, problems } = await readProject(folder);
  if (!project) return refuse(problems);
  const { spec } = projectPaths(project);
  // A project may begin with its two YAML files alone.
  const isWritten = existsSync(join(folder, spec));
  const { problems: refusals } = isWritten ? await projectCrd(folder, project) : { problems: [] };
  if (refusals.length > 0) return refuse(refusals);
  const names = project.phases.map(({ name }) => name).join(', ');
  console.log(
    `${relative(process.cwd(), folder) || '.'}: ${project.kind} (${project.group}/${project.version}), phases ${names}. ` +
      `${spec} ${isWritten ? 'fits into a CRD.' : 'is not there yet: ap generate writes it.'}`,
  );
  const written = readWrittenKinds(await readFile(join(folder, WRITTEN_KINDS), 'utf8').catch(() => ''));
  for (const leftover of leftoversOf(project, written))
    for (const line of await tellLeftover(leftover, context)) console.log(line);
  return 0;
}

function refuse(problems: readonly Problem[]): number {
  for (const problem of problems) console.error(describeProblem(problem));
  return 1;
}
