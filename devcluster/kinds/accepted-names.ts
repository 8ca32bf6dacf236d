import type { DefinitionNames } from './definition.ts';

/** The names that a CustomResourceDefinition may use, and why it may not use the others. */
export interface Acceptance {
  readonly names: DefinitionNames;
  /** The last name that was refused. */
  readonly conflict: { readonly reason: string; readonly message: string } | undefined;
}

/**
 * Which of the wanted names are free in their group. `accepted`: those that the definition has already; `taken`: those of all
 * definitions of the group. Source: the naming controller of apiextensions-apiserver.
 */
export function acceptNames(
  wanted: DefinitionNames,
  accepted: DefinitionNames,
  taken: readonly DefinitionNames[],
): Acceptance {
  const resources = new Set(taken.flatMap((names) => [names.plural, names.singular, ...names.shortNames]));
  const kinds = new Set(taken.flatMap((names) => [names.kind, names.listKind]));
  let conflict: Acceptance['conflict'];
  const choose = (want: string, have: string, used: ReadonlySet<string>, reason: string): string => {
    if (want === have || !used.has(want)) return want;
    conflict = { reason, message: `"${want}" is already in use` };
    return have;
  };
  const plural = choose(wanted.plural, accepted.plural, resources, 'PluralConflict');
  const singular = choose(wanted.singular, accepted.singular, resources, 'SingularConflict');
  const refused = wanted.shortNames.filter((name) => !accepted.shortNames.includes(name) && resources.has(name));
  const texts = [...new Set(refused)].map((name) => `"${name}" is already in use`);
  if (texts.length > 0) {
    const message = texts.length === 1 ? texts.join() : `[${texts.join(', ')}]`;
    conflict = { reason: 'ShortNamesConflict', message };
  }
  const shortNames = texts.length > 0 ? accepted.shortNames : wanted.shortNames;
  const kind = choose(wanted.kind, accepted.kind, kinds, 'KindConflict');
  const listKind = choose(wanted.listKind, accepted.listKind, kinds, 'ListKindConflict');
  return { names: { plural, singular, shortNames, kind, listKind, categories: wanted.categories }, conflict };
}
