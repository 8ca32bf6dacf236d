import { nativeStrategy } from '../strategies/native.ts';
import type { BuiltinKind } from './builtin.ts';
import type { ServedKind } from './served-kind.ts';

/** A built-in kind as the API serves it. */
export function nativeKind(builtin: BuiltinKind): ServedKind {
  const { group, version, kind, plural, singular, namespaced, shortNames, categories, verbs, subresources } = builtin;
  return {
    group,
    version,
    kind,
    listKind: `${kind}List`,
    plural,
    singular,
    namespaced,
    shortNames,
    categories,
    verbs,
    subresources,
    collection: `${group}/${plural}`,
    custom: false,
    stored: builtin.stored,
    storageVersionHash: builtin.storageVersionHash,
    schema: builtin.schema,
    strategy: nativeStrategy(builtin),
    fromStorage: (object) => object,
    toStorage: (draft) => draft,
  };
}
