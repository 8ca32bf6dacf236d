import type { Project } from '../model.ts';
import { docComment } from './comment.ts';
import { createImports, specifier } from './imports.ts';
import { kindNames } from './names.ts';
import { projectPaths } from './paths.ts';

/** `src/finalizer.ts`: what is to be done before a resource goes. */
export function finalizerFile(project: Project): string {
  const names = kindNames(project.kind);
  const paths = projectPaths(project);
  const imports = createImports(['finalizer']);
  const type = imports.type(specifier(paths.finalizer, paths.types), names.finalizer);
  const comment = docComment(
    `Runs once the ${project.kind} is being deleted, and again after an error: it may see its own earlier work. When it returns, the ` +
      `${project.kind} goes, and then its outputs. Undo here what the cluster cannot collect by itself.`,
  );
  return `${imports.render()}

${comment}
export const finalizer: ${type} = async ({ ${names.key}, logger }) => {
  logger.info({ name: ${names.key}.metadata.name }, 'Finalizing');
};
`;
}
