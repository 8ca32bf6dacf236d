import type { Patch, Phase, Project } from '../model.ts';
import { commented } from './comment.ts';
import { specifier } from './imports.ts';
import type { Imports } from './imports.ts';
import { projectPaths } from './paths.ts';
import { objectType } from './use-members.ts';

/** What a phase patches, as members of an interface in `file`. */
export function patchMembers(project: Project, imports: Imports, file: string, { patches }: Phase): readonly string[] {
  const kinds = specifier(file, projectPaths(project).kinds);
  return patches.map((patch) => {
    const { key } = patch.parameter;
    const object = objectType(imports, file, patch.parameter, kinds);
    const type = `${imports.type('autopilot-runtime', 'Patch')}<${object}${placeOf(project, patch)}>[]`;
    return commented(
      patch.force ? "Takes over fields that are another manager's." : '',
      `readonly ${key}?: readonly ${type};`,
    );
  });
}

/** What may be said of the namespace follows from the scopes of the two kinds. */
function placeOf({ scope }: Project, { parameter }: Patch): string {
  if (!parameter.namespaced) return ", 'none'";
  return scope === 'Cluster' ? ", 'any'" : '';
}

export function aboutPatches({ kind }: Project, { name }: Phase): string {
  return (
    `What ${name} sets in objects that are somebody else's, by kind: the fields that are given, and no others. What a list that is ` +
    `returned lacks is given up, and so is all as the ${kind} goes: a field that nobody else holds is then back at its default. ` +
    `An absent list leaves things as they are.`
  );
}

/** The same as a member of a phase in the wiring; '' where there is nothing. `kind` gives the constant of a kind. */
export function patchesEntry(kind: (key: string) => string, { patches }: Phase): string {
  const entries = patches.map(
    ({ parameter, force }) => `${parameter.key}: { type: ${kind(parameter.key)}${force ? ', force: true' : ''} },`,
  );
  return entries.length > 0 ? `patches: {\n${entries.join('\n')}\n},` : '';
}
