import { join, relative } from 'node:path';
import type { CrdNames, CustomResourceDefinition } from '../../runtime/crd/crd.ts';
import { projectPaths } from '../code/paths.ts';
import type { Problem, Project } from '../model.ts';
import { SpecError, crdOfSpec } from './evaluate.ts';
import type { SpecFailure } from './failure.ts';

/** The CRD of a project, or all that stands in its way. */
export type CrdResult =
  | { readonly crd: CustomResourceDefinition; readonly problems: readonly [] }
  | { readonly crd?: undefined; readonly problems: readonly Problem[] };

/**
 * Makes the CRD from the project's `spec.ts`.
 *
 * @param text Its text, where the disk has another one or none.
 */
export async function projectCrd(folder: string, project: Project, text?: string): Promise<CrdResult> {
  const file = join(folder, projectPaths(project).spec);
  try {
    const crd = await crdOfSpec(text === undefined ? { file } : { file, text }, crdNames(project));
    return { crd, problems: [] };
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return { problems: error.failures.map(problemOf) };
  }
}

export function crdNames(project: Project): CrdNames {
  const { group, version, kind, plural, singular, shortNames, categories, scope } = project;
  const phases = project.phases.map(({ name }) => name);
  return { group, version, kind, plural, singular, shortNames, categories, scope, phases };
}

function problemOf({ code, message, remedy, file, line, column, path }: SpecFailure): Problem {
  const sentence = /[.!?]$/.test(message) ? message : `The schemas cannot be evaluated: ${message}.`;
  return {
    code: code ?? 'ERR_AP_SPEC',
    ...(file === undefined ? {} : { file: relative(process.cwd(), file) || file }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(path === undefined ? {} : { path }),
    message: sentence,
    remedy: remedy ?? 'Correct it, and start the command again.',
  };
}
